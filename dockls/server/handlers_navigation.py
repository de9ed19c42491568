"""The handlers that go from mention to mention: definition, references, highlight and rename."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types

from dockls.features.definition import definition
from dockls.features.highlight import highlight
from dockls.features.references import references
from dockls.features.rename import prepare_rename, rename
from dockls.rooms import Refused
from dockls.server.conversion import location, range_of, workspace_edit
from dockls.server.errors import REQUEST_FAILED, RequestError
from dockls.server.neighbors import edited_neighbors

if TYPE_CHECKING:
    from dockls.server.hardened import Server
    from dockls.server.transport import Json

Outcome = TypeVar("Outcome")

#: LSP's DocumentHighlightKind
HIGHLIGHT_KINDS = {"read": 2, "write": 3}


def register(server: Server) -> None:
    """Registers them."""

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def _definition(server: Server, params: types.DefinitionParams) -> list[Json]:
        document, model, offset = server.place(params)
        return [location(document, model.absolute(found)) for found in definition(model, offset)]

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def _references(server: Server, params: types.ReferenceParams) -> list[Json]:
        document, model, offset = server.place(params)
        found = references(model, offset, params.context.include_declaration)
        return [location(document, model.absolute(place)) for place in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def _highlight(server: Server, params: types.DocumentHighlightParams) -> list[Json]:
        document, model, offset = server.place(params)
        return [
            {"range": range_of(document, model.absolute(found.place)), "kind": HIGHLIGHT_KINDS[found.kind]}
            for found in highlight(model, offset)
        ]

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def _prepare_rename(server: Server, params: types.PrepareRenameParams) -> Json | None:
        document, model, offset = server.place(params)
        found = _accepted(prepare_rename(model, offset))
        if found is None:
            return None
        return {"range": range_of(document, model.absolute(found.place)), "placeholder": found.placeholder}

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def _rename(server: Server, params: types.RenameParams) -> Json | None:
        # Other files are about to be edited, and few editors tell when those change.
        server.analyzer.forget_surroundings(server.document(params.text_document))
        document, model, offset = server.place(params)
        found = _accepted(rename(model, offset, params.new_name))
        if found is None:
            return None
        neighbors = edited_neighbors(server.documents, found.other_files, params.new_name)
        return workspace_edit(server.client, [(document, found.edits), *neighbors], "Rename", found.assumptions)


def _accepted(outcome: Outcome | Refused) -> Outcome:
    """The outcome, unless it is a refusal: its reason is shown to the user."""
    if isinstance(outcome, Refused):
        raise RequestError(REQUEST_FAILED, outcome.reason)
    return outcome
