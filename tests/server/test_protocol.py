"""What pygls alone gets wrong, and the life of a conversation, spoken over the wire to a server process."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys

import pytest
from lsp_client import FAKE, PULL, PUSH, ROOT, Client, Json, at, changed, frame, opened, replacement

WHERE: Json = {"textDocument": {"uri": "file:///Dockerfile"}, "position": at(0, 0)}


def code_of(answer: Json) -> int:
    code = answer["error"]["code"]
    assert isinstance(code, int)
    return code


@pytest.fixture
def client():
    with Client(FAKE) as client:
        yield client


@pytest.fixture
def ready(client):
    """A client that has shaken hands and has `FROM scratch` open."""
    client.initialize()
    client.open("FROM scratch\n")
    client.diagnostics()
    return client


# -- documents


@pytest.mark.parametrize("odd", ["\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"])
def test_characters_that_only_look_like_line_ends_do_not_shift_edits(ready, odd):
    ready.open(f"FROM a\n# x{odd}y\nRUN one\n", version=1)
    ready.diagnostics()
    ready.send(changed(2, replacement((2, 4), (2, 7), "two")))
    assert ready.diagnostics()["diagnostics"][0]["message"] == f"FROM a\n# x{odd}y\nRUN two\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_all_three_line_ends_count(ready, end):
    ready.open(end.join(["FROM a", "RUN one", "RUN two"]))
    ready.diagnostics()
    ready.send(changed(2, replacement((2, 4), (2, 7), "three")))
    assert ready.diagnostics()["diagnostics"][0]["message"] == end.join(["FROM a", "RUN one", "RUN three"])


@pytest.mark.parametrize(
    ("line", "character", "expected"),
    [
        (0, 99, "FROM a"),
        (1, 99, "FROM a\nRUN b"),
        (99, 0, "FROM a\nRUN b"),
        (1, 5, "FROM a\nRUN b"),
        (1, 0, "FROM a\n"),
    ],
)
def test_positions_past_the_end_mean_the_end(ready, line, character, expected):
    ready.open("FROM a\nRUN b")
    answer = ready.call("textDocument/hover", WHERE | {"position": at(line, character)})
    assert answer["result"]["contents"] == repr((len(expected), expected))


def test_edits_past_the_end_append(ready):
    ready.open("FROM a\nRUN b")
    ready.diagnostics()
    ready.send(changed(2, replacement((50, 0), (60, 7), "!"), replacement((1, 90), (1, 99), "?")))
    assert ready.diagnostics()["diagnostics"][0]["message"] == "FROM a\nRUN b!?"


@pytest.mark.parametrize(
    ("offered", "chosen", "column"),
    [
        (None, "utf-16", 4),
        (["utf-8", "utf-16"], "utf-8", 6),
        (["utf-32", "utf-8"], "utf-32", 3),
        (["utf-7", "utf-16"], "utf-16", 4),
        ("nonsense", "utf-16", 4),
    ],
)
def test_columns_are_counted_in_the_encoding_agreed_on(client, offered, chosen, column):
    general = {} if offered is None else {"positionEncodings": offered}
    announced = client.initialize(PUSH | {"general": general})
    assert announced["capabilities"]["positionEncoding"] == chosen
    client.open("# 😀!")
    client.diagnostics()
    answer = client.call("textDocument/hover", WHERE | {"position": at(0, column)})
    assert answer["result"]["contents"] == repr((3, "# 😀"))


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/a/Dockerfile?%7B%22ref%22%3A%22%22%7D", "x", "file:///c%3A/D"]
)
def test_any_uri_can_be_open(client, uri):
    client.initialize()
    client.open("FROM scratch", uri)
    assert client.diagnostics()["uri"] == uri
    client.send(changed(2, {"text": "FROM a"}, uri=uri))
    assert client.diagnostics()["diagnostics"][0]["message"] == "FROM a"


def test_closing_takes_the_diagnostics_away(ready):
    ready.notify("textDocument/didClose", {"textDocument": {"uri": "file:///Dockerfile"}})
    assert ready.diagnostics()["diagnostics"] == []
    assert code_of(ready.call("textDocument/hover", WHERE)) == -32602


# -- frames


def test_header_names_may_be_in_any_case(client):
    body = b'{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"capabilities":{}}}'
    client.write(b"content-type: x\r\ncontent-LENGTH:%d\r\n\r\n" % len(body) + body)
    assert client.answer(7)["result"]["serverInfo"]["name"] == "dockls"


def test_a_message_may_arrive_byte_by_byte(client):
    data = frame({"jsonrpc": "2.0", "id": 7, "method": "initialize", "params": {"capabilities": {}}})
    for byte in data:
        client.write(bytes([byte]))
    assert "result" in client.answer(7)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Content-Length: 4\r\n\r\n{no}", -32700),
        (b"Content-Length: 2\r\n\r\n\xff\xfe", -32700),
        (b"Content-Length: 40000\r\n\r\n" + b"[" * 40000, -32700),
        (b"Content-Length: many\r\n\r\n", -32700),
        (b"Content-Length: -5\r\n\r\n", -32700),
        (b"Content-Length: 99999999999999\r\n\r\n", -32700),
        (b"Accept: all\r\n\r\n", -32700),
        (b"Content-Length: 2\r\n\r\n[]", -32600),
        (b"Content-Length: 2\r\n\r\n{}", -32600),
        (b'Content-Length: 22\r\n\r\n{"id":[],"method":"x"}', -32600),
    ],
)
def test_what_is_no_message_is_answered_and_survived(client, data, code):
    client.write(data)
    assert code_of(client.answer(None)) == code
    assert "capabilities" in client.initialize()


def test_frames_of_several_threads_do_not_mix():
    with Client(FAKE, {"PYTHONUNBUFFERED": "1"}) as client:
        client.initialize()
        answer = client.request("textDocument/implementation", WHERE)
        from fake_server import MESSAGES, THREADS

        for _ in range(THREADS * MESSAGES):
            assert client.notification("test/noise")["noise"] == "x" * 20_000
        assert client.answer(answer)["result"] is None


def test_stray_output_stays_out_of_the_protocol(ready):
    assert ready.call("textDocument/declaration", WHERE)["result"] is None
    assert "result" in ready.call("textDocument/hover", WHERE)
    ready.notify("exit")
    ready.exit_code()
    for text in (b"a stray print", b"a stray write", b"a stray child"):
        assert text in ready.stray


# -- life and death


def test_before_initialize_everything_is_refused(client):
    assert code_of(client.call("textDocument/hover", WHERE)) == -32002
    assert code_of(client.call("shutdown")) == -32002
    client.open("FROM scratch")
    assert "capabilities" in client.initialize()
    assert code_of(client.call("textDocument/hover", WHERE)) == -32602  # what was opened too early is not open


def test_initialize_is_answered_once(client):
    client.initialize()
    assert code_of(client.call("initialize", {"capabilities": {}})) == -32600


def test_after_shutdown_everything_is_refused(ready):
    assert ready.call("shutdown")["result"] is None
    assert code_of(ready.call("textDocument/hover", WHERE)) == -32600
    assert code_of(ready.call("shutdown")) == -32600
    ready.notify("exit")
    assert ready.exit_code() == 0


def test_exit_without_shutdown_is_an_error(ready):
    ready.notify("exit")
    assert ready.exit_code() == 1


def test_exit_before_initialize_ends_the_server(client):
    client.notify("exit")
    assert client.exit_code() == 1


def test_the_end_of_the_input_ends_the_server(ready):
    ready.process.stdin.close()
    assert ready.exit_code() == 1


def test_the_end_of_the_editor_ends_the_server(client):
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    client.initialize(processId=editor.pid)
    client.open("FROM scratch")
    client.diagnostics()
    assert client.process.poll() is None
    editor.kill()
    editor.wait()
    assert client.exit_code() == 1


def test_a_process_id_that_means_nothing_here_is_not_watched(client):
    client.initialize(processId=2**22 + 12345)
    client.open("FROM scratch")
    assert client.diagnostics()["diagnostics"]


def test_one_client_over_tcp():
    with subprocess.Popen(
        [*FAKE, "--tcp"], stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}
    ) as server:
        assert server.stderr
        found = re.search(rb"listening on 127\.0\.0\.1:(\d+)", server.stderr.readline())
        assert found
        with socket.create_connection(("127.0.0.1", int(found[1]))) as connection:
            for method in ("initialize", "shutdown"):
                connection.sendall(frame({"jsonrpc": "2.0", "id": 1, "method": method, "params": {"capabilities": {}}}))
                assert b"result" in connection.recv(1 << 16)
            connection.sendall(frame({"jsonrpc": "2.0", "method": "exit"}))
            assert server.wait(60) == 0


# -- errors


@pytest.mark.parametrize("params", [None, {}, [], 5, {"textDocument": 3}, WHERE | {"position": {"line": "x"}}])
def test_invalid_parameters_are_answered(ready, params):
    for method in ("textDocument/hover", "textDocument/diagnostic"):
        if method == "textDocument/diagnostic" and isinstance(params, dict) and "position" in params:
            continue
        assert code_of(ready.call(method, params)) == -32602


def test_negative_positions_are_invalid(ready):
    assert code_of(ready.call("textDocument/hover", WHERE | {"position": at(-1, 0)})) == -32602


@pytest.mark.parametrize("method", ["textDocument/moniker", "dockls/none", "$/none", "workspace/executeCommand"])
def test_unknown_requests_are_answered(ready, method):
    assert code_of(ready.call(method, {})) == -32601


def test_a_failing_handler_tells_no_inside_and_pops_nothing_up(ready):
    error = ready.call("textDocument/documentSymbol", WHERE)["error"]
    assert error == {"code": -32603, "message": "RuntimeError: broken on purpose"}
    assert "result" in ready.call("textDocument/hover", WHERE)
    assert ready.seen("window/showMessage") == []
    assert "broken on purpose" in ready.notification("window/logMessage")["message"]


def test_a_refusal_reaches_the_user_and_not_the_log(ready):
    error = ready.call("textDocument/rename", WHERE | {"newName": "x"})["error"]
    assert error == {"code": -32602, "message": "that is no name"}
    assert "result" in ready.call("textDocument/hover", WHERE)
    assert ready.seen("window/logMessage") == []


@pytest.mark.parametrize(
    "notification",
    [
        changed(2, {"range": {"start": {}, "end": {}}, "text": "x"}),
        changed(2, {"range": {"start": at(0, 0)}, "text": "x"}),
        changed(2, {"text": 5}),
        changed(2, uri="file:///other"),
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": None},
        {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": {"uri": 3}}},
        {"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": 3}},
        {"jsonrpc": "2.0", "method": "workspace/didChangeWorkspaceFolders", "params": {"event": {"added": [3]}}},
    ],
)
def test_bad_notifications_are_logged_and_survived(ready, notification):
    ready.send(notification)
    assert ready.notification("window/logMessage")["type"] in (1, 2)
    assert "FROM scratch" in ready.call("textDocument/hover", WHERE | {"position": at(0, 99)})["result"]["contents"]


def test_unknown_notifications_and_responses_are_ignored(ready):
    ready.notify("$/whatever", {})
    ready.notify("dockls/whatever", {})
    ready.send({"jsonrpc": "2.0", "id": "nobody", "result": 1}, {"jsonrpc": "2.0", "id": 9, "error": {}})
    assert "result" in ready.call("textDocument/hover", WHERE)
    assert ready.seen("window/logMessage") == []


def test_a_failing_analysis_is_logged_and_survived(ready):
    ready.send(changed(2, {"text": "FAIL"}))
    assert "the analysis failed" in ready.notification("window/logMessage")["message"]
    ready.send(changed(3, {"text": "FROM b"}))
    assert ready.diagnostics()["version"] == 3


# -- the queue


def test_a_burst_of_edits_is_answered_once(ready):
    edits = [changed(version, replacement((1, 0), (1, 0), f"{version} ")) for version in range(2, 32)]
    ready.send(*edits)
    shown = ready.diagnostics()
    assert shown["version"] == 31
    assert shown["diagnostics"][0]["message"] == "FROM scratch\n" + "".join(f"{n} " for n in reversed(range(2, 32)))
    assert shown["diagnostics"][0]["code"] == 2  # computed once for opening, once for the burst


def test_several_documents_are_each_published_once(ready):
    uris = [f"file:///{name}" for name in "abc"]
    ready.send(*(opened(uri, uri) for uri in uris), *(changed(2, {"text": uri + "!"}, uri=uri) for uri in uris))
    assert [ready.diagnostics()["diagnostics"][0]["message"] for _ in uris] == [uri + "!" for uri in uris]


def test_a_request_sees_all_earlier_edits_and_no_later_one(ready):
    end = WHERE | {"position": at(99, 0)}
    hover = {"jsonrpc": "2.0", "id": 100, "method": "textDocument/hover", "params": end}
    ready.send(changed(2, {"text": "one"}), changed(3, {"text": "two"}), hover, changed(4, {"text": "three"}))
    assert ready.answer(100)["result"]["contents"] == repr((3, "two"))
    assert ready.diagnostics()["version"] == 4


def test_requests_that_wait_are_cancelled_unworked_and_work_is_stopped(ready):
    slow = ready.request("textDocument/definition", WHERE)
    ready.notification("window/logMessage")  # it is at work; what follows waits, and yet is read
    waiting = ready.request("textDocument/references", WHERE | {"context": {"includeDeclaration": True}})
    pulled = ready.request("textDocument/diagnostic", WHERE)
    for identity in (waiting, pulled, slow):
        ready.notify("$/cancelRequest", {"id": identity})
    for identity in (slow, waiting, pulled):
        assert code_of(ready.answer(identity)) == -32800
    assert ready.seen("window/logMessage") == []  # the one that waited was never begun


def test_a_cancellation_that_comes_too_late_does_not_hit_the_next_request(ready):
    params = WHERE | {"context": {"includeDeclaration": True}}
    request = {"jsonrpc": "2.0", "id": "same", "method": "textDocument/references", "params": params}
    ready.send(request)
    assert ready.answer("same")["result"][0]["uri"] == "file:///Dockerfile"
    ready.notify("$/cancelRequest", {"id": "same"})
    ready.notify("$/cancelRequest", {"id": [1]})
    ready.send(request)
    assert "result" in ready.answer("same")


# -- pushing and pulling


def test_a_client_that_can_ask_is_never_sent_diagnostics(client):
    provider = client.initialize(PULL)["capabilities"]["diagnosticProvider"]
    assert provider["interFileDependencies"] is False
    client.open("FROM scratch")
    first = client.call("textDocument/diagnostic", WHERE)["result"]
    assert first["kind"] == "full"
    assert first["items"][0]["message"] == "FROM scratch"
    again = client.call("textDocument/diagnostic", WHERE | {"previousResultId": first["resultId"]})["result"]
    assert again == {"kind": "unchanged", "resultId": first["resultId"]}
    client.send(changed(2, {"text": "FROM b"}))
    full = client.call("textDocument/diagnostic", WHERE | {"previousResultId": first["resultId"]})["result"]
    assert full["items"][0]["message"] == "FROM b"
    client.notify("textDocument/didClose", {"textDocument": {"uri": "file:///Dockerfile"}})
    assert "result" in client.call("shutdown")
    assert client.seen("textDocument/publishDiagnostics") == []


def test_the_version_is_published_only_where_it_is_understood(client):
    assert "diagnosticProvider" not in client.initialize({})["capabilities"]
    client.open("FROM scratch")
    assert "version" not in client.diagnostics()
