"""What each instruction's cache key depends on, hence what a change rebuilds.

Sources: docs.docker.com/build/cache/invalidation; BuildKit convert.go (``dispatchRun``: every ARG declared before a RUN
is part of its environment; predefined proxy ARGs only where they are declared). COPY and ADD and bind mounts depend on
the content of what they take, a step on the step before it unless it is a COPY --link.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dockls.semantics.graph import Reference
from dockls.semantics.mounts import mounts_of
from dockls.semantics.stage import Stage, State, expanded
from dockls.syntax import Instruction, Parsed

#: instructions that change the file system: what a lost cache costs time for
STEPS = ("RUN", "COPY", "ADD", "WORKDIR")


class Inputs(NamedTuple):
    """What the cache key of one step depends on beyond the step before it.

    `context` are the patterns of the build context that it reads (``.`` is all), `arguments` the ARGs in force,
    `stages` the numbers of stages it takes files from, `images` the images. `linked` tells a COPY --link, independent
    of the step before.
    """

    context: tuple[str, ...] = ()
    arguments: frozenset[str] = frozenset()
    stages: tuple[int, ...] = ()
    images: tuple[str, ...] = ()
    linked: bool = False


def inputs_of(stage: Stage, instruction: Instruction, parsed: Parsed, state: State) -> Inputs:
    """The inputs of what an instruction of the stage executes in a state: itself, or its trigger further down."""
    if parsed.keyword in ("COPY", "ADD"):
        linked = parsed.flag("link") is not None
        mentioned = [one for one in stage.references if one.mention.place.item is instruction]
        if mentioned and parsed.flag("from") is not None:
            return _taken(mentioned[:1], linked)
        words = [word.value for word in parsed.words[:-1]]
        values = [expanded(word, state, instruction.escape) or word for word in words]
        local = [value for value in values if "://" not in value and not value.startswith("<<")]
        return Inputs(tuple(local), linked=linked)
    if parsed.keyword == "RUN":
        shown = [one for one in mounts_of(instruction, parsed.flags) if one.kind == "bind" and "from" not in one.fields]
        context = tuple([mount.source or "." for mount in shown])
        taken = _taken([one for one in stage.references if one.mention.place.item is instruction], False)
        return taken._replace(context=context, arguments=frozenset(state.arguments))
    return Inputs()


def _taken(references: Sequence[Reference], linked: bool) -> Inputs:
    stages = tuple([one.target for one in references if one.target is not None])
    images = tuple([one.value for one in references if one.target is None])
    return Inputs(stages=stages, images=images, linked=linked)
