"""Poetry is told to install the project itself before its sources are copied.

`poetry install` installs the dependencies and then the project. With nothing but the manifests in the image there is no
package to be found: Poetry 2 fails with “The current project could not be installed”. `--no-root` leaves the project
out, and the step still runs again only when the manifests change.

Told is `poetry install` below COPY instructions that bring manifests alone. Nothing is said of Poetry 1, which only
warned, and where `pyproject.toml` switches `package-mode` off. Source: python-poetry.org/docs/cli/#install.

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
from dockls.syntax import Place
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
            fix = Fix(
                "Leave the project out",
                edits.replacing(Place(command.instruction, Span(end, end)), " --no-root"),
                safe=False,
            )
            message = "Poetry also installs the project, whose sources are not there yet; `--no-root` leaves it out"
            yield Finding(place, message, fixes=(fix,))


def _install(command: Executed) -> int | None:
    """The number of the word `install`."""
    if command.command.program != "poetry" or command.conditional or command.words[1:2] != ("install",):
        return None
    named = any(word.partition("=")[0] in _OPTIONS or "$" in word for word in command.words)
    return None if named or "--mount=type=bind" in command.instruction.text else 1


def _has_manifests_alone(stage: Stage, command: Executed) -> bool:
    """Whether COPY instructions above bring pyproject.toml and nothing that may be a package."""
    position = stage.instructions.index(command.instruction)
    above = set(stage.instructions[:position])
    copies = [copy for copy in copies_of(stage) if copy.instruction in above]
    copies += [copy for below in stage.chain[1:] for copy in copies_of(below)]
    own = [copy for copy in copies if copy.stage is None and not copy.from_image]
    sources = [source.removeprefix("./").rpartition("/")[2] for copy in own for source in copy.sources]
    if len(own) != len(copies) or not any(source.startswith("pyproject.toml") for source in sources):
        return False
    if not all(source in _MANIFESTS or source.lower().startswith(("readme", "license")) for source in sources):
        return False
    return not any(_brings(one, command) for each in stage.chain for one in executed(each))


def _brings(one: Executed, command: Executed) -> bool:
    """Whether a command may put sources beside the manifests; a download of Poetry itself does not."""
    if one.command.program not in _BRINGING or one.place == command.place:
        return False
    return not any("python-poetry.org" in word for word in one.words)


def _fails(stage: Stage) -> bool:
    from dockls.ecosystems.poetry import poetry_version

    version = poetry_version(stage)
    if version is None or version < (2, 0):
        return False
    text = stage.context.read("pyproject.toml") or ""
    return "package-mode" not in text and ("[tool.poetry]" in text or "[project]" in text or not text)
