"""Frames in, frames out: the border between bytes and JSON-RPC messages.

A thread of its own reads frames, parses them and puts them into an `Inbox`, so that edits, cancellations and the
end of the input are seen while the main thread works. Every frame goes out through one `Writer`, which holds a
lock and writes frames whole. Knows JSON, and of JSON-RPC only the `$/cancelRequest` notification.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from queue import Empty, SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    #: one decoded JSON object
    Json = dict[str, Any]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600

_CHUNK = 1 << 16  # what a Linux pipe holds
_LARGEST_HEADER = 1 << 16
_LARGEST_BODY = 1 << 31

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_decode = json.JSONDecoder().decode


class Encoded(str):
    """JSON text that goes into a message as it stands."""

    __slots__ = ()


def encoded(value: Any) -> str:
    """The JSON text of a value; parts of it may be encoded already, in objects but not in lists.

    Non-ASCII characters become escapes, so that lone surrogates can do no harm.
    """
    if isinstance(value, Encoded):
        return value
    if isinstance(value, dict) and any(isinstance(part, dict | Encoded) for part in value.values()):
        return "{" + ",".join([f"{_encode(key)}:{encoded(part)}" for key, part in value.items()]) + "}"
    return _encode(value)


class Fault:
    """Input that is no message: a JSON-RPC error `code` and a sentence for the client."""

    __slots__ = ("code", "message")

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        self.message = message


class Frames:
    """Cuts a stream of bytes into message bodies (LSP "Base Protocol").

    Tolerant: header names in any case, lines ending in a bare ``\\n``, blank lines before a header, and after
    garbage it finds its way again at the next ``Content-Length``.
    """

    __slots__ = ("_buffer", "_length")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length = -1

    def feed(self, chunk: bytes) -> list[bytes | Fault]:
        """The bodies (and faults in headers) that `chunk` completes, in order."""
        self._buffer += chunk
        complete: list[bytes | Fault] = []
        while True:
            if self._length < 0:
                fault = self._read_header()
                if fault is not None:
                    complete.append(fault)
                    continue
            if self._length < 0 or len(self._buffer) < self._length:
                return complete
            complete.append(bytes(self._buffer[: self._length]))
            del self._buffer[: self._length]
            self._length = -1

    def _read_header(self) -> Fault | None:
        """Takes a header off the buffer if it is complete; sets the length of the body that follows."""
        buffer = self._buffer
        while buffer and buffer[0] in b"\r\n":
            del buffer[0]
        end = buffer.find(b"\r\n\r\n")
        bare = buffer.find(b"\n\n", 0, end if end >= 0 else len(buffer))
        if bare >= 0:
            header, size = bytes(buffer[:bare]), bare + 2
        elif end >= 0:
            header, size = bytes(buffer[:end]), end + 4
        elif len(buffer) > _LARGEST_HEADER:
            buffer.clear()
            return Fault(PARSE_ERROR, "no message header found")
        else:
            return None
        del buffer[:size]
        _, found, value = header.lower().rpartition(b"content-length:")
        digits = value.split(b"\n", 1)[0].strip()
        if not found or not digits.isdigit() or len(digits) > 10 or int(digits) > _LARGEST_BODY:
            return Fault(PARSE_ERROR, "a message header without a valid Content-Length")
        self._length = int(digits)
        return None


def parse(body: bytes) -> Json | Fault:
    """The JSON object in `body`, or why there is none."""
    try:
        message = _decode(body.decode("utf-8"))
    except RecursionError:
        return Fault(PARSE_ERROR, "the message is nested too deeply")
    except ValueError as error:  # JSONDecodeError, UnicodeDecodeError, numbers of absurd length
        return Fault(PARSE_ERROR, f"the message is not valid JSON: {error}")
    if isinstance(message, dict):
        return message
    return Fault(INVALID_REQUEST, "the message is not a JSON object")


class Inbox:
    """The messages read and not yet worked on; one thread feeds it, the main thread takes from it.

    Messages arrive in batches, one for each piece of input, so that edits sent together are seen together.
    """

    def __init__(self) -> None:
        self._batches: SimpleQueue[list[Json | Fault] | None] = SimpleQueue()
        self._ready: deque[Json | Fault] = deque()
        self._cancelled: set[int | str] = set()
        self._last = False

    def feed(self, batch: list[Json | Fault]) -> None:
        """Adds messages; notes which requests they cancel before anything else happens."""
        for message in batch:
            if isinstance(message, dict) and message.get("method") == "$/cancelRequest":
                identity = cancelled_request(message)
                if identity is not None:
                    self._cancelled.add(identity)
        if batch:
            self._batches.put(batch)

    def end(self) -> None:
        """Says that no message will follow."""
        self._batches.put(None)

    @property
    def ended(self) -> bool:
        """Whether every message has been taken and none will follow."""
        return self._last and not self._ready

    def next(self, timeout: float | None = None) -> Json | Fault | None:
        """The next message; None when none came within `timeout` seconds (0: at once) or the input `ended`."""
        if not self._ready and not self._last:
            self._receive(timeout)
        return self._ready.popleft() if self._ready else None

    def waiting(self) -> deque[Json | Fault]:
        """All messages that have arrived, not to be changed."""
        while not self._last and not self._batches.empty():
            self._receive(0)
        return self._ready

    def _receive(self, timeout: float | None) -> None:
        try:
            batch = self._batches.get(timeout != 0, timeout or None)
        except Empty:
            return
        if batch is None:
            self._last = True
        else:
            self._ready.extend(batch)

    def is_cancelled(self, identity: int | str) -> bool:
        """Whether the client has cancelled the request, even if the cancellation still waits in the queue."""
        return identity in self._cancelled

    def forget_cancellation(self, identity: int | str) -> None:
        """To be called when a cancellation's turn has come: its request, being earlier, is answered by now."""
        self._cancelled.discard(identity)


def cancelled_request(message: Json) -> int | str | None:
    """The id that a `$/cancelRequest` notification names, None if it names none."""
    params = message.get("params")
    identity = params.get("id") if isinstance(params, dict) else None
    return identity if isinstance(identity, (int, str)) else None


class Writer:
    """Writes whole frames from any thread to `sink`, which takes bytes and tells how many it took."""

    def __init__(self, sink: Callable[[memoryview], int]) -> None:
        self._sink = sink
        self._lock = threading.Lock()
        #: whether the client no longer reads
        self.broken = False

    def send(self, message: Json) -> None:
        """Sends one message; parts of it may be `Encoded`."""
        self.write(encoded(message).encode("ascii"))

    def write(self, body: bytes) -> None:
        """Sends one message that is already encoded."""
        frame = memoryview(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        with self._lock:
            try:
                while frame:
                    frame = frame[self._sink(frame) :]
            except OSError:
                self.broken = True

    def close(self) -> None:
        """Does nothing: the process ends instead."""


class Channel:
    """Two directions of bytes: `read` gives b"" at the end of the input, `sink` is for a `Writer`."""

    __slots__ = ("read", "sink")

    def __init__(self, read: Callable[[], bytes], sink: Callable[[memoryview], int]) -> None:
        self.read = read
        self.sink = sink

    def open(self) -> tuple[Inbox, Writer]:
        """Starts reading in a thread of its own."""
        inbox = Inbox()
        threading.Thread(target=self._pump, args=(inbox,), name="reader", daemon=True).start()
        return inbox, Writer(self.sink)

    def _pump(self, inbox: Inbox) -> None:
        frames = Frames()
        try:
            while chunk := self.read():
                inbox.feed([part if isinstance(part, Fault) else parse(part) for part in frames.feed(chunk)])
        except OSError:  # the client is gone
            pass
        finally:
            inbox.end()


def stdio() -> Channel:
    """Takes standard input and output for the protocol alone.

    The protocol moves to private descriptors; 0 becomes the null device and 1 becomes standard error, so that
    neither a stray `print` nor a child process can touch a frame. Nothing of Python's buffering is involved.
    """
    incoming, outgoing = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # standard error is closed
        os.dup2(null, 1)
    os.close(null)
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(incoming, os.O_BINARY)
        msvcrt.setmode(outgoing, os.O_BINARY)
    return Channel(lambda: os.read(incoming, _CHUNK), lambda frame: os.write(outgoing, frame))


def tcp(host: str, port: int) -> Channel:
    """Waits for one client on `host`:`port` (0: any free port, named on standard error); raises OSError."""
    import socket

    with socket.create_server((host, port)) as server:
        print("dockls: listening on {}:{}".format(*server.getsockname()[:2]), file=sys.stderr, flush=True)
        connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Channel(lambda: connection.recv(_CHUNK), connection.send)
