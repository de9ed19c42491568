"""The real server with a stand-in for the analysis and for the handlers, so that tests see what reaches them."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

from lsprotocol import types

from dockls.server.app import App
from dockls.server.capabilities import Client
from dockls.server.conversion import diagnostic
from dockls.server.documents import Document
from dockls.server.errors import INVALID_PARAMS, RequestError
from dockls.server.front import Front, serve_stdio, serve_tcp
from dockls.server.hardened import Server
from dockls.server.session import Session
from dockls.server.watch import watch
from dockls.text import Span

THREADS, MESSAGES = 8, 40


class EchoAnalyzer:
    """Reports the whole text of the document, and how often it has been asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._computed = 0

    def diagnostics(self, document: Document) -> list[dict[str, Any]]:
        text = document.tree.text
        if "FAIL" in text:
            raise RuntimeError("the analysis failed")
        self._computed += 1
        echo = diagnostic(self._session.client, document, Span(0, len(text)), text, severity=3)
        settings = sorted(self._session.settings.values.items())
        return [echo | {"code": self._computed, "source": repr(settings)}]

    def forget_surroundings(self, document: Document | None = None) -> None:
        pass


def register(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(server: Server, params: types.HoverParams) -> dict[str, Any]:
        """Tells the offset of the position and the text before it."""
        document = server.document(params.text_document)
        offset = document.offset(params.position.line, params.position.character)
        return {"contents": repr((offset, document.tree.text[:offset]))}

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def wait_for_cancellation(server: Server, params: types.DefinitionParams) -> None:
        server.session.front.log(4, "waiting")
        while True:
            server.check_cancelled()
            time.sleep(0.001)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def references(server: Server, params: types.ReferenceParams) -> list[types.Location]:
        server.session.front.log(4, "worked on references")
        return [types.Location(params.text_document.uri, types.Range(params.position, params.position))]


def register_misbehavior(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def fail(server: Server, params: types.DocumentSymbolParams) -> None:
        raise RuntimeError("broken on purpose")

    @server.feature(types.TEXT_DOCUMENT_RENAME)
    def refuse(server: Server, params: types.RenameParams) -> None:
        raise RequestError(INVALID_PARAMS, "that is no name")

    @server.feature(types.TEXT_DOCUMENT_DECLARATION)
    def print_astray(server: Server, params: types.DeclarationParams) -> None:
        print("a stray print", flush=True)
        os.write(1, b"a stray write\n")
        os.system("echo a stray child; cat")

    @server.feature(types.TEXT_DOCUMENT_IMPLEMENTATION)
    def send_from_threads(server: Server, params: types.ImplementationParams) -> None:
        def send() -> None:
            for _ in range(MESSAGES):
                server.session.front.notify("test/noise", {"noise": "x" * 20_000})

        threads = [threading.Thread(target=send) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def open_session(front: Front, client: Client) -> Session:
    watch(client.process, lambda: os._exit(1))
    return Session(front, client, EchoAnalyzer, lambda session: App(session, (register, register_misbehavior)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--tcp"]:
        code = serve_tcp("127.0.0.1", 0, open_session)
    else:
        code = serve_stdio(open_session)
    os._exit(code)
