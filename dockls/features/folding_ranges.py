"""What can be folded: stages, instructions of several lines, here-documents, comment blocks.

LSP 3.17, textDocument/foldingRange.
"""

from typing import NamedTuple

from dockls.semantics import Model
from dockls.syntax import Comment, Directive, Instruction, Section


class FoldingRange(NamedTuple):
    """Lines from the one that stays visible to the last hidden one, 0-based; `kind` is LSP's, "" if it has none."""

    first: int
    last: int
    kind: str


def folding_ranges(model: Model) -> tuple[FoldingRange, ...]:
    """All ranges of more than one line, in order of their first line, outer ones first."""
    found: list[FoldingRange] = []
    line = 0
    for number, section in enumerate(model.tree.sections):
        relative = section.memo.get(FoldingRange)
        if relative is None:
            relative = section.memo[FoldingRange] = _of_section(section, is_stage=number > 0)
        found += [FoldingRange(line + each.first, line + each.last, each.kind) for each in relative]
        line += section.lines.breaks
    return tuple(found)


def _of_section(section: Section, is_stage: bool) -> tuple[FoldingRange, ...]:
    """The ranges of one section, lines relative to it."""
    found: list[FoldingRange] = []
    line = last_of_stage = 0
    comments = 0
    for item in section.items:
        height = _breaks(item.text)
        if isinstance(item, Comment | Directive):
            comments += 1
        else:
            if comments > 1:
                found.append(FoldingRange(line - comments, line - 1, "comment"))
            comments = 0
        if isinstance(item, Instruction):
            lines = height - item.text.endswith(("\n", "\r"))
            last_of_stage = line + lines
            if lines > 0:
                found.append(FoldingRange(line, line + lines, ""))
            found += _heredocs(item, line)
        line += height
    if comments > 1:
        found.append(FoldingRange(line - comments, line - 1, "comment"))
    if is_stage and last_of_stage > 0:
        found.append(FoldingRange(0, last_of_stage, "region"))
    return tuple(sorted(found, key=lambda each: (each.first, -each.last)))


def _heredocs(item: Instruction, line: int) -> list[FoldingRange]:
    found: list[FoldingRange] = []
    if len(item.heredocs) < 2:
        # A single here-document folds with its instruction.
        return found
    for heredoc in item.heredocs:
        first = line + _breaks(item.text[: heredoc.content_span.start])
        last = line + _breaks(item.text[: heredoc.content_span.end])
        if last - first > 1:
            found.append(FoldingRange(first, last - 1, ""))
    return found


def _breaks(text: str) -> int:
    """How many line ends LSP counts."""
    return text.count("\n") + text.count("\r") - text.count("\r\n") if "\r" in text else text.count("\n")
