"""Poetry is told to install the project itself before its sources are copied.

`poetry install` installs the dependencies and then the project. With nothing but the manifests in the image there is no
package to be found: Poetry 2 fails with “The current project could not be installed”. `--no-root` leaves the project
out, and the step still runs again only when the manifests change.

Told is `poetry install` below COPY instructions that bring manifests alone. Nothing is said of Poetry 1, which only
warned, and where `pyproject.toml` switches `package-mode` off. Source:
github.com/python-poetry/poetry/pull/9333.

```dockerfile
FROM python:3.14-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main
    ^^^^^^^^^^^^^^ warning: Poetry also installs the project, whose sources are not there yet; `--no-root` leaves it out
COPY . .
```

->

```dockerfile
FROM python:3.14-slim
RUN pip install --no-cache-dir poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --only main
COPY . .
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

_OPTIONS = ("--no-root", "--only-root", "--help", "-C", "--directory", "-P", "--project")
_MANIFESTS = ("pyproject.toml", "poetry.lock", "poetry.toml", "poetry.lock*", "poetry.loc[k]", "pyproject.toml*")
#: commands that may bring sources or make up some
_BRINGING = frozenset(("touch", "git", "cp", "tar", "unzip", "curl", "wget", "ln", "echo", "sed", "printf"))


@stage_rule(severity=Severity.WARNING, theme="files")
def project_install_before_sources(stage: Stage) -> Iterator[Finding]:
    """Look for an install by Poetry that only manifests stand above."""
    for command in executed(stage):
        number = _install(command)
        if number is not None and _has_manifests_alone(stage, command) and _fails(stage):
            place = Place(command.instruction, command.span_through(number))
            end = place.span.end
            text = '", "--no-root' if command.instruction.is_json else " --no-root"
            adding = edits.replacing(Place(command.instruction, Span(end, end)), text)
            fix = Fix("Leave the project out", adding, safe=False)
            message = "Poetry also installs the project, whose sources are not there yet; `--no-root` leaves it out"
            yield Finding(place, message, fixes=(fix,))


def _install(command: Executed) -> int | None:
    """The number of the word `install`, or `sync`, which also removes."""
    from dockls.knowledge.command_words import unwrap

    poetry = unwrap(command.words) if not command.conditional else None
    if poetry is None or poetry.program != "poetry":
        return None
    number = next((at for at in range(poetry.start, len(command.words)) if command.words[at][:1] != "-"), 0)
    named = any(word.partition("=")[0] in _OPTIONS or "$" in word for word in command.words)
    if named or "--mount=type=bind" in command.instruction.text:
        return None
    return number if command.words[number] in ("install", "sync") else None


def _has_manifests_alone(stage: Stage, command: Executed) -> bool:
    """Whether COPY instructions above bring pyproject.toml and nothing that may be a package."""
    position = stage.instructions.index(command.instruction)
    below = _NOTHING if stage.parent is None else stage.parent.folded(_brought_upon, lambda root: _NOTHING)
    brought = _brought(stage, below, frozenset(stage.instructions[: position + 1]))
    return brought == (True, False)


#: whether pyproject.toml is there, and whether there may be sources
_NOTHING = (False, False)


def _brought_upon(stage: Stage, below: tuple[bool, bool]) -> tuple[bool, bool]:
    return below if below[1] else _brought(stage, below, frozenset(stage.instructions))


def _brought(stage: Stage, below: tuple[bool, bool], above: frozenset[Instruction]) -> tuple[bool, bool]:
    manifest, sources = below
    for copy in copies_of(stage):
        if copy.instruction in above:
            names = [source.removeprefix("./").rpartition("/")[2] for source in copy.sources]
            manifest = manifest or any(name.startswith("pyproject.toml") for name in names)
            plain = all(name in _MANIFESTS or name.lower().startswith(("readme", "license")) for name in names)
            sources = sources or not plain or copy.stage is not None or copy.from_image
    made = any(command.instruction in above and _brings(command) for command in executed(stage))
    return manifest, sources or made


def _brings(command: Executed) -> bool:
    """Whether a command may put sources beside the manifests; a download of Poetry itself does not."""
    return command.command.program in _BRINGING and not any("python-poetry.org" in word for word in command.words)


def _fails(stage: Stage) -> bool:
    from dockls.ecosystems.poetry import poetry_version

    version = poetry_version(stage)
    if version is None or version < (2, 0):
        return False
    text = stage.context.read("pyproject.toml") or ""
    return "package-mode" not in text and ("[tool.poetry]" in text or "[project]" in text or not text)
