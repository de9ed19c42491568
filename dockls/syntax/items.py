"""The items a document consists of; each owns its exact text and knows only offsets relative to its start."""

from typing import Any, NamedTuple

from dockls.syntax.heredocs import Announcement
from dockls.syntax.logical import LogicalLine
from dockls.syntax.parsed import Flag, Heredoc, Pair, Parsed, Problem, Word
from dockls.text import Span


class Item:
    """A stretch of whole lines. Compared by identity: an unchanged item is the same object after an edit."""

    __slots__ = ("memo", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        #: what upper layers remember about this item (pure functions of its text only)
        self.memo: dict[Any, Any] = {}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    @property
    def span(self) -> Span:
        """The whole item without its last line end, relative to itself."""
        return Span(0, len(self.text.rstrip("\r\n")))


class Place(NamedTuple):
    """A span relative to an item; it stays right wherever the item moves to."""

    item: Item
    span: Span


class ByteOrderMark(Item):
    """The U+FEFF that some editors write at the start of a file; BuildKit skips it."""

    __slots__ = ()


class Blank(Item):
    """A line of nothing but white space."""

    __slots__ = ()


class Comment(Item):
    """A comment line."""

    __slots__ = ()

    @property
    def content(self) -> str:
        """The comment without its ``#`` and surrounding blanks."""
        return self.text.strip()[1:].strip()


class Directive(Item):
    """A parser directive: ``# name=value`` at the top of the file (parser/directives.go)."""

    __slots__ = ("name", "name_span", "problem", "value", "value_span")

    def __init__(self, text: str, name_span: Span, value_span: Span, problem: str | None) -> None:
        super().__init__(text)
        self.name = text[name_span.start : name_span.end].lower()
        self.value = text[value_span.start : value_span.end]
        self.name_span = name_span
        self.value_span = value_span
        self.problem = problem


class Instruction(Item):
    """An instruction with its continuation lines and here-documents; its inside is parsed on first use."""

    __slots__ = (
        "_heredocs",
        "_line",
        "_parsed",
        "_raw_heredocs",
        "escape",
        "head_end",
        "keyword",
        "terminated",
    )

    def __init__(
        self,
        text: str,
        keyword: str,
        escape: str,
        head_end: int,
        line: LogicalLine | None = None,
        parsed: Parsed | None = None,
        heredocs: "list[RawHeredoc] | None" = None,
    ) -> None:
        super().__init__(text)
        #: upper case, known or not
        self.keyword = keyword
        self.escape = escape
        #: where the instruction ends and the bodies of its here-documents begin
        self.head_end = head_end
        self._line = line
        self._parsed = parsed
        self._raw_heredocs = heredocs or []
        self._heredocs: tuple[Heredoc, ...] | None = None

    @property
    def line(self) -> LogicalLine:
        """The logical line, continuations joined."""
        if self._line is None:
            self._line = LogicalLine(self.text, self.head_end, self.escape)
        return self._line

    @property
    def parsed(self) -> Parsed:
        """The instruction split into flags and words."""
        if self._parsed is None:
            self._parsed = Parsed(self.line, 0, self.escape)
        return self._parsed

    @property
    def effective(self) -> Parsed:
        """What is executed: the trigger of an ONBUILD, otherwise the instruction itself."""
        return self.parsed.inner or self.parsed

    @property
    def heredocs(self) -> tuple[Heredoc, ...]:
        """The here-documents in order; an unterminated one ends with the file."""
        if self._heredocs is None:
            self._heredocs = tuple([raw.read(self) for raw in self._raw_heredocs])
        return self._heredocs

    @property
    def keyword_span(self) -> Span:
        """Where the keyword stands."""
        return self.parsed.keyword_span

    @property
    def raw_keyword(self) -> str:
        """The keyword as written."""
        return self.parsed.raw_keyword

    @property
    def flags(self) -> tuple[Flag, ...]:
        """The ``--name[=value]`` words."""
        return self.parsed.flags

    @property
    def words(self) -> tuple[Word, ...]:
        """The words behind the flags."""
        return self.parsed.words

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Names and values of ENV, LABEL and ARG."""
        return self.parsed.pairs

    @property
    def arguments(self) -> tuple[str, ...]:
        """The words exactly as BuildKit's parser yields them."""
        return self.parsed.arguments

    @property
    def is_json(self) -> bool:
        """Whether the JSON (exec) form is used."""
        return self.parsed.is_json

    @property
    def inner(self) -> Parsed | None:
        """The trigger of an ONBUILD."""
        return self.parsed.inner

    @property
    def body_span(self) -> Span:
        """All behind keyword and flags, without here-document bodies."""
        return self.parsed.rest_span

    @property
    def span(self) -> Span:
        """The instruction from its keyword on, without the last line end."""
        return Span(self.parsed.keyword_span.start, len(self.text.rstrip("\r\n")))

    @property
    def head_span(self) -> Span:
        """The instruction from its keyword on, without here-document bodies and the last line end."""
        return Span(self.parsed.keyword_span.start, len(self.text[: self.head_end].rstrip("\r\n")))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What BuildKit's parser refuses in this instruction."""
        problems = list(self.parsed.problems)
        for raw in self._raw_heredocs:
            if raw.terminator_start is None:
                span = self.line.span(raw.announcement.span.start, raw.announcement.span.end)
                problems.append(Problem(span, "unterminated heredoc"))
        return tuple(problems)


class RawHeredoc(NamedTuple):
    """Where the scanner found a here-document: offsets relative to the item."""

    announcement: Announcement
    start: int
    end: int
    terminator_start: int | None
    terminator_end: int

    def read(self, item: Instruction) -> Heredoc:
        """The here-document with its content, leading tabs stripped if ``<<-`` asks for it."""
        name, expand, strip_tabs, span = self.announcement
        content = item.text[self.start : self.end]
        if strip_tabs:
            content = "".join([line.lstrip("\t") for line in content.splitlines(keepends=True)])
        terminator = None if self.terminator_start is None else Span(self.terminator_start, self.terminator_end)
        place = item.line.span(span.start, span.end)
        return Heredoc(name, content, expand, strip_tabs, place, Span(self.start, self.end), terminator)
