"""Fixes that a refactoring carries out, with everything that guards it."""

from collections.abc import Mapping
from functools import partial

from dockls.engine.performing import Performed, perform
from dockls.rooms import Fix
from dockls.semantics import Model
from dockls.syntax import Place
from dockls.text import Edit


def refactored(
    title: str, refactoring: str, place: Place, safe: bool = False, settings: Mapping[str, str] | None = None
) -> Fix:
    """The fix that the refactoring of that name makes at a place; it does not apply where that is refused."""
    return Fix(title, partial(_edits, refactoring, place, settings or {}), safe)


def _edits(refactoring: str, place: Place, settings: Mapping[str, str], model: Model) -> tuple[Edit, ...] | None:
    span = model.absolute(place)
    performed = perform(model, refactoring, type(span)(span.start, span.start), settings)
    return performed.edits if isinstance(performed, Performed) and not performed.files else None
