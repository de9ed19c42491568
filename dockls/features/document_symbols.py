"""The outline: stages with their instructions, global ARGs above them (LSP 3.17, textDocument/documentSymbol)."""

from typing import NamedTuple

from dockls.semantics import Model
from dockls.syntax import Instruction, Section
from dockls.text import Span

_LONGEST_DETAIL = 80


class Symbol(NamedTuple):
    """One line of the outline; spans are absolute, `selection` lies in `span`.

    `kind` is ``stage``, ``argument``, ``environment`` or ``instruction``.
    """

    name: str
    detail: str
    kind: str
    span: Span
    selection: Span
    children: "tuple[Symbol, ...]"

    def shifted(self, offset: int) -> "Symbol":
        """The symbol and its children moved by `offset`."""
        children = tuple([child.shifted(offset) for child in self.children])
        span, selection = self.span.shifted(offset), self.selection.shifted(offset)
        return Symbol(self.name, self.detail, self.kind, span, selection, children)


def document_symbols(model: Model) -> tuple[Symbol, ...]:
    """The outline of the file: global ARGs, then one symbol a stage with its instructions as children."""
    by_section = zip(section_symbols(model), model.tree.starts, strict=False)
    return tuple([symbol.shifted(start) for symbols, start in by_section for symbol in symbols])


def section_symbols(model: Model) -> list[tuple[Symbol, ...]]:
    """The same for each section, its spans relative to the section: the same objects until it is edited."""
    return [_of_section(section, number) for number, section in enumerate(model.tree.sections)]


def _of_section(section: Section, number: int) -> tuple[Symbol, ...]:
    found: tuple[Symbol, ...] | None = section.memo.get(Symbol)
    if found is None:
        symbols = _instructions(section)
        found = symbols if number == 0 else (_stage(section, symbols),)
    # An unnamed stage is shown by its number, which may change without an edit in it; no real name has a blank.
    title = f"stage {number - 1}"
    if number > 0 and (not found[0].name or " " in found[0].name) and found[0].name != title:
        found = (found[0]._replace(name=title),)
    section.memo[Symbol] = found
    return found


def _stage(section: Section, symbols: tuple[Symbol, ...]) -> Symbol:
    declaration = section.instructions[0]
    words = declaration.words
    named = len(words) >= 3 and words[1].text.upper() == "AS"
    selection = words[2].span if named else declaration.head_span
    last = section.instructions[-1]
    end = (section.offset_of(last) or 0) + last.span.end
    name = words[2].text if named else ""
    base = words[0].text if words else ""
    return Symbol(name, f"FROM {base}".strip(), "stage", Span(0, end), selection, symbols[1:])


def _instructions(section: Section) -> tuple[Symbol, ...]:
    return tuple([_instruction(each, section.offset_of(each) or 0) for each in section.instructions])


def _instruction(instruction: Instruction, offset: int) -> Symbol:
    parsed = instruction.parsed
    span = instruction.span.shifted(offset)
    selection = parsed.keyword_span.shifted(offset)
    kind = {"ARG": "argument", "ENV": "environment"}.get(parsed.keyword, "instruction")
    detail = " ".join([*[flag.text for flag in parsed.flags], *parsed.rest.split()])
    if len(detail) > _LONGEST_DETAIL:
        detail = detail[: _LONGEST_DETAIL - 1] + "\N{HORIZONTAL ELLIPSIS}"
    return Symbol(parsed.raw_keyword or parsed.keyword, detail, kind, span, selection, ())
