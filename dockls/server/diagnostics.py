"""When diagnostics are computed and how they reach the client: published, or handed out when it asks.

A client that can ask for them (`textDocument/diagnostic`) is never sent any, or it would show each twice.
"""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from dockls.server.capabilities import Client
    from dockls.server.documents import Document, Documents
    from dockls.server.front import Front
    from dockls.server.transport import Encoded, Json

    class Analyzer(Protocol):
        """What finds the faults of a document."""

        def diagnostics(self, document: Document) -> list[Json] | Encoded:
            """The LSP diagnostics of the current version."""

        def forget_surroundings(self, document: Document | None = None) -> None:
            """Says that settings or files around a document, or all, may have changed."""


# How long requests that keep coming may hold diagnostics back, in seconds.
_LONGEST_WAIT = 0.5


class Diagnostics:
    """The diagnostics of all open documents."""

    def __init__(self, front: Front, client: Client, documents: Documents, analyzer: Analyzer) -> None:
        self._front = front
        self._client = client
        self._documents = documents
        self._analyzer = analyzer
        #: the documents to publish for, in order, and since when they have been waiting
        self._waiting: dict[str, float] = {}
        self._generation = 0
        #: whether the client has been given diagnostics at least once
        self.has_served = False

    @property
    def is_due(self) -> bool:
        """Whether a document waits for its diagnostics."""
        return bool(self._waiting)

    def is_overdue(self) -> bool:
        """Whether a document waits too long for the queue to run dry, and no edit of it is in the queue."""
        if not self._waiting:
            return False
        uri, since = next(iter(self._waiting.items()))
        if monotonic() - since < _LONGEST_WAIT:
            return False
        return not any(_is_edit_of(message, uri) for message in self._front.inbox.waiting())

    def touch(self, document: Document) -> None:
        """Says that the document has changed."""
        if not self._client.pull_diagnostics:
            self._waiting.setdefault(document.uri, monotonic())

    def saved(self, document: Document) -> None:
        """Says that the document was written, as other files may have been with it."""
        self._analyzer.forget_surroundings(document)
        self._generation += 1
        self.touch(document)

    def touch_all(self) -> None:
        """Says that what all documents' diagnostics rest on (settings, files around them) has changed."""
        self._analyzer.forget_surroundings()
        self._generation += 1
        for document in self._documents:
            self.touch(document)
        if self._client.pull_diagnostics and self._client.diagnostic_refresh:
            self._front.ask("workspace/diagnostic/refresh", None)

    def publish_next(self) -> None:
        """Publishes for the document that waits longest."""
        uri = next(iter(self._waiting), None)
        if uri is None:
            return
        del self._waiting[uri]
        document = self._documents.get(uri)
        if document is not None:
            self._publish(uri, self._analyzer.diagnostics(document), document.version)
            self.has_served = True

    def drop(self, document: Document) -> None:
        """Takes the diagnostics of a closed document off the screen."""
        self._waiting.pop(document.uri, None)
        if not self._client.pull_diagnostics:
            self._publish(document.uri, [], None)

    def _publish(self, uri: str, items: list[Json] | Encoded, version: int | None) -> None:
        params: Json = {"uri": uri, "diagnostics": items}
        if version is not None and self._client.diagnostic_version:
            params["version"] = version
        self._front.notify("textDocument/publishDiagnostics", params)

    def report(self, params: Json) -> Json:
        """Answers `textDocument/diagnostic`: in full, or that nothing has changed since the client's last."""
        document = self._documents.named(params)
        result = f"{document.version}.{self._generation}"
        self.has_served = True
        if document.version is not None and params.get("previousResultId") == result:
            return {"kind": "unchanged", "resultId": result}
        return {"kind": "full", "resultId": result, "items": self._analyzer.diagnostics(document)}


def _is_edit_of(message: object, uri: str) -> bool:
    if not isinstance(message, dict) or message.get("method") != "textDocument/didChange":
        return False
    params = message.get("params")
    item = params.get("textDocument") if isinstance(params, dict) else None
    return isinstance(item, dict) and item.get("uri") == uri
