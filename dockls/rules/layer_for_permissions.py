"""A RUN that only changes owner or mode of what a COPY above has brought.

A layer holds whole files: `chmod` and `chown` write every one of them again, so the image grows by their size. `COPY
--chmod` and `COPY --chown` set both when the files are copied.

Told is a RUN of nothing but `chmod` and `chown` on paths that a COPY or ADD of the same stage brings, without a RUN
between that may have put more there, in the stage that is built by default and those that it starts from. Source:
docs.docker.com/reference/dockerfile/#copy---chown---chmod.

```dockerfile
FROM node:24
COPY app /app
RUN chown -R node:node /app
    ^^^^^^^^^^^^^^^^^^^^^^^ hint: this writes `/app` a second time; `COPY --chown` sets the owner at once
USER node
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction, Place

_SETTING = {"chmod": ("--chmod", "mode"), "chown": ("--chown", "owner")}


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def layer_for_permissions(model: Model) -> Iterator[Finding]:
    """Look at the RUNs of the finished image."""
    for stage in model.target.chain if model.target is not None else ():
        for instruction in stage.instructions:
            if instruction.keyword == "RUN" and ("chmod" in instruction.text or "chown" in instruction.text):
                yield from _of_run(stage, instruction)


def _of_run(stage: Stage, run: Instruction) -> Iterator[Finding]:
    commands = executed_by(stage, run)
    if not commands or any(one.command.program not in _SETTING or one.conditional for one in commands):
        return
    brought = _brought(stage, run)
    for command in commands:
        paths = _paths(stage, command)
        origins = [brought.get(path) if path is not None else None for path in paths]
        if paths and all(origin is not None for origin in origins):
            flag, what = _SETTING[command.command.program]
            origin = origins[0]
            assert origin is not None
            message = f"this writes `{paths[0]}` a second time; `{origin.keyword} {flag}` sets the {what} at once"
            related = (Related(Place(origin, origin.head_span), "brings it"),)
            yield Finding(command.place, message, related)
            return


def _brought(stage: Stage, run: Instruction) -> dict[str, Instruction]:
    """Where each COPY and ADD puts its files, of those directly above the RUN, without such a flag."""
    above = list(stage.instructions[: stage.instructions.index(run)])
    last = max([number for number, one in enumerate(above) if one.keyword == "RUN"], default=-1)
    above = above[last + 1 :]
    found: dict[str, Instruction] = {}
    for copy in copies_of(stage):
        flags = {flag.name for flag in copy.instruction.flags}
        if copy.instruction in above and copy.destination not in (None, "/") and not flags & {"chown", "chmod"}:
            found[copy.destination or ""] = copy.instruction
    return found


def _paths(stage: Stage, command: Executed) -> list[str | None]:
    """The paths behind mode or owner."""
    return [None if set(word) & set("*?[`") else named_path(stage, command, word) for word in command.operands[1:]]
