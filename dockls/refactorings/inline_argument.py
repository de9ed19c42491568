"""Puts the value of an ARG in the places that use it, and removes the ARG.

A variable that is used once, and that nobody passes, hides its value from the reader. What it is replaced by is its
default; an ARG of a stage that takes over a global one goes with it. That nobody passes another value, and no command
reads it from its environment, is told as an assumption.

It is refused where the ARG has no default, where BuildKit or a tool knows the name, where a build of the workspace
passes it, and where a use is more than the plain variable (`${NAME:-…}`) or its value would have to be quoted. It is
also refused in triggers (ONBUILD), which find no ARG in the builds that run them.

```dockerfile
ARG APP_DIR=/srv/app<|>
FROM alpine:3.24
ARG APP_DIR
WORKDIR $APP_DIR
COPY run.sh ${APP_DIR}/run.sh
```

->

```dockerfile
FROM alpine:3.24
WORKDIR /srv/app
COPY run.sh /srv/app/run.sh
```
"""

from dockls.rearranging import without_argument
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.scopes import Binding, variables_of
from dockls.semantics.variable_renaming import fixed_name
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/:@+-")


@refactoring(title="Inline this ARG", kind="refactor.inline.argument", grade="equivalent")
def inline_argument(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on an ARG of one variable that is used."""
    instruction = model.instruction_at(selection.start)
    if instruction is None or instruction.keyword != "ARG" or len(instruction.pairs) != 1:
        return None
    binding = next((one for one in variables_of(model).bindings if _declares(one, instruction)), None)
    if binding is None or binding.kind != "arg" or not binding.reads:
        return None
    reason = fixed_name(model, binding)
    if reason is not None:
        return Refused(reason)
    declarations = [one.place.item for one in binding.mentions if one.is_declaration]
    found = [one for one in declarations if isinstance(one, Instruction)]
    values = {pair.value for one in found for pair in one.pairs if pair.value is not None}
    if any(one.keyword != "ARG" or len(one.pairs) != 1 for one in found) or len(values) > 1:
        return Refused(f"`{binding.name}` has more than one value")
    if not values:
        return Refused(f"`{binding.name}` has no default")
    value = _unquoted(values.pop())
    if "$" in value:
        return Refused(f"the value of `{binding.name}` depends on another variable")
    if not value or set(value) - _PLAIN:
        return Refused(f"the value of `{binding.name}` would have to be quoted")
    uses = [_use(model, mention.place.item, model.absolute(mention.place)) for mention in binding.reads]
    if None in uses:
        return Refused(f"a use of `{binding.name}` is more than the plain variable")
    reason = _different(model, binding, value, [span for span in uses if span is not None])
    if reason is not None:
        return Refused(reason)
    changes = [Edit(span, value) for span in uses if span is not None]
    changes += [without_argument(model, one, binding.name) for one in found]
    if model.tree.edited(changes).directives != model.tree.directives:
        return Refused("the comment below would become a parser directive")
    sentences = (
        f"nobody passes `--build-arg {binding.name}=…` to the build",
        f"no command reads `{binding.name}` from its environment",
    )
    return Plan(tuple(changes), sentences[: 2 if binding.stages else 1], f"Inline ARG {binding.name}")


def _unquoted(value: str) -> str:
    """The value without one pair of quotes around all of it."""
    return value[1:-1] if len(value) > 2 and value[0] == value[-1] and value[0] in "\"'" else value


def _different(model: Model, binding: Binding, value: str, uses: list[Span]) -> str | None:
    """Why the value in its place would mean something else than the variable."""
    from dockls.knowledge import is_read_by_tools

    if binding.stages and is_read_by_tools(binding.name):
        return f"tools read `{binding.name}` from their environment"
    for mention, span in zip(binding.reads, uses, strict=True):
        item = mention.place.item
        if isinstance(item, Instruction) and item.keyword == "ONBUILD":
            return f"a trigger uses `{binding.name}`, which has no value in the builds that run it"
        if value.isdecimal() and model.tree.text[span.end : span.end + 1] in ("<", ">"):
            return f"`{value}` in front of a redirection would be the number of a file"
    return None


def _declares(binding: Binding, instruction: Instruction) -> bool:
    return any(mention.is_declaration and mention.place.item is instruction for mention in binding.mentions)


def _use(model: Model, item: object, name: Span) -> Span | None:
    """The span of ``$NAME`` or ``${NAME}`` around a name; None where it is more than that."""
    text = model.tree.text
    if isinstance(item, Instruction) and item.keyword == "ARG":
        return None
    if text[name.start - 2 : name.start] == "${":
        return Span(name.start - 2, name.end + 1) if text[name.end : name.end + 1] == "}" else None
    return Span(name.start - 1, name.end) if text[name.start - 1 : name.start] == "$" else None
