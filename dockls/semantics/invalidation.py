"""Which steps a change of files or build arguments runs again.

What a step's cache key depends on is said in `cache`. A step runs again if its own inputs changed, or if the step
before it does; a COPY --link does not look at the step before it. BuildKit compares the *content* that COPY --from
takes, so a stage that is rebuilt to the same files ends the chain; here every stage below it counts as rebuilt.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from dockls.semantics.cache import STEPS, Inputs, inputs_of
from dockls.semantics.model import Model
from dockls.semantics.stage import Stage
from dockls.semantics.variable_uses import variables
from dockls.syntax import Instruction


class Step(NamedTuple):
    """An instruction that fills the cache, and why it runs again (None: it does not)."""

    instruction: Instruction
    reason: str | None


class Changes(NamedTuple):
    """What is different from the last build: paths in the build context, and names of build arguments."""

    paths: Collection[str]
    arguments: Collection[str]


def rebuilt(model: Model, target: Stage, changes: Changes) -> tuple[tuple[Stage, tuple[Step, ...]], ...]:
    """The stages that the target needs, in order of the file, each with its steps."""
    found: list[tuple[Stage, tuple[Step, ...]]] = []
    again: set[int] = set()
    # BuildKit lets a stage name only those above it.
    for number in sorted(model.graph.reachable(target.index)):
        steps = tuple(_steps(model, model.stages[number], changes, again))
        found.append((model.stages[number], steps))
        if any(step.reason for step in steps):
            again.add(number)
    return tuple(found)


def _steps(model: Model, stage: Stage, changes: Changes, again: Collection[int]) -> Iterable[Step]:
    above: str | None = None
    if stage.parent is not None and stage.parent.index in again:
        above = f"stage {stage.parent.title} is rebuilt"
    elif used := _first_used(stage.declaration, changes.arguments):
        above = f"argument {used} selects another image"
    arguments = set(changes.arguments)
    environment: str | None = None
    for instruction in stage.instructions:
        declared = stage.state_before(instruction).arguments
        used = _first_used(instruction, [name for name in arguments if name in declared])
        if used and instruction.keyword == "ARG":
            arguments |= {word.value.partition("=")[0] for word in instruction.words}
        elif used and instruction.keyword == "ENV":
            environment = f"ENV above uses argument {used}"
        if instruction.keyword not in STEPS:
            continue
        inputs = inputs_of(stage, instruction)
        own = f"argument {used} changed" if used else _own_reason(model, inputs, changes.paths, arguments, again)
        if own is None and instruction.keyword == "RUN":
            own = environment
        reason = own or (None if inputs.linked else above)
        yield Step(instruction, reason)
        if reason is not None and above is None:
            line = model.tree.line_index.position(model.start_of(instruction)).line + 1
            above = f"line {line} runs again"


def _own_reason(
    model: Model, inputs: Inputs, paths: Collection[str], arguments: Collection[str], again: Collection[int]
) -> str | None:
    for path in paths:
        if any(_takes(pattern, path) for pattern in inputs.context):
            return f"{path} changed"
    for name in sorted(inputs.arguments.intersection(arguments)):
        return f"argument {name} changed"
    for number in inputs.stages:
        if number in again:
            return f"stage {model.stages[number].title} is rebuilt"
    return None


def _takes(pattern: str, path: str) -> bool:
    """Whether a source of COPY, relative to the context, takes a path there."""
    from dockls.project.wildcards import BadPatternError, go_match

    wanted = pattern.strip("/").removeprefix("./").rstrip("/")
    if wanted in ("", "."):
        return True
    try:
        matcher = go_match(wanted)
    except BadPatternError:
        return False
    parts = path.split("/")
    return any(matcher.matches("/".join(parts[:length])) for length in range(1, len(parts) + 1))


def _first_used(instruction: Instruction, names: Collection[str]) -> str | None:
    """The first of the names that an instruction other than RUN expands."""
    if not names or instruction.keyword == "RUN":
        return None
    return next((use.name for use in variables(instruction.text) if use.name in names), None)
