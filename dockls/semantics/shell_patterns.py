"""The wild-card patterns of ``${NAME#pattern}``, ``${NAME%pattern}`` and ``${NAME/pattern/replacement}``.

BuildKit knows `*` (any run of characters), `?` (any one character) and the backslash before `*`, `?`, `\\`, `}` and
`/`; neither wild card crosses a line feed, and brackets are ordinary characters. It hands patterns to Go's regular
expressions, which never back-track. Python's do, so patterns run here as a set of positions kept in the bits of an
integer, which takes one step per character of the value whatever the pattern is.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class PatternError(ValueError):
    """A backslash in a pattern stands before a character it cannot escape; the message is BuildKit's."""


class Pattern(NamedTuple):
    """A compiled pattern; bit *i* of every mask stands for "the first *i* one-character parts have matched"."""

    literals: dict[str, int]
    any_character: int
    loops: int
    final: int

    def step(self, states: int, character: str) -> int:
        """The positions reached from `states` by reading one character."""
        moving = self.literals.get(character, 0)
        if character == "\n":
            return (states & moving) << 1
        return ((states & (moving | self.any_character)) << 1) | (states & self.loops)


def pattern_parts(pattern: str) -> list[str]:
    """The pattern as `*`, `?`, single characters, and characters with a backslash before them.

    Raises PatternError for a backslash that BuildKit refuses.
    """
    parts: list[str] = []
    position = 1 if pattern.startswith("\ufeff") else 0
    while position < len(pattern):
        width = 2 if pattern[position] == "\\" else 1
        part = pattern[position : position + width]
        if width == 2 and part[1:] not in ("*", "?", "\\", "}", "/"):
            raise PatternError(f"invalid escape '{part}'")
        parts.append(part)
        position += width
    return parts


def compile_pattern(parts: Sequence[str]) -> Pattern:
    """The compiled form of the parts of a pattern."""
    literals: dict[str, int] = {}
    any_character = loops = 0
    bit = 1
    for part in parts:
        if part == "*":
            loops |= bit
            continue
        if part == "?":
            any_character |= bit
        else:
            literals[part[-1]] = literals.get(part[-1], 0) | bit
        bit <<= 1
    return Pattern(literals, any_character, loops, bit)


def without_prefix(pattern: str, value: str, longest: bool) -> str:
    """The value without the shortest or longest start that matches; raises PatternError."""
    parts = pattern_parts(pattern)
    if _is_longer(parts, value):
        return value
    end = _match_end(compile_pattern(parts), value, 0, longest)
    return value if end is None else value[end:]


def without_suffix(pattern: str, value: str, longest: bool) -> str:
    """The value without the shortest or longest end that matches; raises PatternError."""
    return without_prefix(_reversed(pattern), value[::-1], longest)[::-1]


def replaced(pattern: str, replacement: str, value: str) -> str:
    """The value with its first match, as long as possible, replaced; raises PatternError."""
    parts = pattern_parts(pattern)
    if _is_longer(parts, value):
        return value
    start = _match_starts(parts, value).find(1)
    end = _match_end(compile_pattern(parts), value, start, longest=True) if start >= 0 else None
    return value if end is None else value[:start] + replacement + value[end:]


def all_replaced(pattern: str, replacement: str, value: str, spend: Callable[[int], None]) -> str:
    """The value with all its matches, from left to right, replaced; raises PatternError.

    As in Go's ``Regexp.ReplaceAllString``, an empty match directly behind another match does not count, and in the
    replacement ``$0`` or ``${0}`` is the match itself, any other ``$NAME`` is nothing, ``$$`` is a dollar sign.
    `spend` is told the length of each replacement before it is made, and may raise.
    """
    parts = pattern_parts(pattern)
    if _is_longer(parts, value):
        return value
    compiled = compile_pattern(parts)
    starts = _match_starts(parts, value)
    pieces: list[str] = []
    search = copied = 0
    while (start := starts.find(1, search)) >= 0:
        end = _match_end(compiled, value, start, longest=True)
        if end is None:
            break
        pieces.append(value[copied:start])
        if end > copied or start == 0:
            spend(len(replacement))
            pieces.append(_filled(replacement, value[start:end]))
        copied = end
        search = max(search + 1, end)
    pieces.append(value[copied:])
    return "".join(pieces)


def _is_longer(parts: Sequence[str], value: str) -> bool:
    """Whether the pattern needs more characters than the value has; sorts out huge patterns for nothing."""
    return len(parts) - parts.count("*") > len(value)


def _match_end(pattern: Pattern, value: str, start: int, longest: bool) -> int | None:
    """Where the shortest or longest match that begins at `start` ends."""
    states, final = 1, pattern.final
    found = start if states & final else None
    for position in range(start, len(value)):
        if not states or (found is not None and not longest):
            break
        states = pattern.step(states, value[position])
        if states & final:
            found = position + 1
    return found


def _match_starts(parts: Sequence[str], value: str) -> bytearray:
    """A one for each offset (its end included) where a match begins: the reversed pattern run from the end."""
    backward = compile_pattern(parts[::-1])
    starts = bytearray(len(value) + 1)
    states, final = 1, backward.final
    for position in range(len(value), -1, -1):
        if states & final:
            starts[position] = 1
        if position:
            states = backward.step(states, value[position - 1]) | 1
    return starts


def _reversed(pattern: str) -> str:
    """The pattern backward, each backslash still before the character it escapes."""
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        width = 2 if pattern[position] == "\\" else 1
        parts.append(pattern[position : position + width])
        position += width
    return "".join(reversed(parts))


def _filled(template: str, match: str) -> str:
    """The replacement for one match, see `all_replaced`."""
    before, *rest = template.split("$")
    pieces = [before]
    index = 0
    while index < len(rest):
        part = rest[index]
        if not part and index + 1 < len(rest):
            pieces += ("$", rest[index + 1])
            index += 2
            continue
        pieces.append(_filled_reference(part, match))
        index += 1
    return "".join(pieces)


def _filled_reference(part: str, match: str) -> str:
    """What ``$`` and the text behind it give in a replacement; a ``$`` without a name stays."""
    opening = int(part.startswith("{"))
    end = opening
    while end < len(part) and (part[end].isalpha() or part[end].isdecimal() or part[end] == "_"):
        end += 1
    name = part[opening:end]
    if not name or (opening and part[end : end + 1] != "}"):
        return "$" + part
    return (match if name == "0" else "") + part[end + opening :]
