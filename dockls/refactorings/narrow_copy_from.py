"""Takes from another stage only the program that the image starts, instead of the whole folder it lies in.

`COPY --from=build /app /app` brings sources, caches and everything else that the build left there. Where the program of
ENTRYPOINT or CMD is a single file that the stage is known to build (Go, Rust, C), that file alone is copied to the same
place, with the files that the command's arguments name. That the program reads no others is told as an assumption.

It is refused where more than that folder's program is started from it, and where what the program is made of is not
known: scripts need what lies around them.

```dockerfile
FROM golang:1.25 AS build
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.24
WORKDIR /app
COPY --from=build /app /app<|>
CMD ["/app/server"]
```

->

```dockerfile
FROM golang:1.25 AS build
WORKDIR /app
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.24
WORKDIR /app
COPY --from=build /app/server /app/server
CMD ["/app/server"]
```
"""

import posixpath

from dockls import edits
from dockls.ecosystems.programs import Running, named_files, running
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.semantics.files import CERTAIN, Copy, copy_of, made
from dockls.syntax import Instruction, Place
from dockls.text import Span

_COMPILED = frozenset(("go", "cargo", "c"))


@refactoring(title="Copy only the program", kind="refactor.rewrite.copy", grade="equivalent")
def narrow_copy_from(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a COPY of a folder from another stage, in which the image's program lies."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or stage is not model.target or instruction is None or instruction.keyword != "COPY":
        return None
    copy = copy_of(stage, instruction)
    if copy is None or copy.stage is None or len(copy.sources) != 1 or copy.destination is None or instruction.is_json:
        return None
    folder, source = copy.destination.rstrip("/") or "/", copy.sources[0].rstrip("/") or "/"
    runs = [run for run in running(stage) if run.path is not None and run.path.startswith(f"{folder.rstrip('/')}/")]
    programs = [run for run in runs if run.role == "program"]
    if not programs or source.startswith("$") or "*" in source or not source.startswith("/"):
        return None
    maker = model.stages[copy.stage]
    if not any(_is_compiled(maker, one) for one in maker.instructions if one.keyword == "RUN"):
        return None
    paths = [_moved(run.path or "", folder, source) for run in programs]
    reason = _reason(stage, maker, copy, programs, paths)
    if reason is not None:
        return Refused(reason)
    named = [path for path in named_files(stage, tuple(programs)) if path.startswith(f"{folder.rstrip('/')}/")]
    wanted = [*dict.fromkeys(paths), *[_moved(path, folder, source) for path in named]]
    flags = " ".join([flag.text for flag in instruction.flags])
    lines = [f"{instruction.raw_keyword} {flags} {path} {_moved(path, source, folder)}" for path in wanted]
    text = edits.lines(model, lines).rstrip("\r\n")
    change = edits.replace(model, Place(instruction, instruction.span), text)
    return Plan((change,), (f"the program reads no other file of `{folder}`",))


def _moved(path: str, before: str, after: str) -> str:
    return posixpath.normpath(posixpath.join(after, posixpath.relpath(path, before)))


def _reason(stage: Stage, maker: Stage, copy: Copy, runs: list[Running], paths: list[str]) -> str | None:
    for run, path in zip(runs, paths, strict=True):
        entry = made(maker, path)
        exact = entry is not None and entry.path == path and entry.kind == "file" and entry.certainty == CERTAIN
        if entry is None or not exact or not _is_compiled(maker, entry.instruction):
            return f"what `{run.words[0]}` is made of, and needs around it, is not known"
    below = stage.instructions[stage.instructions.index(copy.instruction) + 1 :]
    if any(one.keyword == "RUN" for one in below):
        return "a step below may need other files of the folder"
    return None


def _is_compiled(stage: Stage, instruction: Instruction) -> bool:
    from dockls.knowledge import build_command

    known = [build_command(list(command.words)) for command in executed_by(stage, instruction)]
    return any(build is not None and build.ecosystem in _COMPILED for build in known)
