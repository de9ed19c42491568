"""Carries out all refactorings that improve a file, one after the other, each under guard.

A refactoring says by ``improves`` that it serves everybody and when it is its turn: what prepares others comes first.
"""

from collections.abc import Collection, Iterator

from dockls.engine.performing import Performed, guarded
from dockls.rooms import Plan, Refactoring, refactorings
from dockls.semantics import Model
from dockls.text import Span

#: more than any file needs; a step that would never end stops here
_MOST = 30


def improving() -> tuple[Refactoring, ...]:
    """The refactorings that improve a file, in their order."""
    found = [room for room in refactorings() if room.improves is not None]
    return tuple(sorted(found, key=lambda room: room.improves or 0))


def improved(model: Model, without: Collection[str] = ()) -> tuple[tuple[Performed, ...], Model]:
    """The steps that are possible, but for those of the names in `without`, and the model behind them.

    Remembered for the model: who is shown an offer asks for it again to have it carried out.
    """
    key = (improved, tuple(sorted(without)))
    # Kept on the tree: the memo of a model is handed down to the next one.
    kept = model.tree.memo.get(key)
    if kept is None or kept[0] is not model:
        kept = model.tree.memo[key] = (model, _improved(model, without))
    found: tuple[tuple[Performed, ...], Model] = kept[1]
    return found


def _improved(model: Model, without: Collection[str]) -> tuple[tuple[Performed, ...], Model]:
    steps: list[Performed] = []
    for room in improving():
        while room.name not in without and len(steps) < _MOST:
            found = _step(model, room)
            if found is None:
                break
            steps.append(found)
            model = model.updated(model.tree.edited(found.edits))
    return tuple(steps), model


def _step(model: Model, room: Refactoring) -> Performed | None:
    """The first place where the refactoring changes something."""
    for offset in _places(model):
        selection = Span(offset, offset)
        plan = room.plan(model, selection)
        if isinstance(plan, Plan):
            performed = guarded(model, room, plan, selection)
            if isinstance(performed, Performed) and performed.text != model.tree.text:
                return performed
    return None


def _places(model: Model) -> Iterator[int]:
    """Where each instruction of each stage begins."""
    for stage in model.stages:
        for instruction in (stage.declaration, *stage.instructions):
            yield model.start_of(instruction)
