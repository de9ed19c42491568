"""Which steps a change of files, build arguments or base images runs again.

What a step's cache key depends on is said in `cache`. A step runs again if its own inputs changed, or if the step
before it does; a COPY --link does not look at the step before it. BuildKit compares the *content* that COPY --from
takes, so a stage that is rebuilt to the same files ends the chain; here every stage below it counts as rebuilt.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from dockls.semantics.cache import STEPS, Inputs, inputs_of
from dockls.semantics.model import Model
from dockls.semantics.stage import Stage, State
from dockls.semantics.variable_uses import variables
from dockls.syntax import Instruction, Parsed


class Step(NamedTuple):
    """An instruction that fills the cache, and why it runs again (None: it does not)."""

    instruction: Instruction
    reason: str | None


class Changes(NamedTuple):
    """What is different from the last build: paths in the build context, names of build arguments, images by name."""

    paths: Collection[str] = ()
    arguments: Collection[str] = ()
    images: Collection[str] = ()


def rebuilt(model: Model, target: Stage, changes: Changes) -> tuple[tuple[Stage, tuple[Step, ...]], ...]:
    """The stages that the target needs, in order of the file, each with its steps."""
    found: list[tuple[Stage, tuple[Step, ...]]] = []
    again: set[int] = set()
    # BuildKit lets a stage name only those above it.
    for number in sorted(model.graph.reachable(target.index)):
        stage = model.stages[number]
        base = _changed_base(stage, changes, again)
        steps = tuple(_steps(model, stage, changes, again, base))
        found.append((stage, steps))
        if base is not None or any(step.reason for step in steps):
            again.add(number)
    return tuple(found)


class _Executed(NamedTuple):
    """An instruction at work, with the stage in which it is written and the state before it."""

    owner: Stage
    instruction: Instruction
    parsed: Parsed
    state: State


def _executed(stage: Stage) -> Iterable[_Executed]:
    """The triggers that run in the stage, then its own instructions."""
    for fired in stage.fired:
        assert stage.parent is not None
        yield _Executed(stage.parent, fired.instruction, fired.parsed, fired.state)
    for instruction in stage.instructions:
        yield _Executed(stage, instruction, instruction.parsed, stage.state_before(instruction))


def _steps(model: Model, stage: Stage, changes: Changes, again: Collection[int], above: str | None) -> Iterable[Step]:
    """The steps; `above` is why those of the base run again."""
    arguments = set(changes.arguments)
    environment: str | None = None
    for one in _executed(stage):
        keyword = one.parsed.keyword
        used = _first_used(one, [name for name in arguments if name in one.state.arguments])
        if used and keyword == "ARG":
            arguments |= {word.value.partition("=")[0] for word in one.parsed.words}
        elif used and keyword == "ENV":
            environment = f"ENV above uses argument {used}"
        if keyword not in STEPS:
            continue
        inputs = inputs_of(one.owner, one.instruction, one.parsed, one.state)
        own = f"argument {used} changed" if used else _own_reason(model, inputs, changes, arguments, again)
        if own is None and keyword == "RUN":
            own = environment
        reason = own or (None if inputs.linked else above)
        yield Step(one.instruction, reason)
        if reason is not None and above is None:
            line = model.tree.line_index.position(model.start_of(one.instruction)).line + 1
            above = f"line {line} runs again"


def _changed_base(stage: Stage, changes: Changes, again: Collection[int]) -> str | None:
    if stage.parent is not None and stage.parent.index in again:
        return f"stage {stage.parent.title} is rebuilt"
    if stage.base_image is not None and _is_changed(stage.base_image, changes.images):
        return f"image {stage.base_image} changed"
    used = next((use.name for use in variables(stage.declaration.text) if use.name in changes.arguments), None)
    return f"argument {used} selects another image" if used else None


def _is_changed(image: str, changed: Collection[str]) -> bool:
    """Whether an image is among those that changed, however both are written."""
    return bool(changed) and _canonical(image) in [_canonical(name) for name in changed]


def _canonical(image: str) -> str:
    from dockls.knowledge.image_reference import parse_reference

    reference = parse_reference(image)
    if reference is None:
        return image
    return reference.canonical if reference.tag or reference.digest else f"{reference.canonical}:latest"


def _own_reason(
    model: Model, inputs: Inputs, changes: Changes, arguments: Collection[str], again: Collection[int]
) -> str | None:
    for path in changes.paths:
        if any(_takes(pattern, path) for pattern in inputs.context):
            return f"{path} changed"
    for name in sorted(inputs.arguments.intersection(arguments)):
        return f"argument {name} changed"
    for number in inputs.stages:
        if number in again:
            return f"stage {model.stages[number].title} is rebuilt"
    for image in inputs.images:
        if _is_changed(image, changes.images):
            return f"image {image} changed"
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


def _first_used(executed: _Executed, names: Collection[str]) -> str | None:
    """The first of the names that an instruction other than RUN expands."""
    if not names or executed.parsed.keyword == "RUN":
        return None
    return next((use.name for use in variables(executed.instruction.text) if use.name in names), None)
