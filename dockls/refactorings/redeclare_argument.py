"""Declares an ARG in the stage that uses it.

An ARG above the first FROM is visible in FROM lines only; in a stage its variable is empty until a bare `ARG NAME`
takes it over. The same is true of what BuildKit sets itself, such as `TARGETARCH`. The ARG goes directly behind FROM,
and where that would make a RUN above the first use depend on its value, directly above that use.

It is refused where a container would read the variable when it runs (CMD), which needs an ENV, where a script sets it
by itself, and where the stage declares it too far down. Nothing is offered for variables that the base image sets.

```dockerfile
ARG VERSION=1.0
FROM golang:1.25
WORKDIR /src
COPY . .
RUN go build -ldflags "-X main.version=$<|>VERSION" -o /app .
```

->

```dockerfile
ARG VERSION=1.0
FROM golang:1.25
ARG VERSION
WORKDIR /src
COPY . .
RUN go build -ldflags "-X main.version=$VERSION" -o /app .
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed_by
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.renaming import line_of
from dockls.semantics.scopes import Variables, variables_of
from dockls.semantics.variable_renaming import doubtful_use
from dockls.semantics.variable_words import VariableWord, variable_words
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

#: what an ARG can change of the contract
_FIELDS = ("environment", "labels", "ports", "volumes", "user", "workdir", "stop_signal")


@refactoring(title="Declare this ARG in the stage", kind="refactor.rewrite.argument", grade="changing")
def redeclare_argument(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a variable that is declared above the first FROM, or by BuildKit, and not in its stage."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction is stage.declaration or "$" not in instruction.text:
        return None
    word = _word_at(instruction, selection.start - model.start_of(instruction))
    if word is None or instruction.keyword == "ONBUILD":
        return None
    name, variables = word.name, variables_of(model)
    place = Place(instruction, word.span)
    if (name, place) not in variables.unbound or not _is_global(variables, name) or _is_inherited(stage, name):
        return None
    reason = _needs_something_else(model, stage, variables, word, instruction)
    if reason is not None:
        return Refused(reason)
    edit = _declared(model, stage, variables, name)
    after = model.updated(model.tree.edited([edit]))
    title = f"Declare ARG {name} in stage {stage.title}" if stage.name else f"Declare ARG {name} in this stage"
    return Plan((edit,), _assumptions(stage, name), title, _changed(model, after))


def _word_at(instruction: Instruction, offset: int) -> VariableWord | None:
    """The read of a variable at an offset of the instruction; the `$` and the braces belong to it."""
    for word in variable_words(instruction):
        opening = instruction.text[max(word.span.start - 2, 0) : word.span.start]
        start = word.span.start - (2 if opening == "${" else 1)
        if word.role in ("read", "shell", "start") and start <= offset <= word.span.end:
            return word
    return None


def _is_global(variables: Variables, name: str) -> bool:
    return is_platform_argument(name) or any(one.is_global and one.name == name for one in variables.bindings)


def _is_inherited(stage: Stage, name: str) -> bool:
    """Whether the base image sets the variable; an ENV wins over every ARG."""
    from dockls.knowledge import is_set_by_image

    known = base_facts(stage)
    return name in stage.states[0].environment or (known is not None and is_set_by_image(known.family, name))


def _needs_something_else(
    model: Model, stage: Stage, variables: Variables, word: VariableWord, instruction: Instruction
) -> str | None:
    """Why an ARG would not give the variable its value here."""
    name = word.name
    if word.role == "start":
        return f"{instruction.keyword} runs in the container, which sees no ARG; `{name}` would have to be an ENV"
    if word.role == "shell":
        commands = executed_by(stage, instruction)
        if not commands:
            return f"what the shell of this {instruction.keyword} makes of `{name}` is not known"
        if doubtful_use(instruction, name) is not None:
            return f"this {instruction.keyword} itself sets or looks up `{name}`"
        scripted = any(each.words[0] in (".", "source", "eval") for each in commands)
        if scripted and not is_platform_argument(name):
            return f"this {instruction.keyword} reads a script that may set `{name}`"
    for binding in variables.bindings:
        for mention in binding.mentions:
            item = mention.place.item
            if binding.name == name and binding.kind == "arg" and mention.is_declaration and item in stage.instructions:
                return f"line {line_of(model, mention.place)} declares `{name}` in this stage, but not above this use"
    return None


def _declared(model: Model, stage: Stage, variables: Variables, name: str) -> Edit:
    """The bare ARG behind FROM and the ARGs there, or above the first use if a RUN stands between."""
    body = stage.instructions
    users = {place.item for unbound, place in variables.unbound if unbound == name}
    first = next(number for number, each in enumerate(body) if each in users and _is_user(stage, each, name))
    behind = next(number for number, each in enumerate(body) if each.keyword != "ARG" or number == first)
    lines = [f"{edits.keyword(model, 'ARG')} {name}"]
    if any(each.keyword == "RUN" for each in body[behind:first]):
        return edits.insert_before(model, body[first], lines)
    return edits.insert_after(model, body[behind - 1] if behind else stage.declaration, lines)


def _is_user(stage: Stage, instruction: Instruction, name: str) -> bool:
    """Whether an instruction reads the variable from outside while the image is built."""
    if instruction.keyword in ("ONBUILD", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        return False
    return instruction.keyword != "RUN" or doubtful_use(instruction, name) is None


def _assumptions(stage: Stage, name: str) -> tuple[str, ...]:
    """Of distributions it is known that they set nothing, of other images a few variables only."""
    known = base_facts(stage)
    if is_platform_argument(name) or (known is not None and known.role in ("distro", "empty")):
        return ()
    return (f"the base image sets no variable `{name}`",)


def _changed(before: Model, after: Model) -> frozenset[str]:
    """The parts of the image's contract that the value of the variable changes."""
    if before.target is None or after.target is None:
        return frozenset()
    old, new = contract(before.target), contract(after.target)
    return frozenset([field for field in _FIELDS if getattr(old, field) != getattr(new, field)])
