"""Splits a stage in two above the instruction at the cursor.

What stands above becomes a stage with a name of its own, what stands below starts from it and keeps the name of the
whole, so that everything that used the stage finds the same. The upper part can then be built alone, be shared by other
stages, or be left out of the final image by copying from it: the first step of most splits that no pattern fits. The
image stays the same: ENV, ARG, WORKDIR, USER, SHELL and all metadata flow from stage to stage as they do from line to
line. Numbers of stages in `--from=N` are adjusted. It is the inverse of inlining a stage; the setting `name` asks for
another name than the one the upper part's commands tell.

It is refused where the lower part would not build the same: triggers (`ONBUILD`) of the upper part would run in it, and
an ENTRYPOINT drops the CMD of its base but not one of its own stage. So it is where a file of the workspace builds the
stage, or one below it, by its number.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
<|>COPY . .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24 AS deps
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM deps
COPY . .
CMD ["node", "server.js"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.cache import STEPS
from dockls.semantics.renaming import numbered_name, unusable
from dockls.semantics.stage_purpose import telling_name
from dockls.syntax import Blank, Instruction
from dockls.text import Edit, Span


@refactoring(title="Split stage here", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def split_stage(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on every instruction of a stage that has a step above it."""
    stage = model.stage_at(selection.start)
    instruction = model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction not in stage.instructions or not stage.declaration.words:
        return None
    place = stage.instructions.index(instruction)
    above, below = stage.instructions[:place], stage.instructions[place:]
    if not any(one.keyword in STEPS for one in above):
        return None
    reason = _means_less(above, below) or _counted(model, stage)
    if reason is not None:
        return Refused(reason)
    taken = unusable(model, name) if name else None
    if taken is not None:
        return Refused(taken)
    wanted = name or _telling_name(model, stage, instruction)
    return Plan(_edits(model, stage, instruction, wanted), title=f"Split stage here (above: `{wanted}`)")


def _means_less(above: tuple[Instruction, ...], below: tuple[Instruction, ...]) -> str | None:
    """Why the lower part would build another image."""
    upper, lower = {one.keyword for one in above}, {one.keyword for one in below}
    if "ONBUILD" in upper:
        return "the triggers (ONBUILD) above would run in the part below"
    if "CMD" in upper and "ENTRYPOINT" in lower and "CMD" not in lower:
        return "the ENTRYPOINT below would drop the CMD above, which would then be that of its base"
    return None


def _counted(model: Model, stage: Stage) -> str | None:
    """Who builds a stage by a number that would be another one's."""
    for use in model.surroundings.targets:
        if use.name.isdecimal() and int(use.name) >= stage.index:
            return f"{use.path.rpartition('/')[2]} builds stage number {use.name}, which would be another one"
    return None


def _telling_name(model: Model, stage: Stage, instruction: Instruction) -> str:
    """What the commands of the upper part tell, where that is free, else ``base``."""
    placeholder = _free(model, "stage-above")
    after = model.updated(model.tree.edited(_edits(model, stage, instruction, placeholder)))
    told = telling_name(after, after.stages[stage.index])
    return told if "-" not in told and unusable(model, told) is None else _free(model, "base")


def _free(model: Model, wanted: str) -> str:
    return wanted if unusable(model, wanted) is None else numbered_name(model, wanted)


def _edits(model: Model, stage: Stage, instruction: Instruction, name: str) -> tuple[Edit, ...]:
    declaration = stage.declaration
    own = stage.node.interface.written_name
    as_word = edits.keyword(model, "AS")
    if own is not None:
        place = stage.node.place
        named = edits.replace(model, place, name)
    else:
        end = model.start_of(declaration) + declaration.words[-1].span.end
        named = Edit(Span(end, end), f" {as_word} {name}")
    start = edits.block_span(model, instruction).start
    is_apart = isinstance(model.tree.item_at(start - 1), Blank)
    line = f"{edits.keyword(model, 'FROM')} {name}" + (f" {as_word} {own}" if own is not None else "")
    added = edits.lines(model, [line] if is_apart else ["", line])
    return (named, Edit(Span(start, start), added), *edits.counted_on(model, stage.index))
