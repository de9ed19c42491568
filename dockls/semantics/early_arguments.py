"""ARGs that are different in every build and stand above installs that do not use them."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from dockls.semantics.environment_reads import brings_packages, looks_up
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction, Place


class Early(NamedTuple):
    """An ARG with what must move along, the installs it touches, and where the first use stands (None: nowhere)."""

    group: tuple[Instruction, ...]
    installs: tuple[Executed, ...]
    use: Instruction | None


class EarlyArgument(NamedTuple):
    """A name that is declared too early: its place, what it touches, and what must move along with it."""

    place: Place
    name: str
    early: Early
    group: Early


def early_arguments(stage: Stage) -> tuple[EarlyArgument, ...]:
    """Every ARG of the stage whose name tells that it changes with each build, above installs without it."""
    return _early(stage, partial(_is_volatile, stage))


def early_platform_arguments(stage: Stage) -> tuple[EarlyArgument, ...]:
    """Every ARG of the stage that tells what platform is built for, above installs without it."""
    return _early(stage, lambda name, default: name.startswith("TARGET") and is_platform_argument(name))


def _early(stage: Stage, is_meant: Callable[[str, str | None], bool]) -> tuple[EarlyArgument, ...]:
    found: list[tuple[Place, str, Early]] = []
    for number, instruction in enumerate(stage.instructions):
        if instruction.keyword != "ARG":
            continue
        pairs = [pair for pair in instruction.pairs if is_meant(pair.name, pair.value)]
        if pairs and not _declared_again(stage.instructions, instruction):
            early = _followed(stage, instruction, stage.instructions[number + 1 :])
            found += [(Place(instruction, pair.name_span), pair.name, early) for pair in pairs if early.installs]
    others = [early for _, _, early in found]
    return tuple([EarlyArgument(place, name, early, _joined(stage, early, others)) for place, name, early in found])


def _joined(stage: Stage, early: Early, others: Sequence[Early]) -> Early:
    """What moves together because a LABEL or an ENV takes the values of several ARGs, as one group."""
    members, uses = set(early.group), [early.use]
    for _ in others:
        for other in others:
            if not members.isdisjoint(other.group) and not members.issuperset(other.group):
                members |= set(other.group)
                uses.append(other.use)
    order = stage.instructions
    places = [order.index(use) for use in uses if use is not None]
    group = tuple([instruction for instruction in order if instruction in members])
    return Early(group, early.installs, order[min(places)] if places else None)


def _is_volatile(stage: Stage, name: str, default: str | None) -> bool:
    from dockls.knowledge import is_cache_buster, is_open_default, is_volatile_name

    if default is None:
        default = stage.graph_arguments.get(name)
    # Tools of all kinds read SOURCE_DATE_EPOCH.
    if name == "SOURCE_DATE_EPOCH" or not is_open_default(default):
        return False
    return is_volatile_name(name, default) and not is_cache_buster(name)


def _declared_again(instructions: Sequence[Instruction], this: Instruction) -> bool:
    names = {pair.name for pair in this.pairs}
    return any(
        not names.isdisjoint([pair.name for pair in other.pairs])
        for other in instructions
        if other is not this and other.keyword in ("ARG", "ENV") and not _takes_over(other, names)
    )


def _takes_over(instruction: Instruction, names: set[str]) -> bool:
    """Whether an ENV only makes an ARG last: ``ENV GIT_COMMIT=$GIT_COMMIT``."""
    return instruction.keyword == "ENV" and all(
        pair.name in names and _mentions(pair.value or "", {pair.name}) for pair in instruction.pairs
    )


def _followed(stage: Stage, argument: Instruction, below: Sequence[Instruction]) -> Early:
    """Walk down from an ARG to its first use."""
    names = {pair.name for pair in argument.pairs}
    group, installs = [argument], list[Executed]()
    for instruction in below:
        mentioned = _mentions(instruction.text, names)
        if instruction.keyword == "RUN":
            found = None if mentioned else _installs(stage, instruction)
            if found is None:
                return Early(tuple(group), tuple(installs), instruction)
            installs += found
        elif mentioned and instruction.keyword in ("LABEL", "ARG", "ENV"):
            if any(
                not _mentions(pair.value or "", names) for pair in instruction.pairs if instruction.keyword != "LABEL"
            ):
                return Early(tuple(group), tuple(installs), instruction)
            group.append(instruction)
            names |= {pair.name for pair in instruction.pairs if instruction.keyword != "LABEL"}
        elif mentioned or instruction.keyword == "ONBUILD":
            return Early(tuple(group), tuple(installs), instruction)
    return Early(tuple(group), tuple(installs), None)


def _mentions(text: str, names: set[str]) -> bool:
    """Whether one of the names stands in a text as a word of its own."""
    for name in names:
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
                return True
            start = text.find(name, end)
    return False


def _installs(stage: Stage, instruction: Instruction) -> list[Executed] | None:
    """The installs of a RUN; None if one of its commands may read a variable from its environment."""
    commands = executed_by(stage, instruction)
    if not commands or any(looks_up(each.words) for each in commands):
        return None
    return [each for each in commands if brings_packages(each.words)]
