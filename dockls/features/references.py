"""Find all references: every mention of a stage or a variable, stage numbers included."""

from dockls.semantics import Model
from dockls.semantics.occurrences import occurrence_at, occurrences
from dockls.syntax import Place


def references(model: Model, offset: int, include_declaration: bool) -> tuple[Place, ...]:
    """All mentions of what an absolute offset mentions, in order of the file; empty if that is nothing."""
    found = occurrence_at(model, offset)
    if found is None:
        return ()
    return tuple(
        [
            occurrence.place
            for occurrence in occurrences(model, found.symbol)
            if include_declaration or not occurrence.is_declaration
        ]
    )
