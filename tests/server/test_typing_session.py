"""Somebody types a file letter by letter and asks for this and that meanwhile; the server keeps up and stays sound."""

from __future__ import annotations

import os
import random
from pathlib import Path

from absurd_texts import ABSURD
from lsp_client import Client, Json, changed

from dockls.text import LineIndex

FILES = int(os.environ.get("DOCKLS_EXAMPLES", "2"))
#: so much of a corpus file is typed
LONGEST = 900
SIZE = 40
INTERNAL_ERROR = -32603
TYPED = "untitled:typed"
OPENED = "untitled:opened"

CAPABILITIES: Json = {
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
            "disabledSupport": True,
        },
        "rename": {"prepareSupport": True},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
    "workspace": {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {}}},
}
TEXT = (
    "# syntax=docker/dockerfile:1\nARG V=1.26\nFROM golang:${V} AS build\nWORKDIR /src\nCOPY . .\n"
    "RUN <<E\ngo build -o /out/\u00e9\U0001f433 $V\nE\n\nFROM alpine\r\nCOPY --from=biuld /out \\\n  /app\n"
    'COPY --from=build /out/app /app\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n'
)


class Session:
    """A document that is typed; requests are sent at random and their answers looked at when they come."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.random = random.Random(seed)
        self.text = ""
        self.version = 1
        self.asked: dict[int, str] = {}
        client.open("", TYPED)

    def slip(self) -> None:
        """Something wrong somewhere, and its correction."""
        place = self.random.randint(0, len(self.text))
        if "\r" in self.text[max(place - 1, 0) : place + 1]:
            return  # no position lies inside a line end
        wrong = self.random.choice(("\n", "\\", "x", "FROM "))
        self.replace(place, place, wrong)
        self.ask_something()
        self.replace(place, place + len(wrong), "")

    def replace(self, start: int, end: int, new: str) -> None:
        """One edit, told as a range in UTF-16."""
        range_ = {"start": self.position(start), "end": self.position(end)}
        self.text = self.text[:start] + new + self.text[end:]
        self.version += 1
        self.client.send(changed(self.version, {"range": range_, "text": new}, uri=TYPED))

    def position(self, offset: int) -> Json:
        line, column = LineIndex.of(self.text).position(offset, "utf-16")
        return {"line": line, "character": column}

    def ask_something(self) -> None:
        """One request, somewhere."""
        method, params = self.random.choice(self.requests())
        self.asked[self.client.request(method, params)] = method

    def requests(self) -> list[tuple[str, Json]]:
        """Everything that can be asked of one place."""
        where = {"textDocument": {"uri": TYPED}}
        offset = self.random.choice((len(self.text), self.random.randint(0, len(self.text))))
        there = where | {"position": self.position(offset)}
        requests: list[tuple[str, Json]] = [
            (f"textDocument/{name}", there)
            for name in ("hover", "definition", "documentHighlight", "prepareRename", "completion")
        ]
        requests += [
            ("textDocument/references", there | {"context": {"includeDeclaration": True}}),
            ("textDocument/rename", there | {"newName": "brand-new"}),
            ("textDocument/documentSymbol", where),
            ("textDocument/foldingRange", where),
            (
                "textDocument/codeAction",
                where | {"range": {"start": self.position(offset), "end": there["position"]}, "context": _NO_CONTEXT},
            ),
        ]
        return requests

    def take_answers(self) -> None:
        """Every request has an answer, and none of them tells a fault of the server; some actions are resolved."""
        while self.asked:
            identity, method = self.asked.popitem()
            answer = self.client.answer(identity)
            assert answer.get("error", {}).get("code") != INTERNAL_ERROR, (method, answer, self.text)
            actions = answer.get("result") if method == "textDocument/codeAction" else None
            for action in (actions or ())[:2]:
                if "data" in action:
                    self.asked[self.client.request("codeAction/resolve", action)] = "codeAction/resolve"

    def last_diagnostics(self) -> list[str]:
        while (published := self.client.diagnostics()).get("version") != self.version or published["uri"] != TYPED:
            pass
        return _comparable(published)


_NO_CONTEXT: Json = {"diagnostics": []}


def _comparable(published: Json) -> list[str]:
    return sorted([repr(one).replace(TYPED, OPENED) for one in published["diagnostics"]])


def type_text(text: str, seed: int) -> None:
    with Client() as client:
        client.initialize(CAPABILITIES)
        session = Session(client, seed)
        for letter in text:
            if session.random.random() < 0.03:
                session.slip()
            session.replace(len(session.text), len(session.text), letter)
            if session.random.random() < 0.3:
                session.ask_something()
            if session.random.random() < 0.1:
                session.take_answers()
        session.take_answers()
        assert session.text == text
        found = session.last_diagnostics()
        client.open(text, OPENED)
        while (published := client.diagnostics())["uri"] != OPENED:
            pass
        assert found == _comparable(published)
        assert client.call("shutdown")["result"] is None
        client.notify("exit")
        assert client.exit_code() == 0


def test_typing_a_file() -> None:
    type_text(TEXT, seed=1)


def test_typing_corpus_files(shared: Path) -> None:
    files = [path for path in sorted((shared / "corpus" / "real").rglob("*")) if path.is_file()]
    chosen = random.Random(2).sample([path for path in files if ".json" not in path.name], FILES)
    for seed, path in enumerate(chosen):
        type_text(path.read_bytes()[:LONGEST].decode("utf-8", "replace"), seed)


def test_absurd_files() -> None:
    """Each in place of the one before, in one conversation."""
    with Client() as client:
        client.initialize(CAPABILITIES)
        session = Session(client, 3)
        for text in [make(SIZE) for make in ABSURD.values()]:
            session.replace(0, len(session.text), text)
            for method, params in session.requests():
                session.asked[client.request(method, params)] = method
            session.take_answers()
        session.last_diagnostics()
