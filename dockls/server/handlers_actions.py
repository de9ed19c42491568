"""The handlers of code actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from dockls.server.actions import Actions, Request
from dockls.server.capabilities import KINDS
from dockls.server.documents import member
from dockls.server.errors import INVALID_PARAMS, RequestError

if TYPE_CHECKING:
    from dockls.server.hardened import Server
    from dockls.server.transport import Json

OPTIONS = types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True)


def register(server: Server) -> None:
    """Registers `textDocument/codeAction` and `codeAction/resolve`."""
    actions = Actions(server.client, server.analyzer)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, OPTIONS)
    def code_action(server: Server, params: types.CodeActionParams) -> list[Json]:
        document = server.document(params.text_document)
        span = server.span(document, params.range)
        return actions.list(Request(document, span, params.context.only, server.check_cancelled))

    @server.feature(types.CODE_ACTION_RESOLVE)
    def resolve(server: Server, params: types.CodeAction) -> Json:
        document = server.documents.get(member(params.data, "uri"))
        if document is None:
            raise RequestError(INVALID_PARAMS, "the document is not open any more")
        return actions.resolve(document, server.plain(params))
