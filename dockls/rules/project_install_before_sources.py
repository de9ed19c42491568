"""Poetry installs a project whose sources are not there yet.

`poetry install` installs the dependencies and then the project itself. Where only pyproject.toml and the lock file have
been copied, the project is not there: Poetry 2 ends with “the current project could not be installed: No file/folder
found for package”. `--no-root` leaves the project out. Source: python-poetry.org/docs/cli/#install.

Nothing is said where anything else is copied before, where a pyproject.toml of the build context says
`package-mode = false`, and of Poetry 1.

```dockerfile
FROM python:3.14
RUN pip install poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main
    ^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: this installs the project too, whose sources are not there yet
COPY . .
```

->

```dockerfile
FROM python:3.14
RUN pip install poetry
WORKDIR /app
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --only main
COPY . .
```
"""

import posixpath
from collections.abc import Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.text import Edit, Span

_LEAVING_OUT = frozenset(("--no-root", "--only-root", "--no-directory", "--dry-run"))
#: what tells nothing of the project's sources
_MANIFESTS = frozenset(("pyproject.toml", "poetry.lock", "poetry.lock*", "poetry.toml", "pyproject.toml*", "README.md"))
_OLD = ("poetry==1", "poetry<2", "poetry=1", "POETRY_VERSION=1", "poetry~=1", "POETRY_VERSION 1")


@stage_rule(severity=Severity.WARNING, theme="files")
def project_install_before_sources(stage: Stage) -> Iterator[Finding]:
    """Look at the first `poetry install`."""
    for command in executed(stage):
        if command.command.program == "poetry" and command.words[1:2] == ("install",):
            if not _LEAVING_OUT & {*command.words} and _has_manifests_only(stage, command) and not _is_exempt(stage):
                fix = Fix("Add `--no-root`", partial(_without_project, command))
                yield Finding(
                    command.place, "this installs the project too, whose sources are not there yet", (), (fix,)
                )
            return


def _has_manifests_only(stage: Stage, command: Executed) -> bool:
    """Whether something is copied, but nothing that could hold sources; a mount or another step may bring them."""
    if any(flag.name == "mount" and "type=bind" in (flag.value or "") for flag in command.instruction.flags):
        return False
    position = stage.instructions.index(command.instruction)
    above = {one for each in stage.chain[1:] for one in each.instructions}
    above.update(stage.instructions[: position + 1])
    if any("git clone" in one.text or one.heredocs or "touch " in one.text for one in above):
        return False
    copies = [copy for each in stage.chain for copy in copies_of(each) if copy.instruction in above]
    sources = [posixpath.basename(source) for copy in copies for source in copy.sources]
    return all(source in _MANIFESTS for source in sources) and any("pyproject" in source for source in sources)


def _is_exempt(stage: Stage) -> bool:
    text = stage.context.read("pyproject.toml") if stage.context.known else None
    if text is not None and "package-mode = false" in text:
        return True
    return any(word in one.text for each in stage.chain for one in each.instructions for word in _OLD)


def _without_project(command: Executed, model: Model) -> list[Edit]:
    end = model.start_of(command.instruction) + command.word_span(1).end
    return [Edit(Span(end, end), " --no-root")]
