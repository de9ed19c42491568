"""Here-documents announced on an instruction's logical line (parser.go, ``heredocsFromLine``, ``ParseHeredoc``)."""

from typing import NamedTuple

from dockls.syntax.logical import SPACE
from dockls.text import Span

#: the instructions that may carry one, by themselves or as an ONBUILD trigger
KEYWORDS = ("RUN", "COPY", "ADD")


class Announcement(NamedTuple):
    """A ``<<NAME`` word of a logical line; `span` is relative to that line."""

    name: str
    expand: bool
    strip_tabs: bool
    span: Span


def announcements(line: str) -> list[Announcement]:
    """The here-documents that the words of `line` announce, in order.

    Words are split as a shell would, always with the backslash as escape character; a line with an unclosed
    quote announces none, because BuildKit then gets no words at all.
    """
    words = _split(line)
    if words is None:
        return []
    found = [_announcement(line[start:end], start, end) for start, end in words if "<<" in line[start:end]]
    return [announcement for announcement in found if announcement is not None]


def _split(line: str) -> list[tuple[int, int]] | None:
    words: list[tuple[int, int]] = []
    position, end = 0, len(line)
    while position < end:
        if line[position] in SPACE:
            position += 1
            continue
        start = position
        while position < end and line[position] not in SPACE:
            step = _skip(line, position, end)
            if step is None:
                return None
            position = step
        words.append((start, min(position, end)))
    return words


def _skip(line: str, position: int, end: int) -> int | None:
    """The offset behind the character, escape or quoted part at `position`; None if a quote is not closed."""
    character = line[position]
    if character == "\\":
        return position + 2
    if character == "'":
        closing = line.find("'", position + 1)
        return None if closing < 0 else closing + 1
    if character == '"':
        position += 1
        while position < end and line[position] != '"':
            position += 2 if line[position] == "\\" else 1
        return None if position >= end else position + 1
    return position + 1


def _announcement(word: str, start: int, end: int) -> Announcement | None:
    digits = 0
    while digits < len(word) and word[digits].isdecimal() and word[digits].isascii():
        digits += 1
    if not word.startswith("<<", digits):
        return None
    rest = word[digits + 2 :]
    strip_tabs = rest.startswith("-")
    if strip_tabs:
        rest = rest[1:]
    if not rest or "<" in rest:
        return None
    name, quoted = _unquote(rest)
    return Announcement(name, not quoted, strip_tabs, Span(start, end))


def _unquote(word: str) -> tuple[str, bool]:
    """The word without quotes and escapes, and whether it had any."""
    pieces: list[str] = []
    position = 0
    quote = ""
    while position < len(word):
        character = word[position]
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
        elif character == "\\" and quote != "'" and position + 1 < len(word):
            following = word[position + 1]
            if quote == '"' and following not in '"$\\':
                pieces.append(character)
            pieces.append(following)
            position += 1
        else:
            pieces.append(character)
        position += 1
    name = "".join(pieces)
    return name, name != word
