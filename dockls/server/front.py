"""The main loop: answers `initialize` at once, keeps the documents in step and routes every other message.

Nothing but the standard library's lightest modules is imported before the reply to `initialize`; the analysis
follows while the client prepares the first document; pygls and lsprotocol, which take most of the start-up time
of a server, are loaded by a thread (`loading.py`) behind the first diagnostics.

Messages are handled in the order they came, on the main thread. The reader thread only looks ahead: a request
cancelled while it waits is not worked on, and diagnostics are computed when no message is left, so that a burst
of edits is answered once.
"""

from __future__ import annotations

import gc
import os
import sys
from functools import partial

from dockls.server.capabilities import Client, announce
from dockls.server.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    NOT_INITIALIZED,
    CancelledError,
    RequestError,
    brief,
)
from dockls.server.transport import INVALID_REQUEST, Channel, Fault, stdio, tcp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from dockls.server.session import Session
    from dockls.server.transport import Inbox, Json, Writer

    #: makes the session of a client, that is, everything behind the front
    OpenSession = Callable[["Front", Client], Session]


class Front:
    """One conversation with one client."""

    def __init__(self, channel: Channel, open_session: OpenSession) -> None:
        self.inbox: Inbox
        self.writer: Writer
        self.inbox, self.writer = channel.open()
        self.session: Session | None = None
        self._open_session = open_session
        self._is_shut_down = False
        self._exit_code: int | None = None
        self._callbacks: dict[str, Callable[[Any], None]] = {}
        self._current: int | str | None = None
        self._asked = 0

    # -- the loop

    def run(self) -> int:
        """Serves until `exit` or the end of the input; gives the exit code (LSP: 0 only after `shutdown`)."""
        while self._exit_code is None and not self.writer.broken:
            session = self.session
            message = self.inbox.next(session.patience() if session else None)
            if message is not None:
                self._handle(message)
            elif self.inbox.ended:
                break
            elif session is not None:
                self._guarded(session.idle)
            if session is not None and session.is_overdue():
                self._guarded(session.idle)
        return self._exit_code if self._exit_code is not None else self._status()

    def _status(self) -> int:
        return 0 if self._is_shut_down else 1

    def _handle(self, message: Json | Fault) -> None:
        if isinstance(message, Fault):
            self.refuse(None, message.code, message.message)
            return
        method, params = message.get("method"), message.get("params")
        if method is None and ("result" in message or "error" in message):
            self._response(message)
        elif not isinstance(method, str):
            self.refuse(_identity(message), INVALID_REQUEST, "the message has no method")
        elif "id" not in message:
            self._notification(method, params, message)
        elif (identity := _identity(message)) is None:
            self.refuse(None, INVALID_REQUEST, "the id of a request must be an integer or a string")
        else:
            self._current = identity
            self._request(identity, method, params, message)
            self._current = None

    # -- requests

    def _request(self, identity: int | str, method: str, params: Any, message: Json) -> None:
        try:
            self.check_cancelled()
            self._check_phase(method)
            if method == "initialize":
                self._initialize(identity, params)
            elif method == "shutdown":
                self._is_shut_down = True
                self.reply(identity, None)
            elif self.session is not None:
                handler = self.session.requests.get(method)
                if handler is None:
                    self.session.forward(message)
                else:
                    self.reply(identity, handler(_object(params)))
        except RequestError as error:
            self.refuse(identity, error.code, brief(error))
        except Exception as error:
            self.refuse(identity, INTERNAL_ERROR, brief(error))
            self.log_fault(f"the request {method} failed", error)

    def _check_phase(self, method: str) -> None:
        if self._is_shut_down:
            raise RequestError(INVALID_REQUEST, "the server is shut down")
        if method == "initialize":
            if self.session is not None:
                raise RequestError(INVALID_REQUEST, "the server is initialized already")
        elif self.session is None:
            raise RequestError(NOT_INITIALIZED, "the server is not initialized yet")

    def _initialize(self, identity: int | str, params: Any) -> None:
        from dockls import __version__

        client = Client(_object(params))
        self.reply(identity, announce(client, __version__))
        try:
            self.session = self._open_session(self, client)
        except Exception as error:  # without its layers the server is of no use
            self.log_fault("the server could not start", error)
            self._exit_code = 1

    # -- notifications and responses

    def _notification(self, method: str, params: Any, message: Json) -> None:
        if method == "exit":
            self._exit_code = self._status()
        elif method == "$/cancelRequest":
            self._forget(params)
        elif self.session is not None and not self._is_shut_down:
            handler = self.session.notifications.get(method)
            if handler is None:
                self._guarded(partial(self.session.notice, message))
            else:
                self._guarded(lambda: handler(_object(params)), method)

    def _forget(self, params: Any) -> None:
        identity = params.get("id") if isinstance(params, dict) else None
        if isinstance(identity, (int, str)):
            self.inbox.forget_cancellation(identity)

    def _response(self, message: Json) -> None:
        identity = message.get("id")
        callback = self._callbacks.pop(identity, None) if isinstance(identity, str) else None
        if callback is not None and "error" not in message:
            self._guarded(lambda: callback(message.get("result")))
        elif callback is None and self.session is not None:
            self._guarded(partial(self.session.notice, message))

    def _guarded(self, work: Callable[[], object], name: str = "") -> None:
        """Runs what nobody waits for an answer of: a fault in it is logged and changes nothing else."""
        try:
            work()
        except RequestError as error:
            self.log(2, f"{name}: {brief(error)}" if name else brief(error))
        except Exception as error:
            self.log_fault(f"{name} failed" if name else "work in the background failed", error)

    # -- what the session may use

    def reply(self, identity: int | str, result: Any) -> None:
        """Answers a request with its result."""
        self.writer.send({"jsonrpc": "2.0", "id": identity, "result": result})

    def refuse(self, identity: int | str | None, code: int, message: str) -> None:
        """Answers a request (None: whatever it was that could not be read) with an error."""
        self.writer.send({"jsonrpc": "2.0", "id": identity, "error": {"code": code, "message": message}})

    def notify(self, method: str, params: Json) -> None:
        """Sends a notification."""
        self.writer.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Json | None, callback: Callable[[Any], None] | None = None) -> None:
        """Sends a request; `callback` gets its result, on the main thread, unless the client refuses."""
        identity = f"dockls-{self._asked}"
        self._asked += 1
        self._callbacks[identity] = callback or (lambda result: None)
        self.writer.send({"jsonrpc": "2.0", "id": identity, "method": method, "params": params})

    def log(self, level: int, message: str) -> None:
        """Writes to the client's log; `level` is LSP's MessageType (1 error, 2 warning, 3 information, 4 log)."""
        self.notify("window/logMessage", {"type": level, "message": f"dockls: {message}"})

    def log_fault(self, message: str, error: BaseException) -> None:
        """Writes an unforeseen exception to the client's log, where a user can copy it from."""
        import traceback

        self.log(1, f"{message}\n{''.join(traceback.format_exception(error))}")

    def check_cancelled(self) -> None:
        """To be called now and then by long work; raises CancelledError if the current request is unwanted."""
        if self._current is not None and self.inbox.is_cancelled(self._current):
            raise CancelledError


def _identity(message: Mapping[str, Any]) -> int | str | None:
    identity = message.get("id")
    return identity if isinstance(identity, (int, str)) and not isinstance(identity, bool) else None


def _object(params: Any) -> Json:
    if params is None:
        return {}
    if isinstance(params, dict):
        return params
    raise RequestError(INVALID_PARAMS, "the parameters must be an object")


def open_session(front: Front, client: Client) -> Session:
    """The session of the product: loads the analysis and starts watching the editor's process."""
    from dockls.server.session import Session
    from dockls.server.watch import watch

    session = Session(front, client)
    watch(client.process, lambda: os._exit(1))
    return session


def serve_stdio(open_session: OpenSession = open_session) -> int:
    """Serves one client over standard input and output; gives the exit code."""
    return _serve(stdio(), open_session)


def serve_tcp(host: str, port: int, open_session: OpenSession = open_session) -> int:
    """Serves one client that connects to `host`:`port`; gives the exit code. Raises OSError."""
    return _serve(tcp(host, port), open_session)


def _serve(channel: Channel, open_session: OpenSession) -> int:
    # Loading modules makes tens of thousands of objects that all stay; collections in between would only walk
    # them again and again. They are frozen when loading ends (`loading.py`).
    gc.disable()
    try:
        return Front(channel, open_session).run()
    finally:
        gc.enable()
        sys.stderr.flush()
