"""A RUN that only changes owner or mode of what a COPY above has brought.

A layer holds whole files: `chmod` and `chown` write every one of them again, so the image grows by their size. `COPY
--chmod` and `COPY --chown` set both when the files are copied.

Told is a RUN of nothing but `chmod` and `chown` on paths that a COPY or ADD of the same stage brings, in the stage that
is built by default and those that it starts from. Where a RUN between has put more there (`npm ci`), it is told of
folders that are changed with all that is in them: that RUN could work as the user who is to own its files. Source:
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
from typing import NamedTuple

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction, Place

_SETTING = {"chmod": ("--chmod", "mode"), "chown": ("--chown", "owner")}


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def layer_for_permissions(model: Model) -> Iterator[Finding]:
    """Look at the RUNs of the finished image."""
    for stage in model.target_chain:
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
        origins = [_origin(brought, path, command) for path in paths if path is not None]
        if paths and len(origins) == len(paths) and (first := origins[0]) is not None and all(origins):
            flag, what = _SETTING[command.command.program]
            message = (
                f"this writes `{paths[0]}` a second time; `{first.instruction.keyword} {flag}` sets the {what} at once"
            )
            if not first.is_near:
                message = (
                    f"this writes all that is in `{paths[0]}` a second time; set the {what} where the files are made"
                )
            related = (Related(Place(first.instruction, first.instruction.head_span), "brings it"),)
            yield Finding(command.place, message, related)
            return


class _Origin(NamedTuple):
    """What brings files to a place; `is_near` tells that no RUN stands between it and the change."""

    instruction: Instruction
    is_near: bool


def _brought(stage: Stage, run: Instruction) -> dict[str, _Origin]:
    """Where each COPY and ADD above the RUN puts its files, of those without such a flag."""
    above = list(stage.instructions[: stage.instructions.index(run)])
    last = max([number for number, one in enumerate(above) if one.keyword == "RUN"], default=-1)
    found: dict[str, _Origin] = {}
    for copy in copies_of(stage):
        flags = {flag.name for flag in copy.instruction.flags}
        if copy.instruction in above and copy.destination not in (None, "/") and not flags & {"chown", "chmod"}:
            found[copy.destination or ""] = _Origin(copy.instruction, copy.instruction in above[last + 1 :])
    return found


def _origin(brought: dict[str, _Origin], path: str, command: Executed) -> _Origin | None:
    """What brings the path: directly above, or, where all below it is changed too, anywhere above."""
    exact = brought.get(path)
    if exact is not None and exact.is_near:
        return exact
    if not any(word.startswith("-") and "R" in word for word in command.words) and "--recursive" not in command.words:
        return None
    below = [origin for place, origin in brought.items() if place == path or place.startswith(path + "/")]
    return below[-1]._replace(is_near=False) if below else None


def _paths(stage: Stage, command: Executed) -> list[str | None]:
    """The paths behind mode or owner."""
    return [None if set(word) & set("*?[`") else named_path(stage, command, word) for word in command.operands[1:]]
