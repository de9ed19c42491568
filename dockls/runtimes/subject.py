"""The stage whose base image is to be switched, and the stages that start from it."""

from typing import NamedTuple

from dockls.knowledge import ImageFacts, facts
from dockls.semantics import Model, Resolution, Stage
from dockls.syntax import Place
from dockls.text import Span


class CannotSwitchError(Exception):
    """Why a base image must not be switched, as a sentence without a full stop."""

    @property
    def reason(self) -> str:
        """The sentence."""
        return str(self.args[0])


class Subject(NamedTuple):
    """A stage that starts from a known image.

    `written` is the image as it stands in FROM, `image` the same with variables expanded, `place` where it stands.
    """

    model: Model
    stage: Stage
    facts: ImageFacts
    written: str
    image: str
    place: Place

    @property
    def family(self) -> tuple[Stage, ...]:
        """The stage and those that start from it, however many FROM lines lie between."""
        members = {self.stage.index}
        for stage in self.model.stages:
            if stage.parent is not None and stage.parent.index in members:
                members.add(stage.index)
        return tuple([self.model.stages[number] for number in sorted(members)])

    @property
    def is_runtime(self) -> bool:
        """Whether it is built for itself: the default target, or a stage that no other one uses."""
        return self.stage is self.model.target or not is_used(self.model, self.stage)


def subject_of(model: Model, stage: Stage) -> Subject | None:
    """The subject of a stage whose FROM names a known image of Linux; None otherwise."""
    base = stage.base
    if stage.parent is not None or base is None or base.resolution is not Resolution.IMAGE:
        return None
    known = facts(base.value)
    if known is None:
        return None
    return Subject(model, stage, known, base.mention.text, base.value, base.mention.place)


def subject_at(model: Model, selection: Span) -> Subject | None:
    """The subject at a selection: anywhere in a stage that is a runtime, on the FROM of any other stage."""
    stage = model.stage_at(selection.start)
    if stage is None:
        return None
    found = subject_of(model, stage)
    if found is None:
        return None
    start = model.start_of(stage.declaration)
    if found.is_runtime or start <= selection.start <= start + len(stage.declaration.text.rstrip()):
        return found
    return None


def is_used(model: Model, stage: Stage) -> bool:
    """Whether another stage starts from it or takes files from it."""
    return any(reference.target == stage.index for reference in model.references if reference.source != stage.index)
