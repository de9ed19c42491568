"""Findings as people read them: the source line, an underline, what helps, the related place."""

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from dockls.cli.paint import Paint
from dockls.engine import Diagnostic
from dockls.semantics import Model
from dockls.text import Span


class _Label(NamedTuple):
    span: Span
    text: str
    role: str
    mark: str


def render(path: str, model: Model, diagnostic: Diagnostic, paint: Paint) -> str:
    """One finding, several lines, ended by a blank one."""
    rule, finding, severity = diagnostic
    span = model.absolute(finding.place)
    index = model.tree.line_index
    where = index.position(span.start)
    labels = [_Label(span, "", severity.label, "^")]
    labels += [_Label(model.absolute(each.place), each.message, "frame", "-") for each in finding.related]
    last_line = max(index.position(label.span.start).line for label in labels) + 1
    width = max(len(str(last_line)), 2)
    lines = [
        paint(severity.label, f"{severity.label}[{rule.name}]") + paint("bold", f": {finding.message}"),
        f"{' ' * width}{paint('frame', '-->')} {path}:{where.line + 1}:{where.column + 1}",
        f"{' ' * width} {paint('frame', '|')}",
        *_snippet(model, labels, width, paint),
    ]
    helps = [fix.title + ("" if fix.safe else " (may change meaning: --unsafe)") for fix in finding.fixes]
    if helps:
        lines.append(f"{' ' * width} {paint('frame', '|')}")
    lines += [f"{' ' * width} {paint('frame', '=')} {paint('help', 'help')}: {title}" for title in helps]
    return "\n".join(lines) + "\n\n"


def _snippet(model: Model, labels: Sequence[_Label], width: int, paint: Paint) -> list[str]:
    """The lines with a label, in order of the file, a gap shown as three dots."""
    index = model.tree.line_index
    by_line: dict[int, list[_Label]] = {}
    for label in labels:
        by_line.setdefault(index.position(label.span.start).line, []).append(label)
    shown: list[str] = []
    before = None
    for line, here in sorted(by_line.items()):
        if before is not None and line > before + 1:
            shown.append(paint("frame", "..."))
        before = line
        start, end = index.line_span(line)
        source = model.tree.text[start:end]
        number = paint("frame", f"{line + 1:>{width}} |")
        shown.append(f"{number} {_printable(source)}".rstrip())
        for label in sorted(here, key=lambda label: label.mark):
            left = _columns(source[: label.span.start - start])
            marked = source[label.span.start - start : max(label.span.end - start, 0)]
            underline = label.mark * max(_columns(marked), 1)
            text = f" {label.text}" if label.text else ""
            bar = paint("frame", "|")
            shown.append(f"{' ' * width} {bar} {' ' * left}{paint(label.role, underline + text)}")
    return shown


def _printable(text: str) -> str:
    """The line without what would disturb a terminal; tabs become four blanks."""
    return "".join(
        ["    " if one == "\t" else one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text]
    )


def _columns(text: str) -> int:
    """How many columns a terminal needs for the printed text."""
    if text.isascii():
        return len(_printable(text))
    width = 0
    for one in _printable(text):
        if not unicodedata.combining(one):
            width += 2 if unicodedata.east_asian_width(one) in "WF" else 1
    return width


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"
