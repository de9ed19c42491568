"""Creates `.dockerignore`, or completes it, with what the build does not need.

`COPY . .` sends the whole folder to the builder: version control, packages of the host, results of earlier builds, and
files with secrets. They make builds slow, every one of their changes runs the steps below again, and secrets end up in
the image. Lines are added for version control and editors, for secrets, and for what the tools of the project leave
behind; what is there stays.

Nothing is added that would keep out what an instruction of this file copies by its name, nor what a tool makes that the
image does not run itself. That no other Dockerfile of the same folder copies it is told as an assumption. It is offered
on a COPY of the whole context, where that is known.

```json package.json
{}
```

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .<|>
RUN npm ci
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
RUN npm ci
```
"""

import posixpath
from collections.abc import Iterator

from dockls.project.ignore import IgnoreFile
from dockls.rooms import OtherFile, Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of, copy_of
from dockls.semantics.mounts import mounts_of
from dockls.text import Span

_NAME = ".dockerignore"


@refactoring(title="Complete .dockerignore", kind="refactor.rewrite.context", grade="equivalent")
def complete_dockerignore(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a COPY or ADD of the whole build context, where lines are missing."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction.keyword not in ("COPY", "ADD"):
        return None
    copy = copy_of(stage, instruction)
    context = stage.context
    if copy is None or copy.stage is not None or copy.from_image or not context.known:
        return None
    if not any(source.rstrip("/") in (".", "") for source in copy.sources):
        return None
    from dockls.knowledge import ignore_patterns

    own = context.ignore_file
    path = own.path if own is not None else _NAME
    if own is not None and posixpath.basename(path) != _NAME:
        return Refused(f"`{path}` belongs to this Dockerfile alone; complete it by hand")
    before = None if own is None else context.read(_NAME)
    if own is not None and before is None:
        return Refused(f"`{path}` lies outside of the build context")
    if own is not None and any(pattern.cleaned in ("*", "**") for pattern in own.patterns):
        return None  # it says what is let in
    there = {pattern.cleaned for pattern in own.patterns} if own is not None else set()
    named = _named(model)
    wanted = ignore_patterns(lambda pattern: bool(context.glob(pattern)), set(_tools(model)))
    missing = [line for line in wanted if line not in there and not _keeps_out(line, named)]
    missing = [line for line in missing if own is None or not _is_covered(line, own)]
    if not missing:
        return None
    old = before or ""
    head = old if old.endswith("\n") or not old else old + "\n"
    file = OtherFile(_NAME, before, head + "".join([f"{line}\n" for line in missing]))
    title = "Create .dockerignore" if before is None else "Complete .dockerignore"
    return Plan((), ("no other Dockerfile of this folder copies what is kept out",), title, files=(file,))


def _tools(model: Model) -> Iterator[str]:
    """The ecosystems whose installs and builds the file runs."""
    from dockls.knowledge import build_command, install_command

    for stage in model.stages:
        for command in executed(stage):
            for known in (install_command(list(command.words)), build_command(list(command.words))):
                if known is not None:
                    yield known.ecosystem


def _named(model: Model) -> list[str]:
    """The paths of the context that COPY, ADD and mounts name."""
    found: list[str] = []
    for stage in model.stages:
        found += _sources(stage)
        for instruction in stage.instructions:
            found += [mount.source for mount in mounts_of(instruction) if "from" not in mount.fields]
    return [posixpath.normpath("/" + path).lstrip("/") for path in found if path.strip("./")]


def _sources(stage: Stage) -> list[str]:
    own = [copy for copy in copies_of(stage) if copy.stage is None and not copy.from_image]
    return [source for copy in own for source in copy.sources if "://" not in source]


def _keeps_out(line: str, named: list[str]) -> bool:
    """Whether the line would keep out one of the paths, something in it, or what a pattern may find."""
    ignore = IgnoreFile.parse(line, _NAME)
    for path in named:
        plain = path.split("*")[0].split("?")[0].split("[")[0]
        if ignore.decide(path).ignored or (plain != path and ignore.decide(plain.rstrip("/") or path).ignored):
            return True
        if posixpath.basename(line.strip("*/")) and path.startswith(line.rstrip("/*") + "/"):
            return True
    return False


def _is_covered(line: str, own: IgnoreFile) -> bool:
    """Whether the file keeps out already what the line would."""
    return "*" not in line and own.decide(line).ignored
