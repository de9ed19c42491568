"""Findings as people read them: the source line, an underline, what helps, the related place."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from dockls.cli.paint import Paint
from dockls.engine import Diagnostic
from dockls.semantics import Model
from dockls.text import Span

_CUT = "…"
#: how many columns of a cropped line stand in front of what is found
_LEAD = 12


class _Label(NamedTuple):
    span: Span
    text: str
    role: str
    mark: str


class _Printed(NamedTuple):
    """A source line as printed: the text of each character, and the column where each begins (one more: the end)."""

    cells: list[str]
    columns: list[int]


def render(path: str, model: Model, diagnostic: Diagnostic, paint: Paint) -> str:
    """One finding, several lines, ended by a blank one; lines are cropped to the width that `paint` tells."""
    rule, finding, severity = diagnostic
    span = model.absolute(finding.place)
    index = model.tree.line_index
    where = index.position(span.start)
    labels = [_Label(span, "", severity.label, "^")]
    labels += [_Label(model.absolute(each.place), each.message, "frame", "-") for each in finding.related]
    last_line = max(index.position(label.span.start).line for label in labels) + 1
    width = max(len(str(last_line)), 2)
    margin = " " * width
    lines = [
        paint(severity.label, f"{severity.label}[{rule.name}]") + paint("bold", f": {finding.message}"),
        f"{margin}{paint('frame', '-->')} {path}:{where.line + 1}:{where.column + 1}",
        f"{margin} {paint('frame', '|')}",
        *_snippet(model, labels, width, paint),
    ]
    helps = [fix.title + ("" if fix.safe else " (may change meaning: --unsafe)") for fix in finding.fixes]
    if helps:
        lines.append(f"{margin} {paint('frame', '|')}")
    lines += [f"{margin} {paint('frame', '=')} {paint('help', 'help')}: {title}" for title in helps]
    return "\n".join(lines) + "\n\n"


def _snippet(model: Model, labels: Sequence[_Label], width: int, paint: Paint) -> list[str]:
    """The lines with a label, in order of the file, a gap shown as three dots."""
    index = model.tree.line_index
    by_line: dict[int, list[_Label]] = {}
    for label in labels:
        by_line.setdefault(index.position(label.span.start).line, []).append(label)
    shown: list[str] = []
    before = None
    bar = paint("frame", "|")
    for line, here in sorted(by_line.items()):
        if before is not None and line == before + 2:
            # Dots would take as much room as the line itself.
            shown.append(_source_line(model, before + 1, width, paint))
        elif before is not None and line > before + 2:
            shown.append(paint("frame", "..."))
        before = line
        start, end = index.line_span(line)
        printed = _printed(model.tree.text[start:end])
        here.sort(key=lambda label: (label.mark, label.span))
        spans = [_within(label.span, start, end) for label in here]
        first, last = _window(printed, spans, paint.width - width - 3)
        shown.append(f"{paint('frame', f'{line + 1:>{width}} |')} {_cropped(printed, first, last)}".rstrip())
        for label, span in zip(here, spans, strict=True):
            left, right = max(span.start, first), max(min(span.end, last), first)
            indent = printed.columns[left] - printed.columns[first] + (1 if first else 0)
            underline = label.mark * max(printed.columns[right] - printed.columns[left], 1)
            text = f"{underline} {label.text}" if label.text else underline
            shown.append(f"{' ' * width} {bar} {' ' * indent}{paint(label.role, text)}")
    return shown


def _source_line(model: Model, line: int, width: int, paint: Paint) -> str:
    """A line with nothing found in it."""
    start, end = model.tree.line_index.line_span(line)
    printed = _printed(model.tree.text[start:end])
    shown = _cropped(printed, *_window(printed, [Span(0, 0)], paint.width - width - 3))
    return f"{paint('frame', f'{line + 1:>{width}} |')} {shown}".rstrip()


def _within(span: Span, start: int, end: int) -> Span:
    """The part of a span in the line from `start` to `end`, counted from the line's start."""
    first = min(max(span.start - start, 0), end - start)
    return Span(first, max(min(span.end, end) - start, first))


def _window(printed: _Printed, spans: Sequence[Span], room: int) -> tuple[int, int]:
    """The characters to print, so that they fit into `room` columns: all, or those from the first label on."""
    columns = printed.columns
    length = len(printed.cells)
    if columns[-1] <= room:
        return 0, length
    room = max(room, 20) - 2  # a cut at either end
    wanted = min(span.start for span in spans)
    if columns[max(span.end for span in spans)] <= room:
        first = 0
    else:
        first = next(number for number in range(length + 1) if columns[number] >= columns[wanted] - _LEAD)
    last = first
    while last < length and columns[last + 1] - columns[first] <= room:
        last += 1
    while first and columns[last] - columns[first - 1] <= room:
        first -= 1
    return first, last


def _cropped(printed: _Printed, first: int, last: int) -> str:
    text = "".join(printed.cells[first:last])
    return (_CUT if first else "") + text + (_CUT if last < len(printed.cells) else "")


def _printed(source: str) -> _Printed:
    """The line without what would disturb a terminal; a tab becomes four blanks, a byte order mark nothing."""
    cells: list[str] = []
    columns = [0]
    for one in source:
        if one == "\t":
            cell, wide = "    ", 4
        elif one == "\ufeff":
            cell, wide = "", 0
        elif " " <= one <= "~":
            cell, wide = one, 1
        elif not one.isprintable():
            cell, wide = "\N{REPLACEMENT CHARACTER}", 1
        elif unicodedata.category(one) in ("Mn", "Me"):
            cell, wide = one, 0
        else:
            cell, wide = one, 2 if unicodedata.east_asian_width(one) in "WF" else 1
        cells.append(cell)
        columns.append(columns[-1] + wide)
    return _Printed(cells, columns)
