"""What stages have in common from their FROM on: the image, and the first instructions."""

from dockls.semantics.graph import Resolution
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction

#: what means the same in a stage that others start from; CMD, ENTRYPOINT and ONBUILD mean less, or more
_SHARED = frozenset(
    ("ADD", "ARG", "COPY", "ENV", "EXPOSE", "LABEL", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)
_KNOWN = frozenset((Resolution.IMAGE, Resolution.SCRATCH, Resolution.STAGE))


def start_alike(stage: Stage, other: Stage) -> bool:
    """Whether two stages start from the same image for the same platform, whatever variables say."""
    one, two = stage.base, other.base
    if one is None or two is None or stage.declaration.problems or other.declaration.problems:
        return False
    same = stage.declaration.words[0].text == other.declaration.words[0].text
    flags = [flag.text for flag in stage.declaration.flags] == [flag.text for flag in other.declaration.flags]
    # A variable without a value stands for one image, too.
    is_open = one.resolution is Resolution.UNKNOWN and one.mention.has_variable
    known = one.resolution is two.resolution and one.target == two.target
    return same and flags and known and (is_open or one.resolution in _KNOWN)


def shared_beginning(stage: Stage, other: Stage) -> int:
    """How many instructions two stages that start alike have in common from the first one on."""
    count = 0
    for one, two in zip(stage.instructions, other.instructions, strict=False):
        if not means_the_same(one, two):
            break
        count += 1
    return count


def means_the_same(one: Instruction, other: Instruction) -> bool:
    """Whether two instructions mean the same behind the same others, and in a stage that others start from."""
    if one.keyword != other.keyword or one.keyword not in _SHARED or one.problems or other.problems:
        return False
    documents = [(doc.name, doc.content, doc.expand) for doc in one.heredocs]
    return (
        one.arguments == other.arguments
        and one.is_json == other.is_json
        and [flag.text for flag in one.flags] == [flag.text for flag in other.flags]
        and documents == [(doc.name, doc.content, doc.expand) for doc in other.heredocs]
    )
