"""A file with and without a fault, and the plain ways to make one."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from dockls.project import EMPTY_SURROUNDINGS, FileMapContext, Surroundings
from dockls.semantics import Model
from dockls.semantics.compatibility import base_facts


class Sample(NamedTuple):
    """A file without a fault, the same with it, and the build context: path -> text, and path -> mode."""

    sound: str
    wrong: str
    files: Mapping[str, str] = {}
    modes: Mapping[str, int] = {}

    @property
    def surroundings(self) -> Surroundings:
        if not self.files:
            return EMPTY_SURROUNDINGS
        return EMPTY_SURROUNDINGS._replace(context=FileMapContext(self.files, modes=self.modes, certain=True))


_CHOICE = re.compile(r"«([^«»|]*)\|([^«»]*)»")


def both(text: str, files: Mapping[str, str] | None = None, modes: Mapping[str, int] | None = None) -> Sample:
    """The sample of a text that says ``«sound|wrong»`` where the two differ."""
    return Sample(_CHOICE.sub(r"\1", text), _CHOICE.sub(r"\2", text), files or {}, modes or {})


#: what puts a fault into a text; None where the text has no place for it
Injection = Callable[[str], Sample | None]


def replacing(pattern: str, new: str | Callable[[re.Match[str]], str]) -> Injection:
    """The first match of a pattern replaced."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: Sample(text, compiled.sub(new, text, count=1)) if compiled.search(text) else None


def prepared(preparation: Injection, injection: Injection) -> Injection:
    """The fault in a file that is first made to say what the fault comes from, where it can be."""

    def injected(text: str) -> Sample | None:
        ready = preparation(text)
        return injection(ready.wrong if ready else text)

    return injected


def on_known_base(injection: Injection) -> Injection:
    """The same, in files of one stage on an image that the tables know: elsewhere it may be no fault."""

    def injected(text: str) -> Sample | None:
        stages = Model.of(text).stages
        known = base_facts(stages[0]) if len(stages) == 1 else None
        sound = known is not None and known.package_manager and stages[0].states[0][:2] == ("/", "root")
        return injection(text) if sound else None

    return injected


def on_known_bases(injection: Injection) -> Injection:
    """The same, in files whose stages all start from images that the tables know, or from nothing."""

    def injected(text: str) -> Sample | None:
        roots = [stage for stage in Model.of(text).stages if stage.parent is None]
        known = all(stage.base_image == "scratch" or base_facts(stage) is not None for stage in roots)
        return injection(text) if known else None

    return injected
