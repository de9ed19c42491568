"""What holds for any text and any edit. DOCKLS_EXAMPLES sets the number of examples."""

import os

from hypothesis import given, settings
from hypothesis import strategies as st
from syntax_cases import look_inside, shape

from dockls.syntax import Dockerfile, Instruction, parse
from dockls.syntax.dump import dump, tree
from dockls.text import Edit, LineIndex, LineTable, OverlappingEditsError, Span, apply, ordered

EXAMPLES = int(os.environ.get("DOCKLS_EXAMPLES", "150"))

#: what makes a difference to the scanner, by itself and in the middle of other things
PIECES = [
    *("\n", "\r\n", "\r", " ", "\t", "\\", "`", "\\\n", "`\n", "#", "# ", "# escape=`\n", "# escape=\\\n", "syntax="),
    *("# syntax=a\n", "\ufeff", "\x85", "\u2028", "\x0c", '"', "'", "$", "=", "<<", "<<A", "<<-'B'", "<<A <<B"),
    *(
        "\nA\n",
        "\nB\n",
        "\n\tB\n",
        "A",
        "FROM a AS b\n",
        "FROM b\n",
        "RUN c \\\n  d\n",
        "RUN <<A\ne\nA\n",
        "COPY f g\n",
    ),
    *(
        'CMD ["h"]\n',
        "ENV i=j k=l\n",
        "ONBUILD ",
        "RUN --mount=type=cache,target=/m n\n",
        "\n\n",
        "# note\n",
        "😀",
        "é",
    ),
    *("HEALTHCHECK CMD o\n", "ARG p\n", "--", "--x=y ", "COPY <<A /q\n", "[", "]", ",", "0"),
]

sources = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=25).map("".join)


@st.composite
def edited_sources(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    source = draw(sources)
    edits = []
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(source)))
        end = min(len(source), start + draw(st.sampled_from([0, 0, 1, 2, 5, 40])))
        edits.append(Edit(Span(start, end), draw(st.one_of(sources, st.sampled_from(["", *PIECES])))))
    return source, edits


@settings(max_examples=EXAMPLES, deadline=None)
@given(sources)
def test_the_tree_holds_every_character_and_answers_every_question(source: str) -> None:
    parsed = parse(source)
    assert parsed.text == source == "".join([item.text for item in parsed.items])
    for item in parsed.items:
        start = parsed.start_of(item)
        assert source[start : start + len(item.text)] == item.text
        assert parsed.item_at(start) is item
    look_inside(parsed)
    assert dump(parsed, "-")["path"] == "-"
    tree(parsed)


@settings(max_examples=EXAMPLES, deadline=None)
@given(sources)
def test_spans_lie_inside_their_item(source: str) -> None:
    for instruction in parse(source).instructions:
        spans = [instruction.span, instruction.keyword_span, instruction.body_span, instruction.head_span]
        for parsed in (instruction.parsed, instruction.effective):
            spans += [flag.span for flag in parsed.flags] + [word.span for word in parsed.words]
            spans += [pair.name_span for pair in parsed.pairs] + [flag.name_span for flag in parsed.flags]
            spans += [problem.span for problem in parsed.problems]
        spans += [span for heredoc in instruction.heredocs for span in (heredoc.span, heredoc.content_span)]
        for start, end in spans:
            assert 0 <= start <= end <= len(instruction.text)


@settings(max_examples=EXAMPLES * 2, deadline=None)
@given(edited_sources())
def test_an_edited_tree_is_the_tree_of_the_edited_text(case: tuple[str, list[Edit]]) -> None:
    source, edits = case
    try:
        after = apply(source, edits)
    except OverlappingEditsError:
        return
    before = parse(source)
    edited, fresh = before.edited(edits), parse(after)
    assert edited.text == after
    assert shape(edited) == shape(fresh)
    assert (edited.escape, edited.directives) == (fresh.escape, fresh.directives)
    assert dump(edited, "-") == dump(fresh, "-")


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 11), st.integers(0, 11), st.sampled_from(["x", "RUN y\n", "\n", "# z\n"]))
def test_items_away_from_an_edit_are_the_same_objects(stage: int, line: int, new: str) -> None:
    block = "".join([f"RUN step {number} \\\n  more\n" for number in range(6)])
    source = "# syntax=a\nARG b\n" + "".join([f"FROM c AS d{number}\n{block}" for number in range(12)])
    before = parse(source)
    section = before.sections[stage + 1]
    place = before.start_of(section.items[1 + line % 6]) + 3
    after = before.edited([Edit(Span(place, place), new)])
    kept = {id(item) for item in before.items} & {id(item) for item in after.items}
    assert len(before.items) - len(kept) <= 3
    untouched = [one for one in before.sections if one is not section]
    assert all(any(one is other for other in after.sections) for one in untouched)


def naive_lines(text: str) -> list[str]:
    """Lines with their ends, cut by hand at what LSP calls a line end."""
    lines, line = [], ""
    for number, character in enumerate(text):
        line += character
        if character == "\n" or (character == "\r" and text[number + 1 : number + 2] != "\n"):
            lines.append(line)
            line = ""
    return [*lines, line]


UNITS = {"utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")), "utf-32": len}
UNITS["utf-16"] = lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2

texts = st.lists(
    st.sampled_from(
        ["a", "é", "\u2028", "\u2029", "\x0c", "\x0b", "\x85", "😀", "\n", "\r\n", "\r", "\t", "漢", "\x1c"]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=EXAMPLES, deadline=None)
@given(texts, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_positions_agree_with_lines_cut_by_hand(text: str, encoding: str) -> None:
    index = LineIndex.of(text)
    lines = naive_lines(text)
    assert index.line_count == len(lines)
    offset = 0
    for number, line in enumerate(lines):
        content = line.rstrip("\r\n")
        for column in range(len(line)):
            assert index.position(offset + column, encoding) == (number, UNITS[encoding](line[:column]))
        for column in range(len(content) + 1):
            assert index.offset(number, UNITS[encoding](content[:column]), encoding) == offset + column
        assert index.offset(number, 1 << 20, encoding) == offset + len(content)
        offset += len(line)
    assert index.position(len(text), encoding) == (len(lines) - 1, UNITS[encoding](lines[-1]))
    assert index.offset(len(lines), 0, encoding) == len(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(edited_sources())
def test_the_line_index_of_a_tree_is_that_of_its_text(case: tuple[str, list[Edit]]) -> None:
    source, edits = case
    parsed: Dockerfile = parse(source)
    assert parsed.line_index.line_count == len(naive_lines(source))
    try:
        ordered(edits)
    except OverlappingEditsError:
        return
    edited = parsed.edited(edits)
    whole = LineIndex.of(edited.text)
    for offset in range(0, len(edited.text) + 1, 3):
        position = whole.position(offset, "utf-16")
        assert edited.line_index.position(offset, "utf-16") == position
        assert edited.line_index.offset(*position, "utf-16") == whole.offset(*position, "utf-16")


def test_a_byte_order_mark_stands_on_the_first_line() -> None:
    index = parse("\ufeffFROM a\nRUN b\n").line_index
    assert index.position(1) == (0, 1)
    assert index.offset(0, 0) == 0
    assert index.position(8) == (1, 0)


def test_a_directive_typed_behind_an_unfinished_first_line() -> None:
    edited = parse("\r").edited([Edit(Span(1, 1), "# escape=`\n")])
    assert edited.directives == {"escape": "`"}


def test_pieces_join_where_they_are_cut() -> None:
    index = LineIndex([LineTable("a\r\n"), LineTable("b\n"), LineTable("c")])
    assert [tuple(index.position(offset)) for offset in range(7)] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
        (1, 1),
        (2, 0),
        (2, 1),
    ]


def test_an_instruction_is_compared_by_identity() -> None:
    one, other = (parse("RUN a\n").items[0] for _ in range(2))
    assert isinstance(one, Instruction)
    assert one != other
