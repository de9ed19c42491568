"""What each instruction's cache key depends on, hence what a change rebuilds.

Sources: docs.docker.com/build/cache/invalidation; BuildKit convert.go (``dispatchRun``: every ARG declared before a RUN
is part of its environment; predefined proxy ARGs are not part of the key). COPY and ADD and bind mounts depend on the
content of what they take, a step on the step before it unless it is a COPY --link.
"""

from typing import NamedTuple

from dockls.semantics.files import copy_of
from dockls.semantics.interface import mount_fields
from dockls.semantics.platforms import PROXY_ARGUMENTS
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction

#: instructions that change the file system: what a lost cache costs time for
STEPS = ("RUN", "COPY", "ADD", "WORKDIR")


class Inputs(NamedTuple):
    """What the cache key of one step depends on beyond the step before it.

    `context` are the patterns of the build context that it reads (``.`` is all), `arguments` the ARGs in force,
    `stages` the numbers of stages it takes files from. `linked` tells a COPY --link, independent of the step before.
    """

    context: tuple[str, ...]
    arguments: frozenset[str]
    stages: tuple[int, ...]
    linked: bool


def inputs_of(stage: Stage, instruction: Instruction) -> Inputs:
    """The inputs of an instruction of the stage."""
    state = stage.state_before(instruction)
    if instruction.keyword in ("COPY", "ADD"):
        copy = copy_of(stage, instruction)
        linked = instruction.parsed.flag("link") is not None
        if copy is None:
            return Inputs((), frozenset(), (), linked)
        if copy.stage is not None or copy.from_image:
            return Inputs((), frozenset(), () if copy.stage is None else (copy.stage,), linked)
        local = [source for source in copy.sources if "://" not in source and not source.startswith("<<")]
        return Inputs(tuple(local), frozenset(), (), linked)
    if instruction.keyword == "RUN":
        context, stages = _mounts(stage, instruction)
        arguments = frozenset(name for name in state.arguments if name not in PROXY_ARGUMENTS)
        return Inputs(context, arguments, stages, False)
    return Inputs((), frozenset(), (), False)


def _mounts(stage: Stage, instruction: Instruction) -> tuple[tuple[str, ...], tuple[int, ...]]:
    context: list[str] = []
    stages: list[int] = []
    for flag in instruction.flags:
        if flag.name != "mount" or flag.value is None:
            continue
        fields = mount_fields(instruction, flag)
        kind = fields["type"].text if "type" in fields else "bind"
        if "from" in fields:
            place = fields["from"].span
            stages += [
                reference.target
                for reference in stage.references
                if reference.target is not None
                and reference.mention.place.item is instruction
                and reference.mention.place.span == place
            ]
        elif kind == "bind":
            source = fields.get("source") or fields.get("src")
            context.append(source.text if source is not None else ".")
    return tuple(context), tuple(stages)


def steps_behind(stage: Stage, instruction: Instruction) -> tuple[Instruction, ...]:
    """The steps of the stage below `instruction`, which run again whenever it does."""
    instructions = stage.section.instructions
    behind = instructions[instructions.index(instruction) + 1 :]
    return tuple([step for step in behind if step.keyword in STEPS])
