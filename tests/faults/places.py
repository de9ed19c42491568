"""Where a stranger's file takes lines that hold a fault: in a stage of their own, or in one of his."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar
from zlib import crc32

from dockls import edits
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from faults.sample import Injection, Sample, both

#: what stands in front of a stage that this module adds; no file of the corpus uses it
OWN = "own-"

_Option = TypeVar("_Option")


class Choice:
    """Picks by a file's content, so that each file gets another spelling, and always the same one."""

    def __init__(self, text: str) -> None:
        self._number = crc32(text.encode())

    def __call__(self, *options: _Option) -> _Option:
        self._number, index = divmod(self._number, len(options))
        return options[index]


class Lines(NamedTuple):
    """Lines for a file, ``«sound|wrong»`` where the two differ, and the files of the build context."""

    text: str
    files: Mapping[str, str] = {}


#: makes up lines
Writing = Callable[[Choice], Lines]


#: above which of the file's stages lines may stand, None for below them all
_PLACES: Mapping[str, tuple[int | None, ...]] = {"any": (0, -1, None), "above": (0, -1), "first": (0,), "last": (None,)}


def in_own_stage(writing: Writing, where: str = "any") -> Injection:
    """Stages of their own: in front of the file's, above its last one or below it; or only some of that."""

    def injected(text: str) -> Sample | None:
        choose = Choice(text)
        text = rewritten(text, choose)
        model = Model.of(text)
        if not model.stages or re.search(r"from=\d", text) or OWN in text.lower():
            return None
        below = choose(*_PLACES[where])
        at = len(text) if below is None else edits.block_span(model, model.stages[below].declaration).start
        return inserted(model, at, writing(choose))

    return injected


def below_from(writing: Callable[[Choice, Stage], Lines | None], wanted: Callable[[Stage], bool]) -> Injection:
    """Lines below the FROM of the last stage that is wanted."""

    def injected(text: str) -> Sample | None:
        choose = Choice(text)
        model = Model.of(rewritten(text, choose))
        stage = next((stage for stage in reversed(model.stages) if wanted(stage)), None)
        lines = None if stage is None else writing(choose, stage)
        if stage is None or lines is None:
            return None
        return inserted(model, model.start_of(stage.declaration) + len(stage.declaration.text), lines)

    return injected


def at_end(writing: Callable[[Choice, Stage], Lines | None], wanted: Callable[[Stage], bool]) -> Injection:
    """Lines at the end of the last stage, where that is wanted."""

    def injected(text: str) -> Sample | None:
        choose = Choice(text)
        model = Model.of(rewritten(text, choose))
        lines = writing(choose, model.stages[-1]) if model.stages and wanted(model.stages[-1]) else None
        return None if lines is None else inserted(model, len(model.tree.text), lines)

    return injected


def marking(pattern: str, writing: Callable[[re.Match[str], Choice], str]) -> Injection:
    """The first match of a pattern written anew, with the marks of `Lines`."""
    compiled = re.compile(pattern, re.MULTILINE)

    def injected(text: str) -> Sample | None:
        choose = Choice(text)
        text = rewritten(text, choose)
        found = None if "«" in text else compiled.search(text)
        if found is None:
            return None
        return both(text[: found.start()] + writing(found, choose) + text[found.end() :])

    return injected


def is_plain(stage: Stage) -> bool:
    """Whether the stage stands on an image that the tables know, as root and with a POSIX shell."""
    known = base_facts(stage)
    return known is not None and known.package_manager is not None and stage.states[-1].user == "root"


def inserted(model: Model, at: int, lines: Lines) -> Sample:
    """A file with lines at an offset, in its own line ends and with its own escape character."""
    above, below = model.tree.text[:at], model.tree.text[at:]
    gap = "" if not above or above.endswith("\n") else edits.line_ending(model)
    added = both(written_as_in(model, lines.text))
    return Sample(above + gap + added.sound + below, above + gap + added.wrong + below, lines.files)


def written_as_in(model: Model, lines: str) -> str:
    """Lines with the line ends and the escape character of a file."""
    if model.tree.escape != "\\":
        lines = lines.replace("\\\n", model.tree.escape + "\n")
    return lines.replace("\n", edits.line_ending(model))


def rewritten(text: str, choose: Choice) -> str:
    """Now and then the file as another one would have written it: with CRLF, or another escape character."""
    manner = choose("", "", "", "", "carriage return", "grave accent")
    if manner == "carriage return":
        return text.replace("\r\n", "\n").replace("\n", "\r\n")
    if manner == "grave accent" and not re.match(r"# *\w+ *=", text) and "`" not in text and "<<" not in text:
        return "# escape=`\n" + re.sub(r"\\(?=[ \t]*$)", "`", text, flags=re.MULTILINE)
    return text


def either(first: Injection, second: Injection) -> Injection:
    """The second where the first has no place."""

    def injected(text: str) -> Sample | None:
        found = first(text)
        return second(text) if found is None or found.sound == found.wrong else found

    return injected
