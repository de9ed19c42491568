"""pygls, with its known defects repaired; the only module that reaches into it.

pygls answers every request that `session.py` does not, fed by our own main loop, one message at a time, through
two of its methods (`structure_message`, `handle_message`). What was found wrong with pygls 2.1.1 and who puts it
right (each has a test in `tests/server/test_protocol.py`):

1.  Lines split at form feeds, U+2028 and the like: `documents.py` keeps the documents; pygls' workspace is unused.
2.  Frames of several threads interleave on an unbuffered stdout: `transport.Writer` writes whole frames.
3.  `exit` without `shutdown` ends with status 0: `front.Front.run`.
4.  Invalid parameters leave a request without an answer: `App.request` in `app.py`, with `structured` below.
5.  Malformed JSON is not answered with -32700: `transport.parse`, `front.Front`.
6.  A request before `initialize` is not answered with -32002: `front.Front`.
7.  A request after `shutdown` is not answered: `front.Front`.
8.  Requests that wait in the queue cannot be cancelled: `transport.Inbox`, `front.Front.check_cancelled`.
9.  A slow handler stops the reading of input: `transport.Channel` reads in a thread.
10. Positions past the end of a line are off by one: `documents.Document.offset`.
11. Header names are compared with their case: `transport.Frames`.
12. Tracebacks are sent to the client in `error.data` and faults pop up as messages: `Protocol`, `Server` below.
13. The editor's process is not watched: `watch.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from dockls.server.errors import INTERNAL_ERROR, INVALID_PARAMS, RequestError, brief
from dockls.server.transport import Encoded
from dockls.text import Span

if TYPE_CHECKING:
    from dockls.semantics import Model
    from dockls.server.analysis import EngineAnalyzer
    from dockls.server.capabilities import Client
    from dockls.server.documents import Document, Documents
    from dockls.server.session import Session
    from dockls.server.transport import Json


Handler = TypeVar("Handler", bound=Callable[..., Any])


class Protocol(LanguageServerProtocol):
    """pygls' protocol, whose errors are short and keep the server's inside to itself."""

    _server: Server

    def structured(self, message: Json) -> Any:
        """The typed message; raises RequestError when the parameters do not fit the method."""
        try:
            return self.structure_message(message)
        except Exception as error:
            cause = error.__cause__ or error
            raise RequestError(INVALID_PARAMS, f"invalid parameters: {_innermost(cause)}") from error

    def _send_response(self, msg_id: str | int, result: Any = None, error: types.ResponseError | None = None) -> None:
        if error is not None:
            error = types.ResponseError(code=error.code, message=error.message)
        elif _is_json(result):
            # nothing for cattrs to do, and over a long answer it would take its time
            self._server.session.front.reply(msg_id, result)
            return
        super()._send_response(msg_id, result, error)


class Server(LanguageServer):
    """What a handler gets as its first argument: pygls' server plus the session's documents and client."""

    protocol: Protocol

    def __init__(self, session: Session, version: str) -> None:
        # pygls' log repeats what is sent; without a handler of its own it would go to standard error
        logger = logging.getLogger("pygls")
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
        logger.setLevel(logging.CRITICAL)
        super().__init__(name="dockls", version=version, protocol_cls=Protocol, converter_factory=default_converter)
        self.session = session
        self.protocol.set_writer(session.front.writer, include_headers=False)

    @property
    def documents(self) -> Documents:
        """The open documents."""
        return self.session.documents

    @property
    def client(self) -> Client:
        """What the client can do."""
        return self.session.client

    def document(self, identifier: types.TextDocumentIdentifier) -> Document:
        """The open document of that name; raises an error that refuses the request."""
        document = self.documents.get(identifier.uri)
        if document is None:
            raise RequestError(INVALID_PARAMS, f"the document {identifier.uri} is not open")
        return document

    @property
    def analyzer(self) -> EngineAnalyzer:
        """The models of the open documents and what the rules say of them."""
        return cast("EngineAnalyzer", self.session.analyzer)

    def place(self, params: Any) -> tuple[Document, Model, int]:
        """The document, its model and the offset that the parameters of a request at a position name."""
        document = self.document(params.text_document)
        offset = document.offset(params.position.line, params.position.character)
        return document, self.analyzer.model(document), offset

    def span(self, document: Document, range_: types.Range) -> Span:
        """The span of a range in a document."""
        first = document.offset(range_.start.line, range_.start.character)
        last = document.offset(range_.end.line, range_.end.character)
        return Span(min(first, last), max(first, last))

    def plain(self, value: Any) -> Json:
        """One of lsprotocol's objects as JSON."""
        result = self.protocol._converter.unstructure(value)
        assert isinstance(result, dict)
        return result

    def feature(self, feature_name: str, options: Any = None) -> Callable[[Handler], Handler]:
        """Registers a handler `(server, params)`, which returns JSON or lsprotocol's types or raises RequestError."""
        register = super().feature(feature_name, options)

        def decorate(handler: Handler) -> Handler:
            def guarded(*arguments: Any) -> Any:
                try:
                    return handler(self, *arguments)
                except RequestError as error:
                    raise JsonRpcException(str(error), error.code) from error
                except Exception as error:
                    raise JsonRpcException(brief(error), INTERNAL_ERROR) from error

            register(guarded)
            return handler

        return decorate

    def check_cancelled(self) -> None:
        """To be called now and then by a slow handler; ends it when the client no longer wants the answer."""
        self.session.front.check_cancelled()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs a fault of ours with its traceback; nothing pops up, and refusals are no faults."""
        if isinstance(error, JsonRpcException) and error.code != INTERNAL_ERROR:
            return
        fault = error.__cause__ or error
        self.session.front.log_fault(f"a handler failed: {brief(fault)}", fault)


def _is_json(result: Any) -> bool:
    """Whether a handler's result is JSON; a list of objects is judged by its first."""
    first = result[0] if isinstance(result, list) and result else result
    return first is None or isinstance(first, dict | list | Encoded)


def _innermost(error: BaseException) -> str:
    """The first concrete reason inside the nested groups that cattrs raises."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return brief(error)
