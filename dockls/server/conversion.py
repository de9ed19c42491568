"""Offsets and spans become LSP's lines and columns here, and nowhere else; everything given is plain JSON.

Each function takes the `Document` whose current tree the spans belong to.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from dockls.server.capabilities import Client
    from dockls.server.documents import Document
    from dockls.server.transport import Json
    from dockls.text import Edit, Span

#: LSP's DiagnosticTag
TAGS = {"unnecessary": 1, "deprecated": 2}


def position(document: Document, offset: int) -> Json:
    """The LSP position of an offset."""
    line, column = document.tree.line_index.position(offset, document.encoding)
    return {"line": line, "character": column}


def range_of(document: Document, span: Span) -> Json:
    """The LSP range of a span."""
    return {"start": position(document, span.start), "end": position(document, span.end)}


def location(document: Document, span: Span) -> Json:
    """The LSP location of a span."""
    return {"uri": document.uri, "range": range_of(document, span)}


def diagnostic(
    client: Client,
    document: Document,
    span: Span,
    message: str,
    *,
    severity: int,
    code: str | None = None,
    url: str | None = None,
    tags: Iterable[str] = (),
    related: Iterable[tuple[Span, str]] = (),
    data: Any = None,
) -> Json:
    """An LSP diagnostic with as much of all this as the client understands; `severity` is 1 (error) to 4 (hint)."""
    result: Json = {
        "range": range_of(document, span),
        "severity": severity,
        "source": "dockls",
        "message": message,
    }
    if code is not None:
        result["code"] = code
    if url is not None and client.code_description:
        result["codeDescription"] = {"href": url}
    numbers = [TAGS[tag] for tag in tags if TAGS.get(tag) in client.diagnostic_tags]
    if numbers:
        result["tags"] = numbers
    if client.related_information:
        places = [{"location": location(document, place), "message": text} for place, text in related]
        if places:
            result["relatedInformation"] = places
    if data is not None and client.diagnostic_data:
        result["data"] = data
    return result


def text_edits(document: Document, edits: Iterable[Edit]) -> list[Json]:
    """LSP text edits, in the order given."""
    return [{"range": range_of(document, edit.span), "newText": edit.text} for edit in edits]


def workspace_edit(
    client: Client, document: Document, edits: Sequence[Edit], label: str = "", assumptions: Sequence[str] = ()
) -> Json:
    """An LSP workspace edit of one document.

    `documentChanges` with the version where the client announced them, plain `changes` otherwise. Each assumption
    becomes a change annotation that the user has to confirm, where the client shows those. An edit can carry only
    one annotation and a plan is applied whole or not at all, so the assumptions are dealt out over the edits, and
    what is left over joins the last annotation.
    """
    changes = text_edits(document, edits)
    if not client.document_changes:
        return {"changes": {document.uri: changes}}
    result: Json = {
        "documentChanges": [{"textDocument": {"uri": document.uri, "version": document.version}, "edits": changes}]
    }
    if assumptions and changes and client.change_annotations:
        result["changeAnnotations"] = annotations = _annotations(label, assumptions, len(changes))
        names = list(annotations)
        for number, change in enumerate(changes):
            change["annotationId"] = names[min(number, len(names) - 1)]
    return result


def _annotations(label: str, assumptions: Sequence[str], limit: int) -> Json:
    kept = [*assumptions[: limit - 1], "\n".join(assumptions[limit - 1 :])] if len(assumptions) > limit else assumptions
    return {
        f"assumption-{number}": {"label": label or text, "description": text, "needsConfirmation": True}
        for number, text in enumerate(kept, 1)
    }
