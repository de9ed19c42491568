"""Bytes to message bodies, however the stream is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dockls.server.transport import Fault, Frames, Inbox, Writer, parse


def framed(body: bytes, end: bytes = b"\r\n") -> bytes:
    return b"Content-Length: %d" % len(body) + end + end + body


@given(st.lists(st.binary(max_size=30), max_size=6), st.lists(st.integers(1, 40)), st.sampled_from([b"\r\n", b"\n"]))
def test_frames_do_not_depend_on_where_the_stream_is_cut(bodies, cuts, end):
    stream = b"".join(framed(body, end) for body in bodies)
    frames = Frames()
    found: list[bytes | Fault] = []
    for cut in cuts:
        found += frames.feed(stream[:cut])
        stream = stream[cut:]
    found += frames.feed(stream)
    assert found == bodies


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data):
    assert all(isinstance(part, (bytes, Fault)) for part in Frames().feed(data))
    assert isinstance(parse(data), (dict, Fault))


@given(st.binary(max_size=60).filter(lambda junk: b"\n\n" not in junk and b"\r\n\r\n" not in junk))
def test_after_a_broken_header_the_next_frame_is_found(junk):
    found = Frames().feed(b"X: " + junk.replace(b"\n", b" ").replace(b"\r", b" ") + b"\r\n\r\n" + framed(b"{}"))
    assert found[-1] == b"{}"


def test_an_endless_header_is_given_up():
    frames = Frames()
    assert [part.code for part in frames.feed(b"x" * 100_000) if isinstance(part, Fault)] == [-32700]
    assert frames.feed(framed(b"{}")) == [b"{}"]


def test_a_sink_that_takes_little_at_a_time_gets_everything():
    taken = bytearray()

    def sink(frame: memoryview) -> int:
        taken.extend(frame[:3])
        return min(3, len(frame))

    Writer(sink).send({"text": "é\ud800"})
    assert bytes(taken) == framed(b'{"text":"\\u00e9\\ud800"}')


def test_a_client_that_no_longer_reads_is_noticed():
    def sink(frame: memoryview) -> int:
        raise BrokenPipeError

    writer = Writer(sink)
    writer.send({})
    assert writer.broken


def test_cancellations_are_seen_ahead_of_their_turn():
    inbox = Inbox()
    request = {"id": 1, "method": "x"}
    inbox.feed([request, {"method": "$/cancelRequest", "params": {"id": 1}}, {"method": "$/cancelRequest"}])
    inbox.end()
    assert inbox.next() == request
    assert inbox.is_cancelled(1)
    assert not inbox.is_cancelled(2)
    inbox.forget_cancellation(1)
    assert not inbox.is_cancelled(1)
    assert not inbox.ended
    assert [inbox.next(), inbox.next(), inbox.next()][2] is None
    assert inbox.ended
