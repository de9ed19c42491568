"""Mounts files for the one RUN that reads them, instead of copying them into a layer.

A COPY of manifests that only the next RUN needs makes a layer for files that the next `COPY . .` brings again. A bind
mount shows them to the RUN and leaves nothing behind; the RUN runs again when they change, as before.

It is offered where the RUN directly below installs dependencies and a later COPY brings the whole folder. It is refused
where the command may write to the files (`npm install` does, `npm ci` does not), where a file is named by a pattern,
which a mount cannot be, and where the frontend that `# syntax` names is older than mounts. It is the inverse of copying
what is mounted.

```dockerfile
FROM golang:1.25
WORKDIR /src
COPY go.mod go.sum ./<|>
RUN go mod download
COPY . .
RUN go build -o /server .
```

->

```dockerfile
FROM golang:1.25
WORKDIR /src
RUN --mount=type=bind,source=go.mod,target=go.mod \\
    --mount=type=bind,source=go.sum,target=go.sum \\
    go mod download
COPY . .
RUN go build -o /server .
```
"""

import posixpath

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.semantics.files import Copy, copies_of, copy_of
from dockls.semantics.frontend import lacking
from dockls.syntax import Instruction
from dockls.text import Edit, Span


@refactoring(title="Mount these files instead of copying them", kind="refactor.rewrite.cache", grade="equivalent")
def bind_files(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a COPY of files above the RUN that installs by them."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction.keyword != "COPY" or instruction.heredocs:
        return None
    copy = copy_of(stage, instruction)
    run = _next(stage, instruction)
    if copy is None or run is None or copy.destination is None or not _comes_again(stage, copy):
        return None
    if not _installs(stage, run):
        return None
    reason = _reason(model, stage, copy, run)
    if reason is not None:
        return Refused(reason)
    return Plan(_edits(model, stage, copy, run))


def _next(stage: Stage, instruction: Instruction) -> Instruction | None:
    """The RUN directly below."""
    position = stage.instructions.index(instruction) if instruction in stage.instructions else len(stage.instructions)
    below = stage.instructions[position + 1 : position + 2]
    return below[0] if below and below[0].keyword == "RUN" else None


def _comes_again(stage: Stage, copy: Copy) -> bool:
    """Whether a later COPY brings the whole context to where the files go."""
    plain = copy.stage is None and not copy.from_image and copy.sources not in ((".",), ("./",))
    folder = copy.destination if copy.is_folder else posixpath.dirname(copy.destination or "")
    later = copies_of(stage)[copies_of(stage).index(copy) + 1 :]
    return plain and any(one.sources in ((".",), ("./",)) and one.destination == folder for one in later)


def _installs(stage: Stage, run: Instruction) -> bool:
    from dockls.knowledge import install_command

    return any(install_command(list(command.words)) is not None for command in executed_by(stage, run))


def _reason(model: Model, stage: Stage, copy: Copy, run: Instruction) -> str | None:
    old = lacking(model, "mounts")
    if old is not None:
        return f"`{old}` knows no mounts"
    for source in copy.sources:
        if set(source) & set("*?["):
            return f"a mount cannot show what the pattern `{source}` finds"
        if "$" in source:
            return f"what `{source}` means in a mount is not known"
        if stage.context.kind(source) == "directory" or source.endswith("/"):
            return f"`{source}` is a folder, into which the command may write"
    if copy.instruction.flags:
        return f"`{copy.instruction.flags[0].text}` cannot be said of a mount"
    if run.is_json or run.heredocs:
        return "the RUN is in exec form or a here-document"
    if edits.leading_comments(model, copy.instruction):
        return "the comment above the COPY would be lost"
    return _written(stage, run)


def _written(stage: Stage, run: Instruction) -> str | None:
    """Why the RUN may write to what it reads."""
    from dockls.knowledge import install_command

    for command in executed_by(stage, run):
        install = install_command(list(command.words))
        if install is not None and not install.frozen and install.lock_files:
            return f"`{' '.join(command.words[:3])}` may write to `{install.lock_files[0]}`"
        if install is None and command.words[0] not in ("cd", "set", "rm", "true", "echo"):
            return f"`{' '.join(command.words[:3])}` may write to the files"
    return None


def _edits(model: Model, stage: Stage, copy: Copy, run: Instruction) -> tuple[Edit, ...]:
    workdir = stage.state_before(run).workdir
    mounts = []
    for source in copy.sources:
        name = posixpath.basename(source)
        path = posixpath.join(copy.destination or "/", name) if copy.is_folder else copy.destination or "/"
        inside = workdir is not None and posixpath.dirname(path) == workdir
        mounts.append(f"--mount=type=bind,source={source},target={posixpath.basename(path) if inside else path}")
    ending, escape = edits.line_ending(model), run.escape
    start = model.start_of(run) + (run.flags[0].span.start if run.flags else run.body_span.start)
    text = "".join([f"{mount} {escape}{ending}    " for mount in mounts])
    return (edits.delete(model, copy.instruction), Edit(Span(start, start), text))
