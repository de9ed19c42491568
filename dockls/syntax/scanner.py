"""Text to items: where each directive, comment, blank line and instruction ends (parser.go, ``Parse``)."""

import re
from collections.abc import Iterator

from dockls.syntax.heredocs import KEYWORDS as HEREDOC_KEYWORDS
from dockls.syntax.heredocs import announcements
from dockls.syntax.items import Blank, ByteOrderMark, Comment, Directive, Instruction, Item, RawHeredoc
from dockls.syntax.logical import SPACE, LogicalLine, is_continued
from dockls.syntax.parsed import Parsed
from dockls.text import Span

_DIRECTIVE = re.compile(r"#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.*)")
_WORD_END = re.compile(r"[\t\v\f\r ]")
_DIRECTIVES = ("syntax", "escape", "check")


class Scanner:
    """Reads items one after the other; carries what one item says about those below it."""

    __slots__ = ("escape", "in_header", "position", "seen", "text")

    def __init__(self, text: str) -> None:
        """Begin at the start of `text`, where parser directives are still possible."""
        self.text = text
        self.position = 0
        self.escape = "\\"
        self.in_header = True
        self.seen: set[str] = set()

    @classmethod
    def resumed(cls, text: str, position: int, escape: str) -> "Scanner":
        """Begin at an item start below the parser directives."""
        scanner = cls(text)
        scanner.position = position
        scanner.escape = escape
        scanner.in_header = False
        return scanner

    def __iter__(self) -> Iterator[Item]:
        while self.position < len(self.text):
            yield self.next_item()

    def next_item(self) -> Item:
        """The item that starts at `position`, which moves behind it."""
        text, start = self.text, self.position
        if start == 0 and self.in_header and text.startswith("\ufeff"):
            self.position = 1
            return ByteOrderMark(text[:1])
        newline = text.find("\n", start)
        following = len(text) if newline < 0 else newline + 1
        line = text[start:following]
        stripped = line.lstrip(SPACE)
        if stripped[:1] == "#":
            self.position = following
            if self.in_header:
                directive = self._directive(line, stripped)
                if directive is not None:
                    return directive
                self.in_header = False
            return Comment(line)
        self.in_header = False
        if not stripped:
            self.position = following
            return Blank(line)
        return self._instruction(start, following, stripped.rstrip("\r\n"))

    def _directive(self, line: str, stripped: str) -> Directive | None:
        match = _DIRECTIVE.match(stripped.rstrip("\r\n"))
        if match is None or match[1].lower() not in _DIRECTIVES or not match[2].strip():
            return None
        indent = len(line) - len(stripped)
        name = match[1].lower()
        value = match[2].rstrip(SPACE)
        problem = None
        if name in self.seen:
            problem = f"only one {name} parser directive can be used"
        elif name == "escape":
            if value in ("\\", "`"):
                self.escape = value
            else:
                problem = f"invalid escape token '{value}' does not match ` or \\"
        self.seen.add(name)
        start = match.start(2) + indent
        name_span = Span(match.start(1) + indent, match.end(1) + indent)
        return Directive(line, name_span, Span(start, start + len(value)), problem)

    def _instruction(self, start: int, following: int, first: str) -> Instruction:
        text, escape = self.text, self.escape
        simple = not is_continued(first, escape)
        if not simple:
            first = first.rstrip(" \t")[:-1]
            following = self._continued_until(following)
        source = text[start:following]
        head_end = following - start
        line: LogicalLine | None = None
        keyword_match = _WORD_END.search(first)
        if keyword_match is not None:
            keyword = first[: keyword_match.start()].upper()
        elif simple:
            keyword = first.rstrip(SPACE).upper()
        else:
            # The keyword itself may go on in the next line.
            line = LogicalLine(source, head_end, escape)
            keyword = _keyword(line)
        parsed: Parsed | None = None
        heredocs: list[RawHeredoc] = []
        if "<<" in source and (keyword in HEREDOC_KEYWORDS or keyword == "ONBUILD"):
            line = line or LogicalLine(source, head_end, escape)
            parsed = Parsed(line, 0, escape)
            if _may_have_heredocs(parsed):
                heredocs, following = self._heredocs(line, start, following)
                source = text[start:following]
        self.position = following
        return Instruction(source, keyword, escape, head_end, line, parsed, heredocs)

    def _continued_until(self, position: int) -> int:
        """The offset behind the last line of an instruction whose line before `position` is continued."""
        text, escape, end = self.text, self.escape, len(self.text)
        while position < end:
            newline = text.find("\n", position)
            following = end if newline < 0 else newline + 1
            line = text[position:following].rstrip("\r\n")
            position = following
            stripped = line.lstrip(SPACE)
            if stripped and stripped[0] != "#" and not is_continued(line, escape):
                break
        return position

    def _heredocs(self, line: LogicalLine, start: int, position: int) -> tuple[list[RawHeredoc], int]:
        found: list[RawHeredoc] = []
        for announcement in announcements(line.text):
            body = position
            while True:
                if position >= len(self.text):
                    found.append(RawHeredoc(announcement, body - start, position - start, None, position - start))
                    return found, position
                newline = self.text.find("\n", position)
                following = len(self.text) if newline < 0 else newline + 1
                candidate = self.text[position:following].rstrip("\r\n")
                if announcement.strip_tabs:
                    candidate = candidate.lstrip("\t")
                if candidate == announcement.name:
                    end = position + len(self.text[position:following].rstrip("\r\n"))
                    found.append(
                        RawHeredoc(announcement, body - start, position - start, position - start, end - start)
                    )
                    position = following
                    break
                position = following
        return found, position


def _keyword(line: LogicalLine) -> str:
    words = line.text.lstrip(SPACE)
    match = _WORD_END.search(words)
    return (words[: match.start()] if match else words.rstrip(SPACE)).upper()


def _may_have_heredocs(parsed: Parsed) -> bool:
    effective = parsed.inner or parsed
    return effective.keyword in HEREDOC_KEYWORDS and not effective.is_json
