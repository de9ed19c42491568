"""A raw JSON-RPC client for a server in a subprocess: what is written is exactly what goes over the wire."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SERVER = [sys.executable, "-m", "dockls", "serve"]
FAKE = [sys.executable, str(Path(__file__).with_name("fake_server.py"))]
PATIENCE = 60  # seconds; only ever reached when a test fails

Json = dict[str, Any]

#: a client that is sent diagnostics, and one that asks for them
PUSH: Json = {"textDocument": {"publishDiagnostics": {"versionSupport": True, "relatedInformation": True}}}
PULL: Json = {"textDocument": {"diagnostic": {}, "publishDiagnostics": {}}}


class Client:
    """One server process and the messages it has sent, in order; `take` removes the first that fits."""

    def __init__(self, command: list[str] = SERVER, environment: dict[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
        )
        self.stray = b""
        self._arrived: SimpleQueue[Json | None] = SimpleQueue()
        self._kept: list[Json] = []
        self._next = 0
        threading.Thread(target=self._read, daemon=True).start()
        self._errors = threading.Thread(target=self._read_errors, daemon=True)
        self._errors.start()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream
        while line := stream.readline():
            assert line.startswith(b"Content-Length: "), line
            assert stream.readline() == b"\r\n"
            self._arrived.put(json.loads(stream.read(int(line[16:]))))
        self._arrived.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.stray += line

    # -- sending

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        assert self.process.stdin
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *messages: Any) -> None:
        """Sends messages in one piece."""
        self.write(b"".join(map(frame, messages)))

    def request(self, method: str, params: Any = None, **more: Any) -> int:
        """Sends a request; gives its id."""
        self._next += 1
        self.send({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params, **more})
        return self._next

    def notify(self, method: str, params: Any = None) -> None:
        """Sends a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    # -- receiving

    def take(self, fits: Callable[[Json], bool]) -> Json:
        """The first message that fits, among those that came and those that will."""
        for message in self._kept:
            if fits(message):
                self._kept.remove(message)
                return message
        while True:
            try:
                arrived = self._arrived.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"nothing came; kept: {self._kept}, stderr: {self.stray!r}") from None
            assert arrived is not None, f"the server ended; kept: {self._kept}, stderr: {self.stray!r}"
            if fits(arrived):
                return arrived
            self._kept.append(arrived)

    def answer(self, identity: int | None) -> Json:
        """The response to a request."""
        return self.take(lambda message: "method" not in message and message.get("id") == identity)

    def notification(self, method: str) -> Any:
        """The parameters of the next notification or request with that method."""
        return self.take(lambda message: message.get("method") == method)["params"]

    def call(self, method: str, params: Any = None) -> Json:
        """The response to a request sent now."""
        return self.answer(self.request(method, params))

    def seen(self, method: str) -> list[Json]:
        """Messages with that method which came before the last one taken and were not taken themselves."""
        return [message for message in self._kept if message.get("method") == method]

    # -- the usual conversation

    def initialize(self, capabilities: Json = PUSH, **more: Any) -> Json:
        """Starts the conversation; gives what the server announced."""
        params = {"processId": None, "rootUri": None, "capabilities": capabilities, **more}
        result = self.call("initialize", params)["result"]
        self.notify("initialized", {})
        assert isinstance(result, dict)
        return result

    def open(self, text: str, uri: str = "file:///Dockerfile", version: int = 1) -> None:
        """Opens a document."""
        self.send(opened(text, uri, version))

    def diagnostics(self) -> Json:
        """The parameters of the next publishDiagnostics."""
        result = self.notification("textDocument/publishDiagnostics")
        assert isinstance(result, dict)
        return result

    def exit_code(self) -> int:
        """Waits for the end of the process; `stray` is complete then."""
        code = self.process.wait(PATIENCE)
        self._errors.join(PATIENCE)
        return code


def frame(message: Any) -> bytes:
    """One message as it goes over the wire."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def opened(text: str, uri: str = "file:///Dockerfile", version: int = 1) -> Json:
    """A `didOpen` notification."""
    item = {"uri": uri, "languageId": "dockerfile", "version": version, "text": text}
    return {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}


def changed(version: int, *changes: Json, uri: str = "file:///Dockerfile") -> Json:
    """A `didChange` notification."""
    params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)}
    return {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}


def replacement(start: tuple[int, int], end: tuple[int, int], text: str) -> Json:
    """A content change between two (line, character) positions."""
    return {"range": {"start": at(*start), "end": at(*end)}, "text": text}


def at(line: int, character: int) -> Json:
    """An LSP position."""
    return {"line": line, "character": character}
