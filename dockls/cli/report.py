"""Findings, refactorings and places as JSON. Lines and columns count from 1, columns in code points."""

from collections.abc import Iterable
from typing import Any

from dockls.cli.opening import complain
from dockls.engine import Diagnostic, worked_out
from dockls.rooms import Fix
from dockls.semantics import Model
from dockls.text import Edit, Span


def range_of(model: Model, span: Span) -> dict[str, Any]:
    """A span as start and end."""
    index = model.tree.line_index
    start, end = index.position(span.start), index.position(span.end)
    return {
        "start": {"line": start.line + 1, "column": start.column + 1},
        "end": {"line": end.line + 1, "column": end.column + 1},
    }


def edits_of(model: Model, edits: Iterable[Edit]) -> list[dict[str, Any]]:
    """Edits with the ranges they replace."""
    return [{"range": range_of(model, edit.span), "text": edit.text} for edit in edits]


def finding_of(model: Model, diagnostic: Diagnostic) -> dict[str, Any]:
    """One finding as ``check --format json`` prints it."""
    rule, finding, severity = diagnostic
    span = model.absolute(finding.place)
    stage = model.stage_at(span.start)
    return {
        "rule": rule.name,
        "aliases": list(rule.aliases),
        "severity": severity.label,
        "message": finding.message,
        "range": range_of(model, span),
        "stage": None if stage is None else stage.name or stage.index,
        "related": [
            {"message": related.message, "range": range_of(model, model.absolute(related.place))}
            for related in finding.related
        ],
        "fixes": [described for fix in finding.fixes if (described := _fix(model, fix)) is not None],
        "url": f"docs/rules/{rule.name}.md",
    }


def _fix(model: Model, fix: Fix) -> dict[str, Any] | None:
    """A fix with its edits; None if it does not apply after all, or cannot be worked out."""
    edits = worked_out(model, fix, lambda error: complain(failed(fix, error)))
    if not edits:
        return None
    applicability = "safe" if fix.safe else "unsafe"
    return {"title": fix.title, "applicability": applicability, "edits": edits_of(model, edits)}


def failed(fix: Fix, error: Exception) -> str:
    """What is told of a fix that raises."""
    return f"the fix `{fix.title}` failed and was left out: {error!r}"
