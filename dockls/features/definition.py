"""Go to definition: from any mention of a stage or a variable to where it is declared."""

from dockls.semantics import Model
from dockls.semantics.occurrences import occurrence_at
from dockls.syntax import Place


def definition(model: Model, offset: int) -> tuple[Place, ...]:
    """Where the stage or variable at an absolute offset is declared; empty if none is mentioned there.

    A stage number (``--from=0``) leads to its FROM. The read of a variable leads to the nearest ARG or ENV in force,
    and a bare ARG to the ARG above the first FROM that it takes over.
    """
    found = occurrence_at(model, offset)
    return () if found is None else (found.declared,)
