"""The logical line of an instruction: its physical lines joined as BuildKit joins them, with the way back.

BuildKit drops comment lines, blank lines and the escape character at line ends inside an instruction
(frontend/dockerfile/parser/parser.go, ``Parse``, ``trimContinuationCharacter``, ``trimComments``).
"""

from bisect import bisect_right

from dockls.text import Span

#: what Go's unicode.IsSpace accepts; Python's own notion has four control characters more
SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def is_continued(line: str, escape: str) -> bool:
    """Whether a physical line (without its line end) goes on in the next one."""
    if line[-1:] not in (escape, " ", "\t"):
        return False
    stripped = line.rstrip(" \t")
    if not stripped.endswith(escape):
        return False
    return len(stripped) == 1 or stripped[-2] != escape


class LogicalLine:
    """The joined text, and for every stretch of it the offset in the item that it came from."""

    __slots__ = ("_logical", "_physical", "_shift", "has_blank_continuation", "text")

    def __init__(self, item_text: str, end: int, escape: str) -> None:
        """Join the lines of ``item_text[:end]`` (an instruction without the bodies of its heredocs)."""
        self._logical: list[int] = []
        self._physical: list[int] = []
        self.has_blank_continuation = False
        pieces = self._joined(item_text, end, escape)
        self.text = pieces[0] if len(pieces) == 1 else "".join(pieces)
        #: most instructions are one line, for which the way back is an addition
        self._shift = self._physical[0] if len(pieces) == 1 else None

    def _joined(self, item_text: str, end: int, escape: str) -> list[str]:
        pieces: list[str] = []
        length = position = 0
        while position < end:
            newline = item_text.find("\n", position, end)
            following = end if newline < 0 else newline + 1
            line = item_text[position : end if newline < 0 else newline].rstrip("\r\n")
            stripped = line.lstrip(SPACE)
            start = position
            if not pieces:
                start += len(line) - len(stripped)
                line = stripped
            elif stripped.startswith("#") or not stripped:
                self.has_blank_continuation |= not stripped
                position = following
                continue
            if is_continued(line, escape):
                line = line.rstrip(" \t")[:-1]
            self._logical.append(length)
            self._physical.append(start)
            pieces.append(line)
            length += len(line)
            position = following
        return pieces

    def physical(self, offset: int) -> int:
        """The offset in the item of the character at `offset` of the logical text."""
        if not self._logical:
            return 0
        number = bisect_right(self._logical, offset) - 1
        return self._physical[number] + offset - self._logical[number]

    def span(self, start: int, end: int) -> Span:
        """The item-relative span of ``text[start:end]``; an empty one stays empty."""
        if self._shift is not None:
            return Span(start + self._shift, max(start, end) + self._shift)
        if end <= start:
            # A place at the very end of a piece belongs behind its last character, not to the next line.
            place = self.physical(start - 1) + 1 if start else self.physical(0)
            return Span(place, place)
        return Span(self.physical(start), self.physical(end - 1) + 1)
