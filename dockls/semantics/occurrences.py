"""What a place in the file stands for, a stage or a variable, and where else that is mentioned."""

from collections.abc import Iterable
from typing import NamedTuple

from dockls.semantics.model import Model
from dockls.semantics.renaming import is_image
from dockls.semantics.scopes import Binding, variables_of
from dockls.semantics.stage import Stage
from dockls.semantics.variable_words import variable_words
from dockls.syntax import Instruction, Place

#: a stage or a variable
Symbol = Stage | Binding


class Occurrence(NamedTuple):
    """A mention of a symbol; `declared` is where the mention's own declaration stands.

    That is the nearest declaration above for the read of a variable, and the global ARG for a bare ARG that takes it
    over; a first declaration names itself.
    """

    place: Place
    symbol: Symbol
    is_declaration: bool
    declared: Place
    by_number: bool = False


def occurrence_at(model: Model, offset: int) -> Occurrence | None:
    """The mention of a stage or of a declared variable that holds an absolute offset, or ends there."""
    instruction, stage = model.instruction_at(offset), model.stage_at(offset)
    if instruction is None:
        return None
    local = offset - model.start_of(instruction)
    if any(word.span.contains(local) for word in variable_words(instruction)):
        for binding in variables_of(model).bindings:
            for occurrence in _of_binding(binding):
                if occurrence.place.item is instruction and occurrence.place.span.contains(local):
                    return occurrence
    for number in _stages_mentioned(model, stage) if stage is not None else ():
        for occurrence in _of_stage(model, model.stages[number]):
            if occurrence.place.item is instruction and occurrence.place.span.contains(local):
                return occurrence
    return None


def occurrences(model: Model, symbol: Symbol) -> tuple[Occurrence, ...]:
    """All mentions of a symbol of this model, in order of the file."""
    found = _of_stage(model, symbol) if isinstance(symbol, Stage) else _of_binding(symbol)
    return tuple(sorted(found, key=lambda occurrence: model.absolute(occurrence.place)))


def _stages_mentioned(model: Model, stage: Stage) -> Iterable[int]:
    """The stage itself and what it refers to, each once."""
    targets = [reference.target for reference in stage.node.outgoing if not is_image(reference)]
    return dict.fromkeys([stage.index, *[target for target in targets if target is not None]])


def _of_stage(model: Model, stage: Stage) -> list[Occurrence]:
    declared = stage.node.interface.name_place or Place(stage.declaration, stage.declaration.keyword_span)
    mentions = [reference for reference in model.graph.dependents[stage.index] if not is_image(reference)]
    return [
        Occurrence(declared, stage, True, declared),
        *[_mention(one.mention.place, stage, declared, one.by_index) for one in mentions],
    ]


def _mention(place: Place, stage: Stage, declared: Place, by_number: bool) -> Occurrence:
    item, (start, end) = place
    text = item.text[start:end]
    if isinstance(item, Instruction) and len(text) > 2 and text[0] == text[-1] and text[0] in "'\"":
        place = Place(item, place.span._replace(start=start + 1, end=end - 1))
    return Occurrence(place, stage, False, declared, by_number)


def _of_binding(binding: Binding) -> list[Occurrence]:
    return [
        Occurrence(mention.place, binding, mention.is_declaration, mention.declared or mention.place)
        for mention in binding.mentions
    ]
