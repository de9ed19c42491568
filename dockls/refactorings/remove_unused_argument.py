"""Removes an ARG that nothing uses.

Such an ARG promises a choice that there is not, and its value belongs to what BuildKit looks up in its cache for every
RUN below it: `ARG TARGETPLATFORM` alone makes a download run once for each platform. An ARG above the first FROM goes
with those that take it over in stages, if none of these is used either. Comments above go along, unless they rather
speak of the ARG or the FROM directly below.

A variable is also in the environment of every RUN below it. It is therefore refused where a tool reads the name
(`HTTP_PROXY`, `DEBIAN_FRONTEND`, `TZ`), where a command may do so (a build, a script, an install that reads settings
of the project), where the variable is there to run commands again (`CACHEBUST`), and where a build of the workspace
passes it.

```dockerfile
FROM alpine:3.24
ARG APP_VERSION=1.0<|>
ARG APP_DIR=/srv/app
RUN apk add --no-cache curl
WORKDIR $APP_DIR
```

->

```dockerfile
FROM alpine:3.24
ARG APP_DIR=/srv/app
RUN apk add --no-cache curl
WORKDIR $APP_DIR
```
"""

from collections.abc import Iterator

from dockls.rearranging import without_argument
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.environment_reads import environment_reader
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.renaming import line_of
from dockls.semantics.scopes import Binding, VariableMention, variables_of
from dockls.semantics.variable_renaming import doubtful_use
from dockls.syntax import Instruction, Place
from dockls.syntax.parsed import Pair
from dockls.text import Edit, Span


@refactoring(title="Remove this unused ARG", kind="refactor.rewrite.argument", grade="equivalent")
def remove_unused_argument(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a variable of an ARG that no instruction reads."""
    instruction = model.instruction_at(selection.start)
    if instruction is None or instruction.keyword != "ARG" or not model.stages:
        return None
    pair = _pair_at(instruction, selection.start - model.start_of(instruction))
    found = None if pair is None else _declared(model, instruction, pair)
    if pair is None or found is None:
        return None
    binding, mention = found
    gone = _unused(model, binding, mention)
    if gone is None:
        return None
    if isinstance(gone, Refused):
        return gone
    runs = [each for one in gone for each in _runs_below(model, one)]
    reason = _needed(model, binding.name, runs)
    if reason is not None:
        return Refused(reason)
    changes = [edit for one in gone for edit in _removal(model, one, binding.name)]
    if model.tree.edited(changes).directives != model.tree.directives:
        return Refused("the comment below would become a parser directive")
    return Plan(tuple(changes), tuple(_assumptions(binding.name, bool(runs))), f"Remove unused ARG {binding.name}")


def _pair_at(instruction: Instruction, offset: int) -> Pair | None:
    """The variable at an offset of the instruction; the only one wherever the cursor stands."""
    if len(instruction.pairs) == 1:
        return instruction.pairs[0]
    for pair in instruction.pairs:
        if pair.name_span.start <= offset <= (pair.value_span or pair.name_span).end:
            return pair
    return None


def _declared(model: Model, instruction: Instruction, pair: Pair) -> tuple[Binding, VariableMention] | None:
    place = Place(instruction, pair.name_span)
    for binding in variables_of(model).bindings:
        for mention in binding.mentions:
            if mention.is_declaration and mention.place == place:
                return binding, mention
    return None


def _unused(model: Model, binding: Binding, mention: VariableMention) -> list[VariableMention] | Refused | None:
    """The declarations that can go together: this one, and those that take it over; None where one is read."""
    takers = [other for other in binding.mentions if other.declared == mention.place]
    bare = [other for other in takers if other.is_declaration and _value(other) is None]
    below = [other for one in bare for other in binding.mentions if other.declared == one.place]
    if not all(other.is_declaration for other in [*takers, *below]):
        return None
    is_global = model.stage_at(model.absolute(mention.place).start) is None
    if any(_value(other) is None for other in below) or (bare and not is_global):
        return Refused(f"`{binding.name}` is declared more than once")
    return [mention, *bare]


def _value(mention: VariableMention) -> str | None:
    """The default of a declaration as written."""
    item = mention.place.item
    pairs = item.pairs if isinstance(item, Instruction) else ()
    return next((pair.value for pair in pairs if pair.name_span == mention.place.span), None)


def _runs_below(model: Model, mention: VariableMention) -> Iterator[tuple[Stage, Instruction]]:
    """Every RUN that finds the variable in its environment, those of triggers and of stages that start from it too."""
    item = mention.place.item
    assert isinstance(item, Instruction)
    home = model.stage_at(model.start_of(item))
    for stage in model.stages if home is not None else ():
        above: Stage | None = stage
        while above is not None and above is not home:
            above = above.parent
        if above is None:
            continue
        is_below = stage is not home
        for instruction in stage.instructions:
            if is_below and instruction.effective.keyword == "RUN":
                yield stage, instruction
            is_below = is_below or instruction is item


def _needed(model: Model, name: str, runs: list[tuple[Stage, Instruction]]) -> str | None:
    """Why the variable may be of use although nothing reads it in the file."""
    from dockls.knowledge import buildkit_arguments, is_cache_buster, is_read_by_tools, predefined_arguments

    if name in buildkit_arguments() or name.startswith("BUILDKIT_"):
        return f"BuildKit itself reads `{name}`"
    if name in predefined_arguments() or (runs and is_read_by_tools(name)):
        return f"tools read `{name}` from their environment"
    if name in model.surroundings.build_arguments or any(
        name in build.arguments for build in model.surroundings.builds
    ):
        return f"a build of the workspace passes `{name}` from outside"
    if runs and is_cache_buster(name):
        return f"`{name}` is there to make the commands below it run again"
    for stage, instruction in runs:
        span = doubtful_use(instruction, name)
        if span is not None:
            return f"line {line_of(model, Place(instruction, span))} uses `{name}` in a way that cannot be followed"
        reader = environment_reader(stage, instruction, name)
        if reader is not None:
            line = line_of(model, Place(instruction, instruction.head_span))
            return f"`{reader}` in line {line} may read `{name}` from its environment"
    return None


def _assumptions(name: str, has_runs: bool) -> Iterator[str]:
    if has_runs:
        yield f"no command reads `{name}` from its environment"
    if not is_platform_argument(name):
        yield f"nobody passes `--build-arg {name}=…`, of which a build would warn then"


def _removal(model: Model, mention: VariableMention, name: str) -> Iterator[Edit]:
    """The instruction, or the variable alone where it is one of several."""
    instruction = mention.place.item
    assert isinstance(instruction, Instruction)
    start = model.start_of(instruction)
    if len(instruction.pairs) > 1:
        yield Edit(_among(instruction, mention.place.span).shifted(start), "")
    else:
        yield without_argument(model, instruction, name)


def _among(instruction: Instruction, name: Span) -> Span:
    """The span of one variable of several with the gap to the one above, for the first the gap to the second.

    Comments between the lines of an ARG speak of the variable below them.
    """
    spans = [Span(pair.name_span.start, (pair.value_span or pair.name_span).end) for pair in instruction.pairs]
    number = [pair.name_span for pair in instruction.pairs].index(name)
    if number > 0:
        return Span(spans[number - 1].end, spans[number].end)
    gap = instruction.text[spans[0].end : spans[1].start]
    has_comment = any(line.lstrip().startswith("#") for line in gap.splitlines())
    return Span(spans[0].start, spans[1].start - (len(gap.lstrip(" \t")) if has_comment else 0))
