"""The document as a tree: items grouped into sections, one per FROM, and what an edit makes of them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from dockls.syntax.items import ByteOrderMark, Directive, Instruction, Item, Place
from dockls.syntax.scanner import Scanner
from dockls.text import Edit, LineIndex, LineTable, Span, apply, ordered

#: a table of all items is not worth making for the few places that an edit usually asks for
_FEW_QUESTIONS = 16


class Section:
    """The items from one FROM up to the next; the first section holds what stands above all FROMs.

    Immutable, and the same object after every edit elsewhere, so that what is derived from it can be kept in
    `memo`.
    """

    __slots__ = ("_lines", "_numbers", "_offsets", "instructions", "items", "length", "memo")

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self.instructions: tuple[Instruction, ...] = tuple(
            [item for item in self.items if isinstance(item, Instruction)]
        )
        #: offsets of the items in the section, and at last the section's length
        self._offsets = list(accumulate([len(item.text) for item in self.items], initial=0))
        self.length = self._offsets[-1]
        self._numbers: dict[Item, int] | None = None
        self._lines: LineTable | None = None
        self.memo: dict[Any, Any] = {}

    @property
    def text(self) -> str:
        """The section's source."""
        return self.lines.text

    @property
    def lines(self) -> LineTable:
        """Where its lines start, relative to the section."""
        if self._lines is None:
            self._lines = LineTable("".join([item.text for item in self.items]))
        return self._lines

    def offset_of(self, item: Item) -> int | None:
        """Where `item` starts, relative to the section; None if it is not in it."""
        if self._numbers is None:
            self._numbers = {member: number for number, member in enumerate(self.items)}
        number = self._numbers.get(item)
        return None if number is None else self._offsets[number]

    def number_at(self, offset: int) -> int:
        """The index of the item that holds the character at a section-relative offset."""
        return min(bisect_right(self._offsets, offset) - 1, len(self.items) - 1)

    def start_of_number(self, number: int) -> int:
        """Where the item of that index starts, relative to the section."""
        return self._offsets[number]


class Dockerfile:
    """A parsed document: immutable, lossless, with one section per stage behind the first."""

    __slots__ = (
        "_asked",
        "_first_lines",
        "_line_index",
        "_section_numbers",
        "_starts",
        "_text",
        "escape",
        "memo",
        "sections",
    )

    def __init__(self, text: str | None, sections: Sequence[Section], escape: str) -> None:
        self._text = text
        #: ``sections[0]`` stands above the first FROM and may be empty; ``sections[n + 1]`` is stage n
        self.sections = tuple(sections)
        self.escape = escape
        self._starts: list[int] | None = None
        self._first_lines: list[int] | None = None
        self._line_index: LineIndex | None = None
        self._asked = 0
        self._section_numbers: dict[Item, int] | None = None
        #: what upper layers remember about this snapshot
        self.memo: dict[Any, Any] = {}

    @property
    def text(self) -> str:
        """The source; joined when it is first asked for after an edit, because most edits never need all of it."""
        if self._text is None:
            self._text = "".join([section.text for section in self.sections])
        return self._text

    @property
    def starts(self) -> list[int]:
        """Absolute offsets of the sections, and at last the length of the text."""
        if self._starts is None:
            self._starts = list(accumulate([section.length for section in self.sections], initial=0))
        return self._starts

    @property
    def first_lines(self) -> list[int]:
        """The 0-based lines that the sections start on, and at last that of the end of the text."""
        if self._first_lines is None:
            self._first_lines = list(accumulate([section.lines.breaks for section in self.sections], initial=0))
        return self._first_lines

    @property
    def line_index(self) -> LineIndex:
        """Converts offsets to lines and columns."""
        if self._line_index is None:
            pieces = [section.lines for section in self.sections]
            if len(pieces) > 1 and pieces[0].text and not pieces[0].breaks:
                # A byte order mark in front of the first FROM stands on the same line.
                pieces[:2] = [LineTable(pieces[0].text + pieces[1].text)]
                self._line_index = LineIndex(pieces)
            else:
                self._line_index = LineIndex(pieces, self.starts, self.first_lines)
        return self._line_index

    @property
    def items(self) -> tuple[Item, ...]:
        """All items in order."""
        return tuple([item for section in self.sections for item in section.items])

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """All instructions in order."""
        return tuple([item for section in self.sections for item in section.instructions])

    @property
    def directives(self) -> dict[str, str]:
        """Name and value of the parser directives."""
        found: dict[str, str] = {}
        for item in self.sections[0].items:
            if isinstance(item, Directive):
                found.setdefault(item.name, item.value)
        return found

    def start_of(self, item: Item) -> int:
        """The absolute offset of an item; raises KeyError if it is not in this tree."""
        number = self.section_of(item)
        offset = self.sections[number].offset_of(item)
        if offset is None:
            raise KeyError(item)
        return self.starts[number] + offset

    def section_of(self, item: Item) -> int:
        """The number of an item's section; raises KeyError if it is not in this tree.

        Looked for at first, looked up once many have been asked for.
        """
        self._asked += 1
        if self._asked <= _FEW_QUESTIONS:
            for number, section in enumerate(self.sections):
                if section.offset_of(item) is not None:
                    return number
            raise KeyError(item)
        if self._section_numbers is None:
            self._section_numbers = {}
            for number, section in enumerate(self.sections):
                self._section_numbers.update(dict.fromkeys(section.items, number))
        return self._section_numbers[item]

    def span_of(self, place: Place) -> Span:
        """The absolute span of a place; raises KeyError if its item is not in this tree."""
        return place.span.shifted(self.start_of(place.item))

    def section_at(self, offset: int) -> int:
        """The index of the section that holds `offset`; the end of the text belongs to the last one."""
        number = bisect_right(self.starts, offset) - 1
        return min(number, len(self.sections) - 1)

    def item_at(self, offset: int) -> Item | None:
        """The item that holds the character at `offset`, or the last one at the end of the text."""
        number = self.section_at(offset)
        section = self.sections[number]
        if not section.items:
            return None
        return section.items[section.number_at(offset - self.starts[number])]

    def edited(self, edits: Iterable[Edit]) -> "Dockerfile":
        """The tree of ``apply(text, edits)``; items that no edit touched are the same objects.

        Raises OverlappingEditsError.
        """
        ordered_edits = ordered(edits)
        if len(ordered_edits) > 40:
            return parse(apply(self.text, ordered_edits))
        tree = self
        for edit in reversed(ordered_edits):
            tree = _edited(tree, edit)
        return tree


def parse(text: str) -> Dockerfile:
    """The tree of any text whatever; never raises."""
    scanner = Scanner(text)
    items = list(scanner)
    return Dockerfile(text, _grouped(items, starts_file=True), scanner.escape)


def _grouped(items: Sequence[Item], starts_file: bool) -> list[Section]:
    """Cut items into sections in front of every FROM; at the start of a file the first section may be empty."""
    sections: list[Section] = []
    begin = 0
    for number, item in enumerate(items):
        if type(item) is Instruction and item.keyword == "FROM" and (number > begin or (starts_file and not sections)):
            sections.append(Section(items[begin:number]))
            begin = number
    if begin < len(items) or not sections:
        sections.append(Section(items[begin:]))
    return sections


def _edited(tree: Dockerfile, edit: Edit) -> Dockerfile:
    """Scan again from the first touched item; two sections behind the edit are read at first, all if need be."""
    header_end = _header_end(tree)
    first = 0 if edit.span.start <= header_end else tree.section_at(edit.span.start)
    near = tree.section_at(edit.span.end) + 2
    for until in (near, len(tree.sections)):
        window = _Window(tree, first, min(until, len(tree.sections)), edit)
        if first == 0 and edit.span.start <= header_end:
            number, scanner = 0, Scanner(window.text)
        else:
            section = tree.sections[first]
            number = section.number_at(edit.span.start - window.start)
            scanner = Scanner.resumed(window.text, section.start_of_number(number), tree.escape)
        scanned, resume = _rescanned(tree, window, scanner, max(edit.span.end, header_end + 1))
        if scanner.escape != tree.escape:
            return parse(apply(tree.text, [edit]))
        if resume is not None:
            return _spliced(tree, (first, number), scanned, resume)
    raise AssertionError("a scan to the end of the text always ends there")


class _Window:
    """The text of some sections after an edit in them, and how old offsets map into it."""

    __slots__ = ("delta", "is_whole_rest", "start", "text")

    def __init__(self, tree: Dockerfile, first: int, until: int, edit: Edit) -> None:
        self.start = tree.starts[first]
        (start, end), new = edit
        old = "".join([section.text for section in tree.sections[first:until]])
        self.text = "".join((old[: start - self.start], new, old[end - self.start :]))
        #: added to an old absolute offset behind the edit it gives the offset in the window
        self.delta = len(new) - (end - start) - self.start
        self.is_whole_rest = until >= len(tree.sections)


def _rescanned(
    tree: Dockerfile, window: _Window, scanner: Scanner, offset: int
) -> tuple[list[Item], tuple[int, int] | None]:
    """New items up to the first old item start at or behind `offset` that lines up again, and that item's place.

    The place is None if the window ended before one did.
    """
    scanned: list[Item] = []
    boundaries = _boundaries(tree, offset)
    length = tree.starts[-1]
    boundary, last, index = next(boundaries)
    while scanner.position < len(scanner.text):
        scanned.append(scanner.next_item())
        while boundary + window.delta < scanner.position and boundary < length:
            boundary, last, index = next(boundaries)
        if boundary + window.delta == scanner.position and boundary < length and not scanner.in_header:
            if scanner.position < len(scanner.text) or window.is_whole_rest:
                return scanned, (last, index)
            # An item that ends with the window may go on behind it.
            return scanned, None
    return scanned, (len(tree.sections), 0) if window.is_whole_rest else None


def _header_end(tree: Dockerfile) -> int:
    """The last offset at which an edit can change which lines are parser directives."""
    end = 0
    for section in tree.sections[:2]:
        for item in section.items:
            end += len(item.text)
            if not isinstance(item, Directive | ByteOrderMark):
                # What is added behind an unfinished last line still belongs to that line.
                return end - 1 if item.text.endswith("\n") else end
    return end


def _boundaries(tree: Dockerfile, offset: int) -> Iterator[tuple[int, int, int]]:
    """Starts of old items at or behind `offset`: absolute start, section index, item index; then the end."""
    number = tree.section_at(offset)
    while number < len(tree.sections):
        section, start = tree.sections[number], tree.starts[number]
        if section.items:
            first = max(section.number_at(offset - start), 0) if offset > start else 0
            for index in range(first, len(section.items)):
                place = start + section.start_of_number(index)
                if place >= offset:
                    yield place, number, index
        number += 1
    while True:
        yield tree.starts[-1], len(tree.sections), 0


def _spliced(tree: Dockerfile, begin: tuple[int, int], scanned: list[Item], resume: tuple[int, int]) -> Dockerfile:
    """Old items before `begin`, then `scanned`, then old items from `resume` on, regrouped where they meet."""
    first, number = begin
    last, index = resume
    items: list[Item] = [*tree.sections[first].items[:number], *scanned]
    if index:
        items += tree.sections[last].items[index:]
        last += 1
    if first > 0 and not (items and type(items[0]) is Instruction and items[0].keyword == "FROM"):
        first -= 1
        items = [*tree.sections[first].items, *items]
    if last < len(tree.sections) and last > 0 and tree.sections[last].items:
        head = tree.sections[last].items[0]
        if not (type(head) is Instruction and head.keyword == "FROM"):
            items += tree.sections[last].items
            last += 1
    middle = _grouped(items, starts_file=first == 0) if items or first == 0 else []
    return Dockerfile(None, (*tree.sections[:first], *middle, *tree.sections[last:]), tree.escape)
