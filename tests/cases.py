"""Reads the Markdown cases that test rules, refactorings and features; CONTRIBUTING.md shows the notation.

A ``dockerfile`` fence is the input of one case. ``<|>`` in it is the cursor, ``<|…|>`` a selection; carets with a label
draw what is found in the line above. Below, ``->`` lines say what becomes of the file. Prose is for people.
"""

import shlex
from pathlib import Path
from typing import NamedTuple

from dockls.project import EMPTY_SURROUNDINGS, FileMapContext, Surroundings, TargetUse, surroundings
from dockls.text import Span

#: the words that may stand behind carets; no line of a real Dockerfile looks like that
LABELS = ("error", "warning", "info", "hint", "definition", "reference", "read", "write", "rename")
#: what may stand behind ``->`` without a fence below
SENTENCES = (
    *("refused:", "not offered", "offered", "nothing", "no fix"),
    *("title:", "grade:", "assumes:", "file:", "repeats"),
)
#: fences that tell what stands around the file without being files
SPECIAL = ("files", "targets", "contexts", "arguments", "platforms", "modes")
TESTS = Path(__file__).parent
#: where the Dockerfile of a case pretends to lie
FOLDER = "/nowhere/case"


class Fence(NamedTuple):
    """The lines between two rows of backticks; `start` and `end` are their line numbers, 0-based, half-open."""

    lines: tuple[str, ...]
    start: int
    end: int

    @property
    def text(self) -> str:
        return "".join(line + "\n" for line in self.lines)


class Outcome(NamedTuple):
    """What stands behind ``->``: a sentence, a fence, or a fence with a title; `line` is that of the arrow."""

    sentence: str
    fence: Fence | None = None
    line: int = -1


class Case:
    """One input with what is expected of it; `files` and `settings` are shared by the cases under one heading."""

    def __init__(self, name: str, path: Path | None, fence: Fence, files: dict[str, str], settings: dict[str, str]):
        self.name, self.path, self.fence, self.files, self.settings = name, path, fence, files, settings
        self.outcomes: list[Outcome] = []
        #: the input as it is shown, with the cursors but without what is drawn under the lines
        self.shown = "".join(line + "\n" for line in fence.lines if not is_drawn(line))
        self.source, self.markers, self.selections = without_markers(self.shown)

    @property
    def surroundings(self) -> Surroundings:
        """The world around the file, with the readers of Compose files and so on at work on the files of the case."""
        if not self.files:
            return EMPTY_SURROUNDINGS
        listed = {name: self.files.get(name, "").split() for name in SPECIAL}
        paths = dict.fromkeys(listed["files"], "")
        paths |= {name: text for name, text in self.files.items() if name not in SPECIAL}
        open_files = {f"{FOLDER}/{path}": text for path, text in paths.items()}
        found = surroundings(f"{FOLDER}/Dockerfile", open_files=open_files)
        uses = [TargetUse(f"{FOLDER}/compose.yaml", Span(0, 0), name, "compose", "|") for name in listed["targets"]]
        arguments = dict(pair.partition("=")[::2] for pair in listed["arguments"])
        lines = [line.partition(" = ") for line in self.files.get("platforms", "").splitlines()]
        platforms = {image: tuple(found.split()) for image, _, found in lines}
        modes = {path: int(mode, 8) for mode, path in zip(listed["modes"][::2], listed["modes"][1::2], strict=True)}
        # As on the disk, where a folder is the context for certain only if something says so.
        certain = any(build.context for build in found.builds)
        return found._replace(
            context=FileMapContext(paths, modes=modes, certain=certain) if paths else EMPTY_SURROUNDINGS.context,
            targets=(*found.targets, *uses),
            named_contexts=found.named_contexts.union(listed["contexts"]),
            build_arguments={**found.build_arguments, **arguments},
            problems=(),
            platforms=platforms.pop("build", found.platforms),
            image_platforms=platforms,
        )

    def drawn(self, found: list[tuple[Span, str]]) -> Fence:
        """The input with these labels under their spans; one that spans several lines is drawn under its first."""
        lines = self.shown.splitlines()
        below: dict[int, list[str]] = {}
        for span, label in sorted(found):
            start = span.start + sum(width for place, width in self.markers if place <= span.start)
            end = span.end + sum(width for place, width in self.markers if place < span.end)
            number, column = self.shown.count("\n", 0, start), start - self.shown.rfind("\n", 0, start) - 1
            line = lines[number] if number < len(lines) else ""
            width = max(min(end - start, len(line) - column), 1)
            below.setdefault(number, []).append(" " * column + "^" * width + " " + label)
        new = [text for number, line in enumerate(lines) for text in (line, *below.pop(number, ()))]
        new += [text for texts in below.values() for text in texts]
        return self.fence._replace(lines=tuple(new))


def case_files(kind: str, name: str) -> list[Path]:
    """The file of cases of a room, and those of a folder of its name, where one file would be too long to read."""
    path = TESTS / kind / f"{name}.md"
    return [*([path] if path.exists() else []), *sorted((TESTS / kind / name).glob("*.md"))]


def is_drawn(line: str) -> bool:
    """Whether a line in a fence is no part of the file but draws something under the line above."""
    carets, _, label = line.strip(" ").partition(" ")
    return carets != "" and not carets.strip("^") and label.split(":")[0].split("[")[0].split(" ")[0] in LABELS


def without_markers(shown: str) -> tuple[str, list[tuple[int, int]], list[Span]]:
    """The text without ``<|>``, ``<|`` and ``|>``; where those stood in it and how wide they were; the selections."""
    source, markers, selections, opened = "", [], [], 0
    while shown:
        at = min([place for place in (shown.find("<|"), shown.find("|>")) if place >= 0], default=len(shown))
        width = 3 if shown.startswith("<|>", at) else 2
        source, found, shown = source + shown[:at], shown[at : at + width], shown[at + width :]
        opened = opened if found == "|>" else len(source)
        if found:
            markers.append((len(source), width))
        if found in ("<|>", "|>"):
            selections.append(Span(opened, len(source)))
    return source, markers, selections


def read(text: str, heading: str = "manual", path: Path | None = None) -> list[Case]:
    """The cases of a Markdown text, in order; raises ValueError where a fence is not closed or has no input above."""
    cases: list[Case] = []
    lines = text.split("\n")
    files, settings = dict[str, str](), dict[str, str]()
    arrow, position = None, 0
    while position < len(lines):
        line = lines[position]
        if line.startswith("```"):
            ticks = "`" * (len(line) - len(line.lstrip("`")))
            end = next((at for at in range(position + 1, len(lines)) if lines[at].rstrip() == ticks), None)
            if end is None:
                raise ValueError(f"line {position + 1}: the fence is not closed")
            fence = Fence(tuple(lines[position + 1 : end]), position + 1, end)
            language, _, title = line.strip("`").strip().partition(" ")
            if arrow is not None:
                cases[-1].outcomes.append(arrow._replace(fence=fence))
                arrow = None
            elif title or language in SPECIAL:
                files[title.strip() or language] = fence.text
            elif language == "dockerfile":
                same = sum(case.files is files for case in cases)
                cases.append(Case(f"{heading} ({same + 1})" if same else heading, path, fence, files, settings))
            position = end
        elif line.startswith("->"):
            if not cases or cases[-1].files is not files:
                raise ValueError(f"line {position + 1}: an outcome without an input above")
            arrow = Outcome(line[2:].strip(), line=position)
            if arrow.sentence.startswith(SENTENCES):
                cases[-1].outcomes.append(arrow)
                arrow = None
        elif line.startswith("#"):
            _check_ended(arrow)
            heading, files, settings = line.strip("# "), {}, {}
        elif line.startswith("Settings:"):
            words = shlex.split(line.removeprefix("Settings:").replace("`", " ").replace(",", " "))
            settings.update(word.rstrip(".").split("=", 1) for word in words if "=" in word)
        position += 1
    _check_ended(arrow)
    return cases


def _check_ended(arrow: Outcome | None) -> None:
    """Raise ValueError for an arrow whose fence has not come; that of the next case would be taken for it."""
    if arrow is not None:
        raise ValueError(f"line {arrow.line + 1}: no fence stands below `-> {arrow.sentence}`")
