"""Rename a stage or a variable from any of its mentions."""

from typing import NamedTuple

from dockls.project import TargetUse
from dockls.rooms import Refused
from dockls.semantics import Model, Resolution
from dockls.semantics.occurrences import Occurrence, occurrence_at
from dockls.semantics.renaming import is_image, rename_stage
from dockls.semantics.scopes import Binding
from dockls.semantics.variable_renaming import fixed_name, rename_variable
from dockls.syntax import Place
from dockls.text import Edit


class RenameTarget(NamedTuple):
    """What the user is about to edit, and the text to begin with."""

    place: Place
    placeholder: str


class Change(NamedTuple):
    """The edits of this file, the places in other files that name the stage and should follow, what is assumed."""

    edits: tuple[Edit, ...]
    other_files: tuple[TargetUse, ...] = ()
    assumptions: tuple[str, ...] = ()


def prepare_rename(model: Model, offset: int) -> RenameTarget | Refused | None:
    """What would be renamed at an absolute offset; None if nothing there has a name of its own."""
    found = occurrence_at(model, offset)
    if found is None:
        return _other_mention(model, offset)
    refused = _refused(model, found)
    if refused is not None:
        return refused
    start, end = found.place.span
    return RenameTarget(found.place, found.place.item.text[start:end])


def rename(model: Model, offset: int, new_name: str) -> Change | Refused | None:
    """Rename what an absolute offset mentions, wherever it is meant."""
    found = occurrence_at(model, offset)
    if found is None:
        return _other_mention(model, offset)
    refused = _refused(model, found)
    if refused is not None:
        return refused
    if isinstance(found.symbol, Binding):
        renamed = rename_variable(model, found.symbol, new_name)
        return Refused(renamed) if isinstance(renamed, str) else Change(renamed.edits, (), renamed.assumptions)
    renaming = rename_stage(model, found.symbol, new_name)
    return Refused(renaming) if isinstance(renaming, str) else Change(renaming.edits, renaming.other_files)


def _refused(model: Model, found: Occurrence) -> Refused | None:
    if isinstance(found.symbol, Binding):
        reason = fixed_name(model, found.symbol)
        return None if reason is None else Refused(reason)
    if found.by_number:
        return Refused(f"this is the number of stage {found.symbol.title}, not its name")
    if found.symbol.name is None:
        return Refused("this stage has no name yet")
    start, end = found.place.span
    if not found.is_declaration and "$" in found.place.item.text[start:end]:
        return Refused(f"stage {found.symbol.title} is selected by a variable here")
    return None


def _other_mention(model: Model, offset: int) -> Refused | None:
    """What is written where a stage could be named, but is none."""
    reference = model.reference_at(offset)
    if reference is None:
        return None
    text = reference.mention.text
    if is_image(reference):
        return Refused(f"`{text}` is an image, not a stage")
    if reference.resolution is Resolution.CONTEXT:
        return Refused(f"`{text}` is a context that a build gives, not a stage")
    if reference.resolution is Resolution.SCRATCH:
        return Refused("`scratch` is the empty image, not a stage")
    if reference.resolution is Resolution.INDEX_OUT_OF_RANGE:
        return Refused(f"there is no stage number {text}")
    if reference.mention.has_variable:
        return Refused(f"which stage or image `{text}` names is not known")
    return Refused(f"`{text}` names no stage")
