"""What the features answer, as LSP JSON: hover, symbols, folding, completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dockls.server.conversion import location, range_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from dockls.features.completion import Completion
    from dockls.features.document_symbols import Symbol
    from dockls.features.folding_ranges import FoldingRange
    from dockls.server.capabilities import Client
    from dockls.server.documents import Document
    from dockls.server.transport import Json
    from dockls.text import Span

#: LSP's SymbolKind
SYMBOL_KINDS = {"stage": 5, "argument": 13, "environment": 13, "instruction": 12}

#: LSP's CompletionItemKind
COMPLETION_KINDS = {"stage": 7, "context": 9, "keyword": 14}

_OTHER = 12


def hover(client: Client, document: Document, markdown: str, span: Span) -> Json:
    """A hover, in plain text where the editor shows nothing else."""
    if client.markdown_hover:
        contents = {"kind": "markdown", "value": markdown}
    else:
        contents = {"kind": "plaintext", "value": markdown.replace("**", "").replace("`", "")}
    return {"contents": contents, "range": range_of(document, span)}


def symbols(client: Client, document: Document, found: Sequence[Symbol]) -> list[Json]:
    """The outline, as a tree or as the flat list of an older editor."""
    if client.nested_symbols:
        return [_nested(document, symbol) for symbol in found]
    return list(_flat(document, found, ""))


def _nested(document: Document, symbol: Symbol) -> Json:
    result: Json = {
        "name": symbol.name or symbol.kind,
        "detail": symbol.detail,
        "kind": SYMBOL_KINDS.get(symbol.kind, _OTHER),
        "range": range_of(document, symbol.span),
        "selectionRange": range_of(document, symbol.selection),
    }
    if symbol.children:
        result["children"] = [_nested(document, child) for child in symbol.children]
    return result


def _flat(document: Document, found: Iterable[Symbol], container: str) -> Iterator[Json]:
    for symbol in found:
        yield {
            "name": symbol.name or symbol.kind,
            "kind": SYMBOL_KINDS.get(symbol.kind, _OTHER),
            "location": location(document, symbol.span),
            "containerName": container,
        }
        yield from _flat(document, symbol.children, symbol.name)


def folding_ranges(found: Iterable[FoldingRange]) -> list[Json]:
    """What can be folded, by whole lines."""
    return [
        {"startLine": each.first, "endLine": each.last} | ({"kind": each.kind} if each.kind else {}) for each in found
    ]


def completions(document: Document, found: Iterable[Completion]) -> list[Json]:
    """What can be typed, in the order given."""
    return [
        {
            "label": each.text,
            "kind": COMPLETION_KINDS.get(each.kind, _OTHER),
            "detail": each.detail,
            "sortText": f"{number:04}",
            "textEdit": {"range": range_of(document, each.span), "newText": each.text},
        }
        for number, each in enumerate(found)
    ]
