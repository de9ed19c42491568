"""A language server as a process and a client that times it: raw JSON-RPC over pipes, no library in between.

A time ends when the last byte of an answer has been read; decoding it is not counted.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any, NamedTuple, TypeVar

Json = dict[str, Any]
Result = TypeVar("Result")

URI = "file:///benchmark/Dockerfile"

#: what the client can do; every server is told the same
CAPABILITIES: Json = {
    "general": {"positionEncodings": ["utf-16"]},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}, "workspaceFolders": True},
    "textDocument": {
        "publishDiagnostics": {"relatedInformation": True, "versionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
        "definition": {"linkSupport": True},
        "references": {},
        "rename": {"prepareSupport": True},
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "completion": {"completionItem": {"snippetSupport": True, "insertReplaceSupport": True}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
        "foldingRange": {"lineFoldingOnly": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "source"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
        },
    },
}

# A server that gives its diagnostics no version and was sent several edits is taken to be done when it has been
# silent for so long, in seconds.
_SILENCE = 2.0


class NoAnswerError(Exception):
    """The server ended, or did not answer in time; the message holds the end of what it wrote to standard error."""


class Published(NamedTuple):
    """Diagnostics, and when they had arrived (`time.perf_counter`)."""

    at: float
    diagnostics: list[Json]
    version: int | None


class Server:
    """A running server with one document; to be used in a `with` statement."""

    def __init__(self, command: Sequence[str], timeout: float = 60) -> None:
        self._timeout = timeout
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        # Compiled modules are what a user has; an environment that forbids them would have them compiled each time.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        self.started = perf_counter()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, env=environment, bufsize=0
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._out, self._in = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._out, False)
        self._buffer = bytearray()
        self._answers: dict[int, tuple[float, Json]] = {}
        self._asked = 0
        self._published: list[Published] = []
        self._edits = 0
        self._version = 0
        self.lines: list[str] = []
        self.capabilities: Json = {}

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the conversation

    def initialize(self) -> float:
        """Starts the conversation; gives when the answer had arrived."""
        folder = {"uri": "file:///benchmark", "name": "benchmark"}
        answer = self._ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder["uri"],
                "workspaceFolders": [folder],
                "capabilities": CAPABILITIES,
            },
        )
        at, message = self._wait(lambda: self._answers.pop(answer, None))
        self.capabilities = message["result"]["capabilities"]
        self._tell("initialized", {})
        return at

    def open(self, text: str) -> float:
        """Opens the document; gives when that was sent."""
        self.lines = text.split("\n")
        self._version, self._edits = 1, 1
        self._published.clear()
        return self._tell(
            "textDocument/didOpen",
            {"textDocument": {"uri": URI, "languageId": "dockerfile", "version": 1, "text": text}},
        )

    def edit(self, line: int, start: int, end: int, text: str) -> float:
        """Replaces a part of a line; gives when that was sent."""
        return self.edit_at_once([(line, start, end, text)])

    def edit_at_once(self, edits: Iterable[tuple[int, int, int, str]]) -> float:
        """Makes several edits, one message each, sent together; gives when."""
        messages = [self._edit(*edit) for edit in edits]
        self._edits = len(messages)
        self._published.clear()
        return self._send(*messages)

    def _edit(self, line: int, start: int, end: int, text: str) -> Json:
        before = self.lines[line]
        self.lines[line] = before[:start] + text + before[end:]
        self._version += 1
        span = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
        change: Json = {"range": span, "text": text} if self._takes_parts() else {"text": "\n".join(self.lines)}
        document = {"uri": URI, "version": self._version}
        return {"method": "textDocument/didChange", "params": {"textDocument": document, "contentChanges": [change]}}

    def diagnostics(self) -> Published:
        """The diagnostics of the current version; what is sent later for the same version is not waited for."""
        return self._wait(self._current)

    def request(self, method: str, parameters: Json) -> tuple[float, Any]:
        """The seconds until a request was answered, and its result; raises NoAnswerError if it was refused."""
        begun = perf_counter()
        answer = self._ask(method, parameters)
        at, message = self._wait(lambda: self._answers.pop(answer, None))
        if "error" in message:
            raise NoAnswerError(f"{method}: {message['error'].get('message')}")
        return at - begun, message["result"]

    @property
    def publications(self) -> int:
        """How often diagnostics were sent since the document was opened or edited last."""
        return len(self._published)

    def peak_memory(self) -> int:
        """The largest resident size so far of the process and its descendants together, in bytes; 0 if unknown."""
        total, processes = 0, [self._process.pid]
        while processes:
            folder = Path(f"/proc/{processes.pop()}")
            try:
                status = (folder / "status").read_text()
                for task in (folder / "task").iterdir():
                    processes += map(int, (task / "children").read_text().split())
            except OSError:
                continue
            total += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
        return total * 1024

    def close(self) -> None:
        """Ends the conversation and the process."""
        try:
            self.request("shutdown", {})
            self._tell("exit", {})
            self._process.wait(5)
        except (NoAnswerError, OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            assert stream is not None
            stream.close()

    # -- messages

    def _takes_parts(self) -> bool:
        kind = self.capabilities.get("textDocumentSync")
        return (kind.get("change") if isinstance(kind, dict) else kind) == 2

    def _current(self) -> Published | None:
        """The publication that speaks of the current version, if it is there."""
        if not self._published:
            return None
        last = self._published[-1]
        if last.version is not None:
            return last if last.version == self._version else None
        silent = perf_counter() - last.at > _SILENCE
        return last if len(self._published) >= self._edits or silent else None

    def _ask(self, method: str, parameters: Json) -> int:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": parameters})
        return self._asked

    def _tell(self, method: str, parameters: Json) -> float:
        return self._send({"method": method, "params": parameters})

    def _send(self, *messages: Json) -> float:
        bodies = [json.dumps({"jsonrpc": "2.0", **message}, separators=(",", ":")).encode() for message in messages]
        frame = memoryview(b"".join([b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]))
        begun = perf_counter()
        while frame:
            try:
                frame = frame[os.write(self._out, frame) :]
            except BlockingIOError:  # the server is busy answering: read, or both sides wait for ever
                self._read(0.01)
            except BrokenPipeError as error:
                raise NoAnswerError(self._last_words()) from error
        return begun

    def _wait(self, found: Callable[[], Result | None]) -> Result:
        until = monotonic() + self._timeout
        while (result := found()) is None:
            left = until - monotonic()
            if left <= 0:
                raise NoAnswerError(f"no answer within {self._timeout:g} s {self._last_words()}")
            self._read(min(left, 0.5))
        return result

    def _read(self, timeout: float) -> None:
        if not select.select([self._in], [], [], timeout)[0]:
            return
        chunk = os.read(self._in, 1 << 20)
        at = perf_counter()
        if not chunk:
            raise NoAnswerError(f"the server ended {self._last_words()}")
        self._buffer += chunk
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = int(bytes(self._buffer[:head]).lower().rpartition(b"content-length:")[2].split()[0])
            end = head + 4 + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[head + 4 : end])
            del self._buffer[:end]
            self._received(json.loads(body), at)

    def _received(self, message: Json, at: float) -> None:
        method = message.get("method")
        if method is None:
            self._answers[message["id"]] = at, message
        elif "id" in message:  # a plain editor has no settings and agrees to everything
            count = len(message["params"].get("items", ())) if method == "workspace/configuration" else None
            answer = None if count is None else [None] * count
            self._send({"id": message["id"], "result": answer})
        elif method == "textDocument/publishDiagnostics" and message["params"]["uri"] == URI:
            parameters = message["params"]
            self._published.append(Published(at, parameters["diagnostics"], parameters.get("version")))

    def _last_words(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-500:].decode("utf-8", "replace")
