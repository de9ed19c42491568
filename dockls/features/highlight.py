"""Highlight the mentions of the stage or the variable under the cursor."""

from typing import NamedTuple

from dockls.semantics import Model
from dockls.semantics.occurrences import occurrence_at, occurrences
from dockls.syntax import Place


class Highlight(NamedTuple):
    """A mention; `kind` is ``write`` for a declaration, else ``read``."""

    place: Place
    kind: str


def highlight(model: Model, offset: int) -> tuple[Highlight, ...]:
    """All mentions of what an absolute offset mentions, in order of the file; empty if that is nothing."""
    found = occurrence_at(model, offset)
    if found is None:
        return ()
    return tuple(
        [
            Highlight(occurrence.place, "write" if occurrence.is_declaration else "read")
            for occurrence in occurrences(model, found.symbol)
        ]
    )
