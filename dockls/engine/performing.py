"""Offers refactorings and carries them out under guard.

The engine, not the refactoring, guards the file: it applies the plan in memory, parses and analyses the result, and
withholds it with the reason if it would add an error, lose a reference, change the recipe or a part of the contract
that the plan does not declare, or not be stable.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from dockls.engine.checking import check
from dockls.engine.promises import broken_promise
from dockls.rooms import OtherFile, Plan, Refactoring, Refused, Severity, refactorings
from dockls.semantics import Model, Resolution
from dockls.text import Edit, OverlappingEditsError, Span, ordered

#: told of a refactoring that raised instead of answering
Fault = Callable[[Refactoring, Exception], None]


class Offer(NamedTuple):
    """A refactoring that has something to do with the selection; `reason` says why it is not enabled."""

    refactoring: Refactoring
    title: str
    enabled: bool
    reason: str | None
    grade: str
    assumptions: tuple[str, ...]
    #: whether it writes files beside the Dockerfile
    writes_files: bool = False


class Performed(NamedTuple):
    """What a refactoring does: edits of the snapshot, the text afterwards, and what it takes for granted.

    `changes` are the parts of the image's contract that the plan declares to change, `files` what it writes beside.
    """

    refactoring: Refactoring
    title: str
    edits: tuple[Edit, ...]
    text: str
    assumptions: tuple[str, ...]
    grade: str
    changes: frozenset[str] = frozenset()
    files: tuple[OtherFile, ...] = ()


class UnknownRefactoringError(LookupError):
    """No refactoring has that name."""


def offers(model: Model, selection: Span, on_fault: Fault | None = None) -> tuple[Offer, ...]:
    """What can be done at a selection, refused offers with their reason; nothing is carried out yet.

    A refactoring that raises costs no other: the fault goes to `on_fault`, or is raised if there is none.
    """
    found: list[Offer] = []
    for room in refactorings():
        try:
            outcome = room.plan(model, selection)
        except Exception as error:
            if on_fault is None:
                raise
            on_fault(room, error)
            continue
        if isinstance(outcome, Refused):
            found.append(Offer(room, room.title, False, outcome.reason, room.grade, ()))
        elif outcome is not None:
            grade = outcome.grade or room.grade
            title = outcome.title or room.title
            found.append(Offer(room, title, True, None, grade, outcome.assumptions, bool(outcome.files)))
    return tuple(found)


def perform(
    model: Model, name: str, selection: Span, settings: Mapping[str, str] | None = None
) -> Performed | Refused | None:
    """Carry out the refactoring of that name; None if it has nothing to do with the selection.

    Raises UnknownRefactoringError. Settings are the refactoring's own; an unknown one is refused.
    """
    room = _room(name)
    given = dict(settings or {})
    for key in given:
        if key not in room.settings:
            known = ", ".join(room.settings) or "none"
            return Refused(f"`{room.name}` has no setting `{key}` (it has: {known})")
    outcome = room.plan(model, selection, **{key.replace("-", "_"): value for key, value in given.items()})
    if not isinstance(outcome, Plan):
        return outcome
    return guarded(model, room, outcome, selection)


def guarded(model: Model, room: Refactoring, plan: Plan, selection: Span) -> Performed | Refused:
    """The plan carried out, or the reason why its result is withheld."""
    try:
        edits = tuple(ordered(plan.edits))
    except OverlappingEditsError:
        return Refused("its edits overlap; this is a fault of dockls, please report the file")
    after = model.updated(model.tree.edited(edits))
    reason = _new_error(model, after) or _lost_reference(model, after) or broken_promise(model, after, room, plan)
    if reason is not None:
        return Refused(reason)
    title, grade = plan.title or room.title, plan.grade or room.grade
    return Performed(room, title, edits, after.tree.text, plan.assumptions, grade, plan.changes, plan.files)


def _room(name: str) -> Refactoring:
    for room in refactorings():
        if room.name == name:
            return room
    raise UnknownRefactoringError(name)


def _new_error(before: Model, after: Model) -> str | None:
    def errors(model: Model) -> Counter[tuple[str, str]]:
        return Counter(
            (diagnostic.rule.name, diagnostic.finding.message)
            for diagnostic in check(model)
            if diagnostic.severity is Severity.ERROR
        )

    old, new = errors(before), errors(after)
    if sum(new.values()) <= sum(old.values()) and not _new_rules(old, new):
        return None
    for _rule, message in new - old:
        return f"the result would have an error: {message}"
    return None


def _new_rules(old: "Counter[tuple[str, str]]", new: "Counter[tuple[str, str]]") -> set[str]:
    """Rules that report an error only afterwards: messages may change with names and numbers, kinds may not."""
    return {rule for rule, _ in new} - {rule for rule, _ in old}


def _lost_reference(before: Model, after: Model) -> str | None:
    """A mention that named a stage before and falls through to an image of that name afterwards."""
    names = {node.name for node in before.graph.nodes if node.name}
    # A FROM with the name of a stage further down means an image, too.
    kinds = (Resolution.IMAGE, Resolution.FORWARD)
    images = {reference.value.lower() for reference in before.references if reference.resolution in kinds}
    for reference in after.references:
        value = reference.value.lower()
        if reference.resolution is Resolution.IMAGE and value in names and value not in images:
            return f"`{reference.value}` would no longer name a stage"
    return None
