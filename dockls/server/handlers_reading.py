"""The handlers that show something: hover, outline, folding, completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dockls.features.completion import completion
from dockls.features.document_symbols import section_symbols
from dockls.features.folding_ranges import folding_ranges
from dockls.features.hover import hover
from dockls.server import answers
from dockls.server.fragments import Fragments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dockls.features.document_symbols import Symbol
    from dockls.server.hardened import Server
    from dockls.server.transport import Encoded, Json


def register(server: Server) -> None:
    """Registers them."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(server: Server, params: types.HoverParams) -> Json | None:
        document, model, offset = server.place(params)
        found = hover(model, offset)
        if found is None:
            return None
        return answers.hover(server.client, document, found.markdown, model.absolute(found.place))

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _document_symbols(server: Server, params: types.DocumentSymbolParams) -> Encoded:
        document = server.document(params.text_document)

        def convert(symbols: Iterable[Symbol], offset: int) -> list[Json]:
            return answers.symbols(server.client, document, [symbol.shifted(offset) for symbol in symbols])

        found = section_symbols(server.analyzer.model(document))
        return Fragments.of(document, "symbols").joined(document, found, convert)

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def _folding_ranges(server: Server, params: types.FoldingRangeParams) -> list[Json]:
        document = server.document(params.text_document)
        return answers.folding_ranges(folding_ranges(server.analyzer.model(document)))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["="]))
    def _completion(server: Server, params: types.CompletionParams) -> list[Json]:
        document, model, offset = server.place(params)
        return answers.completions(document, completion(model, offset))
