"""Where the builder ends: with the last step that the build needs, or where the user says."""

from typing import NamedTuple

from dockls.ecosystems import Obstacle, Wish
from dockls.ecosystems.steps import steps_behind
from dockls.semantics import Stage
from dockls.semantics.execution import executed
from dockls.syntax import Instruction


class Cut(NamedTuple):
    """`last` is the builder's last instruction, `runtime` the steps below it; `dropped` serve only to tidy up.

    `owned` tells that the stage hands its files to another user than root.
    """

    last: Instruction
    runtime: tuple[Instruction, ...]
    dropped: frozenset[Instruction]
    owned: bool


def cut_at(
    stage: Stage, last: Instruction, wish: Wish, useless: frozenset[Instruction] = frozenset()
) -> Cut | Obstacle:
    """The cut behind the build's last step and tidying up; an obstacle where what stands below cannot be sorted.

    `useless` are steps that neither builder nor runtime needs.
    """
    instructions = stage.instructions
    if wish.last is not None:
        if instructions.index(wish.last) < instructions.index(last):
            return Obstacle("the selection ends above the last step that the program is built by")
        below = steps_behind(stage, wish.last)
        steps = tuple([step for step in instructions if step in (*below.runtime, *below.tidying, *below.unknown)])
        return Cut(wish.last, steps, useless, _owned(stage))
    below = steps_behind(stage, last)
    unknown = [step for step in below.unknown if step not in useless]
    if unknown:
        return Obstacle(
            f"`{_shown(unknown[0])}` below the build may be needed at run time; "
            "select the instructions that the builder shall keep"
        )
    dropped = list(useless)
    for step in below.tidying:
        if step in useless:
            continue
        if any(instructions.index(other) < instructions.index(step) for other in below.runtime):
            dropped.append(step)
        else:
            last = step
    runtime = tuple([step for step in below.runtime if step not in useless])
    return Cut(last, runtime, frozenset(dropped), _owned(stage))


def _shown(instruction: Instruction) -> str:
    text = " ".join([line.strip().rstrip("\\`").strip() for line in instruction.text.split("\n")]).strip()
    return text if len(text) <= 60 else text[:57].rstrip() + "…"


def _owned(stage: Stage) -> bool:
    """Whether a step gives files to another user: a chown, a COPY --chown, or a USER above a step."""
    if any(command.command.program == "chown" for command in executed(stage)):
        return True
    user = False
    for instruction in stage.instructions:
        user = user or instruction.keyword == "USER"
        if instruction.keyword in ("COPY", "ADD") and instruction.parsed.flag("chown") is not None:
            return True
        if user and instruction.keyword == "RUN":
            return True
    return False
