"""Here-documents announced on an instruction's logical line.

Source: frontend/dockerfile/parser/parser.go (``heredocsFromLine``, ``ParseHeredoc``) and the words of
frontend/dockerfile/shell/lex.go, which that code splits the line into.
"""

from typing import NamedTuple

from dockls.syntax.logical import SPACE
from dockls.text import Span

#: the instructions that may carry one, by themselves or as an ONBUILD trigger
KEYWORDS = ("RUN", "COPY", "ADD")

#: names of special parameters, one character each
_SPECIAL = "@*#?-$!"


class Announcement(NamedTuple):
    """A ``<<NAME`` word of a logical line; `span` is relative to that line."""

    name: str
    expand: bool
    strip_tabs: bool
    span: Span


def announcements(line: str) -> list[Announcement]:
    """The here-documents that the words of `line` announce, in order.

    Words are split as a shell would, always with the backslash as escape character. A line with an unclosed quote
    or a substitution that BuildKit does not know announces none, because BuildKit then gets no words at all.
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
    """The offset behind the character, escape, quoted part or ``${}`` at `position`; None if it is not closed."""
    character = line[position]
    if character == "\\":
        return position + 2
    if character == "'":
        closing = line.find("'", position + 1)
        return None if closing < 0 else closing + 1
    if character == '"' or (character == "$" and line.startswith("{", position + 1)):
        return _closed(line, position, end)
    if character == "$":
        return _behind_dollar(line, position)
    if line.startswith("<<", position):
        # Blanks between the operator and the name belong to the word.
        position += 3 if line.startswith("-", position + 2) else 2
        while position < end and line[position] in SPACE:
            position += 1
        return position
    return position + 1


def _behind_dollar(line: str, position: int) -> int:
    return position + (2 if line[position + 1 : position + 2] in tuple(_SPECIAL) else 1)


def _closed(line: str, position: int, end: int) -> int | None:
    """The offset behind the double quote or ``${`` that opens at `position`; None if it or its inside is faulty."""
    awaited: list[str] = []
    while position < end:
        character = line[position]
        if awaited and character == awaited[-1]:
            position += 1
            if awaited.pop() == "/":
                awaited.append("}")
            if not awaited:
                return position
        elif character == "$" and line.startswith("{", position + 1):
            position, stop = _opening(line, position + 2, end)
            if not position:
                return None
            if stop:
                awaited.append(stop)
            elif not awaited:
                return position
        elif character == '"':
            awaited.append(character)
            position += 1
        elif character == "'" and awaited[-1] == '"':
            position += 1
        else:
            step = _skip(line, position, end)
            if step is None:
                return None
            position = step
    return None


def _opening(line: str, position: int, end: int) -> tuple[int, str]:
    """Where the inside of ``${`` goes on behind name and modifier, and what closes it; offset 0 if it is faulty."""
    start = position
    while position < end and (line[position].isalnum() or line[position] == "_"):
        position += 1
    if position == start and position < end and line[position] in _SPECIAL:
        position += 1
    modifier = line[position : position + 1]
    if modifier == "}" and position > start:
        return position + 1, ""
    if modifier == ":" and position > start:
        return position + 2, "}"
    if modifier == "/":
        return position + (2 if line.startswith("/", position + 1) else 1), "/"
    if modifier and modifier in "+-?#%":
        return position + 1, "}"
    return 0, ""


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
    rest = rest.lstrip(SPACE)
    if "<" in rest:
        return None
    name, quoted = _unquote(rest)
    return Announcement(name, not quoted, strip_tabs, Span(start, end)) if name else None


def _unquote(word: str) -> tuple[str, bool]:
    """The word without quotes and escapes, and whether any part of it was quoted (an escape is no quote)."""
    pieces: list[str] = []
    position = 0
    quote = ""
    quoted = False
    while position < len(word):
        character = word[position]
        if character == quote:
            quote = ""
        elif not quote and character in "'\"":
            quote = character
            quoted = True
        elif character == "\\" and quote != "'" and position + 1 < len(word):
            following = word[position + 1]
            if quote == '"' and following not in '"$\\':
                pieces.append(character)
            pieces.append(following)
            position += 1
        else:
            pieces.append(character)
        position += 1
    return "".join(pieces), quoted
