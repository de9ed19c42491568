"""Spans, edits and lines of plain text; knows nothing of Dockerfiles.

A place is an absolute offset in code points into one immutable snapshot of a text. Lines and columns exist at
the borders only (the language server and the command line) and are computed here, once per snapshot.

A line ends at ``\\r\\n``, ``\\n`` or ``\\r`` (LSP 3.17, "Text Documents"); BuildKit ends one at ``\\n`` only and
keeps that notion to itself, in ``dockls.syntax``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(r"\r\n|\n|\r")
#: above this, repeated lines are not looked for in every place, which takes quadratic time
_MOST_LINES = 1000


class Span(NamedTuple):
    """A half-open range of offsets, ``start <= end``."""

    start: int
    end: int

    def shifted(self, offset: int) -> "Span":
        """This span moved by `offset` code points."""
        return Span(self.start + offset, self.end + offset)

    def contains(self, offset: int) -> bool:
        """Whether `offset` lies in the span or directly behind its last character (as a cursor does)."""
        return self.start <= offset <= self.end

    def overlaps(self, other: "Span") -> bool:
        """Whether the two share a character, or one is a cursor inside or at the border of the other."""
        return self.start <= other.end and other.start <= self.end


class Edit(NamedTuple):
    """The replacement of one span of a text; nothing else exists."""

    span: Span
    text: str


class OverlappingEditsError(ValueError):
    """Two edits touch the same characters, so their order would decide the result."""


def ordered(edits: Iterable[Edit]) -> list[Edit]:
    """The edits by position, insertions at one place in the order given; raises OverlappingEditsError."""
    result = sorted(edits, key=lambda edit: (edit.span.start, edit.span.end))
    for before, after in pairwise(result):
        if after.span.start < before.span.end:
            raise OverlappingEditsError(f"edits overlap: {before} and {after}")
    return result


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits, whose spans are offsets into `text`; raises OverlappingEditsError."""
    pieces: list[str] = []
    position = 0
    for edit in ordered(edits):
        pieces += (text[position : edit.span.start], edit.text)
        position = edit.span.end
    pieces.append(text[position:])
    return "".join(pieces)


def changed_lines(before: str, after: str) -> list[Edit]:
    """The edits, by whole lines, that turn one text into the other."""
    from difflib import SequenceMatcher

    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, old))]
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) > _MOST_LINES)
    return [
        Edit(Span(starts[first], starts[last]), "".join(new[from_:to]))
        for tag, first, last, from_, to in matcher.get_opcodes()
        if tag != "equal"
    ]


class LineTable:
    """Where the lines of one piece of text start, relative to the piece."""

    __slots__ = ("breaks", "starts", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = [0]
        if "\r" in text:
            self.starts += [match.end() for match in _LINE_END.finditer(text)]
        else:
            position = text.find("\n")
            while position >= 0:
                self.starts.append(position + 1)
                position = text.find("\n", position + 1)
        #: how many line ends the piece has
        self.breaks = len(self.starts) - 1


class Position(NamedTuple):
    """A 0-based line and a 0-based column counted in the units of an encoding."""

    line: int
    column: int


class LineIndex:
    """Converts between offsets and positions of one snapshot, given as consecutive pieces.

    Each piece but the last must end behind a line end, so that a piece that did not change is not read again.
    Out-of-range positions are clamped as LSP asks: a column past the end of its line means the end of the
    line, a line past the last one the end of the text.
    """

    __slots__ = ("_lines", "_offsets", "_pieces", "length")

    def __init__(
        self, pieces: Sequence[LineTable], offsets: list[int] | None = None, lines: list[int] | None = None
    ) -> None:
        """`offsets` and `lines` are where each piece starts and the last one ends, if the caller knows."""
        self._pieces = pieces
        self._offsets = offsets or list(accumulate([len(piece.text) for piece in pieces], initial=0))
        self._lines = lines or list(accumulate([piece.breaks for piece in pieces], initial=0))
        self.length = self._offsets[-1]

    @classmethod
    def of(cls, text: str) -> "LineIndex":
        """The index of a text that is one piece."""
        return cls([LineTable(text)])

    @property
    def line_count(self) -> int:
        """How many lines there are; a text that ends in a line end has an empty last line."""
        return self._lines[-1] + 1

    def position(self, offset: int, encoding: Encoding = "utf-32") -> Position:
        """The position of `offset` (clamped to the text), its column in units of `encoding`."""
        offset = min(max(offset, 0), self.length)
        number = min(bisect_right(self._offsets, offset) - 1, len(self._pieces) - 1)
        if number < 0:
            return Position(0, 0)
        piece = self._pieces[number]
        local = offset - self._offsets[number]
        line = bisect_right(piece.starts, local) - 1
        start = piece.starts[line]
        return Position(self._lines[number] + line, units(piece.text, start, local, encoding))

    def offset(self, line: int, column: int, encoding: Encoding = "utf-32") -> int:
        """The offset of a 0-based line and column; a column inside a character means its start."""
        if line < 0 or not self._pieces:
            return 0
        if line > self._lines[-1]:
            return self.length
        number = min(bisect_right(self._lines, line) - 1, len(self._pieces) - 1)
        piece = self._pieces[number]
        local = line - self._lines[number]
        start = piece.starts[local]
        end = self._line_end(piece, local)
        return self._offsets[number] + start + code_points(piece.text[start:end], column, encoding)

    def line_span(self, line: int) -> Span:
        """The offsets of a 0-based line without its line end."""
        start = self.offset(line, 0)
        return Span(start, self.offset(line, 1 << 30))

    @staticmethod
    def _line_end(piece: LineTable, line: int) -> int:
        if line + 1 >= len(piece.starts):
            return len(piece.text)
        end = piece.starts[line + 1] - 1
        if end > piece.starts[line] and piece.text[end] == "\n" and piece.text[end - 1] == "\r":
            end -= 1
        return end


def units(text: str, start: int, end: int, encoding: Encoding) -> int:
    """How many units of `encoding` the characters `text[start:end]` take."""
    if encoding == "utf-32" or text.isascii():
        return end - start
    part = text[start:end]
    if part.isascii():
        return len(part)
    if encoding == "utf-8":
        return len(part.encode("utf-8", "surrogatepass"))
    return len(part) + sum(1 for character in part if character > "\uffff")


def code_points(line: str, column: int, encoding: Encoding) -> int:
    """How many characters of `line` lie before `column` units of `encoding`; clamped to the line."""
    if column <= 0:
        return 0
    if encoding == "utf-32" or line.isascii():
        return min(column, len(line))
    seen = 0
    for index, character in enumerate(line):
        seen += units(character, 0, 1, encoding)
        if seen > column:
            return index
        if seen == column:
            return index + 1
    return len(line)
