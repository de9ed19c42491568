"""Where a finding about a part of an instruction is told: on the line that the instruction begins on.

BuildKit's checks name whole instructions; comments that silence a line, and whoever compares findings, count on the
first line.
"""

from dockls.syntax import Instruction, Place
from dockls.text import Span


def on_first_line(instruction: Instruction, span: Span) -> Place:
    """The place of a part (relative to the item), or the keyword where the part stands on another line than that."""
    start = instruction.keyword_span.start
    if "\n" in instruction.text[start : span.start]:
        return Place(instruction, instruction.keyword_span)
    end = instruction.text.find("\n", span.start, span.end)
    return Place(instruction, Span(span.start, span.end if end < 0 else len(instruction.text[:end].rstrip("\r"))))
