"""Gives a variable another name in its whole scope, or tells why that must not be.

An ARG is set from outside under its name and an ENV is read from outside under its name, so much is refused: what
BuildKit or a tool defines, what a build of the workspace passes, what ends in the image, and what a command may look
up by name without a ``$`` that could be followed.
"""

from typing import NamedTuple

from dockls.semantics.model import Model
from dockls.semantics.platforms import is_predefined_argument
from dockls.semantics.renaming import line_of
from dockls.semantics.scopes import Binding, variables_of
from dockls.semantics.variable_words import is_identifier, shell_spans, variable_words
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span


class VariableRenaming(NamedTuple):
    """The edits, and what they take for granted as sentences."""

    edits: tuple[Edit, ...]
    assumptions: tuple[str, ...] = ()


def rename_variable(model: Model, binding: Binding, new_name: str) -> VariableRenaming | str:
    """Give all mentions of the variable another name; a sentence without a full stop where that must not be."""
    reason = fixed_name(model, binding) or _unusable(model, binding, new_name)
    if reason is not None:
        return reason
    edits = tuple([Edit(model.absolute(mention.place), new_name) for mention in binding.mentions])
    before, after = variables_of(model), variables_of(model.updated(model.tree.edited(edits)))
    names = [new_name if _is_same(one, binding) else one.name for one in before.bindings]
    counts = [len(one.mentions) for one in before.bindings]
    if names != [one.name for one in after.bindings] or counts != [len(one.mentions) for one in after.bindings]:
        return f"`{new_name}` would mean another variable somewhere"
    assumptions: tuple[str, ...] = ()
    if binding.stages:
        assumptions = (f"No command reads `{binding.name}` from its environment under that name.",)
    if binding.kind == "arg":
        assumptions += (f"Nobody passes `--build-arg {binding.name}=…` to the build.",)
    return VariableRenaming(edits, assumptions)


def fixed_name(model: Model, binding: Binding) -> str | None:
    """Why the variable must keep its name, whatever the new one is; None if it need not."""
    from dockls.knowledge import buildkit_arguments, is_build_only_variable

    name = binding.name
    if binding.kind == "arg":
        if is_predefined_argument(name) or name in buildkit_arguments():
            return f"BuildKit itself defines `{name}`"
        if name in model.surroundings.build_arguments or any(
            name in build.arguments for build in model.surroundings.builds
        ):
            return f"a build of the workspace passes `{name}` from outside"
    elif binding.stages & _delivered(model):
        return f"`{name}` is part of the image's environment, where its program may read it"
    if is_build_only_variable(name) and binding.stages:
        return f"tools read `{name}` from their environment"
    return _looked_up(model, binding)


def _delivered(model: Model) -> set[int]:
    """The stages whose environment ends in an image that somebody builds: the last one, known targets, their bases."""
    targets = [model.graph.named(use.name) for use in model.surroundings.targets]
    numbers = [node.number for node in targets if node is not None]
    found: set[int] = set()
    for number in [*numbers, len(model.stages) - 1]:
        if model.stages:
            found.update(each.index for each in model.stages[number].chain)
    return found


def _looked_up(model: Model, binding: Binding) -> str | None:
    """Where a command may read the variable in a way that cannot be followed."""
    runs = [
        instruction
        for number in sorted(binding.stages)
        for instruction in model.stages[number].instructions
        if instruction.effective.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "COPY", "ADD")
    ]
    for instruction in runs:
        span = doubtful_use(instruction, binding.name)
        if span is not None:
            line = line_of(model, Place(instruction, span))
            return f"line {line} uses `{binding.name}` in a way that cannot be followed"
    if not binding.reads and any(instruction.effective.keyword == "RUN" for instruction in runs):
        return f"no instruction reads `{binding.name}`, so it is there for commands that look it up by this name"
    return None


def doubtful_use(instruction: Instruction, name: str) -> Span | None:
    """Where the name stands in a shell text without being a plain read of it, or in single quotes."""
    if name not in instruction.text:
        return None
    known = set()
    for word in variable_words(instruction):
        if word.name == name:
            if word.role == "text":
                return word.span
            known.add(word.span.start)
    for span in shell_spans(instruction):
        position = instruction.text.find(name, span.start, span.end)
        while position >= 0:
            end = position + len(name)
            if position not in known and _is_lookup(instruction.text, position, end):
                return Span(position, end)
            position = instruction.text.find(name, end, span.end)
    return None


_COMMANDS = frozenset(
    ("export", "unset", "printenv", "readonly", "declare", "local", "typeset", "read", "for", "-v", "--build-arg")
)
#: what programs write in front of the name when they look a variable up
_LOOK_UPS = ("environ[", "environ.get(", "getenv(", "process.env.", "ENV[", "ENV.fetch(", "$env:", "!", "%")


#: how far ahead of a name a command that looks it up may stand
_NEARBY = 200


def _is_same(one: Binding, other: Binding) -> bool:
    """Whether two computations of the variables mean the same one."""
    return one.mentions[0].place == other.mentions[0].place


def _is_lookup(text: str, start: int, end: int) -> bool:
    """Whether a whole word is set by the script itself, or looked up by a program."""
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    if before.isalnum() or after.isalnum() or "_" in (before, after):
        return False
    nearby = max(start - _NEARBY, 0)
    if text.rfind("((", nearby, start) > text.rfind("))", nearby, start):
        return True  # arithmetic reads variables without a dollar
    line_start = max([text.rfind(stop, nearby, start) + 1 for stop in "\n;&|"] + [nearby])
    ahead = text[line_start:start]
    if after in ("=", "+") and (not ahead.strip() or before in " \t(`"):
        return True
    return ahead.rstrip("\"'").endswith(_LOOK_UPS) or not _COMMANDS.isdisjoint(ahead.split()[-4:])


def _unusable(model: Model, binding: Binding, name: str) -> str | None:
    """Why the variable must not be given that name."""
    from dockls.knowledge import buildkit_arguments

    if not name or not is_identifier(name):
        return f"`{name}` is no variable name: letters, digits and `_` are allowed, the first must be no digit"
    if is_predefined_argument(name) or name in buildkit_arguments():
        return f"BuildKit itself defines `{name}`"
    variables = variables_of(model)
    for other in variables.bindings:
        meet = other.is_global or binding.is_global or not other.stages.isdisjoint(binding.stages)
        if other.name == name and meet and not _is_same(other, binding):
            return f"line {line_of(model, other.mentions[0].place)} declares `{name}` already"
    for unbound, place in variables.unbound:
        if unbound == name:
            return f"line {line_of(model, place)} reads `{name}`, which would become this variable"
    for number in sorted(binding.stages):
        if name in model.stages[number].final_state.environment:
            return f"the base image of stage {model.stages[number].title} sets `{name}`"
        for instruction in model.stages[number].instructions:
            span = doubtful_use(instruction, name)
            if span is not None:
                return f"line {line_of(model, Place(instruction, span))} uses the name `{name}` already"
    return None
