"""Offsets and spans become LSP's lines and columns here, and nowhere else; everything given is plain JSON.

Each function takes the `Source` that the spans belong to: an open document or a file beside it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any

    from dockls.server.capabilities import Client
    from dockls.server.documents import Document, NeighborFile
    from dockls.server.transport import Json
    from dockls.text import Edit, Span

    Source = Document | NeighborFile

#: LSP's DiagnosticTag
TAGS = {"unnecessary": 1, "deprecated": 2}


def position(source: Source, offset: int) -> Json:
    """The LSP position of an offset."""
    line, column = source.line_index.position(offset, source.encoding)
    return {"line": line, "character": column}


def range_of(source: Source, span: Span) -> Json:
    """The LSP range of a span."""
    return {"start": position(source, span.start), "end": position(source, span.end)}


def location(source: Source, span: Span) -> Json:
    """The LSP location of a span."""
    return {"uri": source.uri, "range": range_of(source, span)}


def diagnostic(
    client: Client,
    source: Source,
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
        "range": range_of(source, span),
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
        places = [{"location": location(source, place), "message": text} for place, text in related]
        if places:
            result["relatedInformation"] = places
    if data is not None and client.diagnostic_data:
        result["data"] = data
    return result


def text_edits(source: Source, edits: Iterable[Edit]) -> list[Json]:
    """LSP text edits, in the order given."""
    return [{"range": range_of(source, edit.span), "newText": edit.text} for edit in edits]


def workspace_edit(
    client: Client,
    files: Sequence[tuple[Source, Sequence[Edit]]],
    label: str = "",
    assumptions: Sequence[str] = (),
    created: Collection[str] = (),
) -> Json:
    """An LSP workspace edit of one or several files.

    `documentChanges` with the version where the client announced them, plain `changes` otherwise. Each assumption
    becomes a change annotation that the user has to confirm, where the client shows those. An edit can carry only
    one annotation and a plan is applied whole or not at all, so the assumptions are dealt out over the edits, and
    what is left over joins the last annotation. The files of the URIs `created` are made first, if they are not there.
    """
    changes = [(source, text_edits(source, edits)) for source, edits in files]
    if not client.document_changes:
        return {"changes": {source.uri: edits for source, edits in changes}}
    result: Json = {
        "documentChanges": [
            *[{"kind": "create", "uri": uri, "options": {"ignoreIfExists": True}} for uri in created],
            *[
                {"textDocument": {"uri": source.uri, "version": source.version}, "edits": edits}
                for source, edits in changes
            ],
        ]
    }
    every = [edit for _, edits in changes for edit in edits]
    if assumptions and every and client.change_annotations:
        result["changeAnnotations"] = annotations = _annotations(label, assumptions, len(every))
        names = list(annotations)
        for number, edit in enumerate(every):
            edit["annotationId"] = names[min(number, len(names) - 1)]
    return result


def _annotations(label: str, assumptions: Sequence[str], limit: int) -> Json:
    """The annotations by name, at most `limit` of them."""
    kept = [*assumptions[: limit - 1], "\n".join(assumptions[limit - 1 :])] if len(assumptions) > limit else assumptions
    return {
        f"assumption-{number}": {"label": label or text, "description": text, "needsConfirmation": True}
        for number, text in enumerate(kept, 1)
    }
