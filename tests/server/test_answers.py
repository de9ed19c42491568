"""What the features answer, over the wire, for editors that show much and for those that show little."""

from __future__ import annotations

from typing import Any

import pytest
from lsp_client import PUSH, Client, Json, at

from dockls.text import Edit, LineIndex, Span, apply

TEXT = "# é\nFROM golang AS build\nRUN one && \\\n  two\n\nFROM alpine\nCOPY --from=build /app /app\n"
RICH: Json = PUSH | {
    "textDocument": {
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    }
}


class Editor(Client):
    """An editor with one document open."""

    def __init__(self, capabilities: Json, text: str = TEXT) -> None:
        super().__init__()
        self.text = text
        self.index = LineIndex.of(text)
        self.initialize(capabilities)
        self.open(text)

    def position(self, offset: int) -> Json:
        return at(*self.index.position(offset, "utf-16"))

    def ask(self, method: str, before: str = "") -> Any:
        """The answer at the place directly behind a piece of the text."""
        offset = self.text.index(before) + len(before)
        params = {"textDocument": {"uri": "file:///Dockerfile"}, "position": self.position(offset)}
        return self.call(f"textDocument/{method}", params)["result"]

    def covered(self, range_: Json) -> str:
        """The text of a range."""
        start, end = (
            self.index.offset(range_[key]["line"], range_[key]["character"], "utf-16") for key in ("start", "end")
        )
        return self.text[start:end]

    def applied(self, change: Json) -> str:
        start, end = (
            self.index.offset(change["range"][key]["line"], change["range"][key]["character"], "utf-16")
            for key in ("start", "end")
        )
        return apply(self.text, [Edit(Span(start, end), change["newText"])])


@pytest.fixture(scope="module")
def rich():
    with Editor(RICH) as editor:
        yield editor


@pytest.fixture(scope="module")
def poor():
    with Editor({}) as editor:
        yield editor


def test_hover_is_markdown_where_that_is_shown(rich, poor):
    fine, plain = rich.ask("hover", "--from=b"), poor.ask("hover", "--from=b")
    assert fine["contents"]["kind"] == "markdown"
    assert "**" in fine["contents"]["value"] or "`" in fine["contents"]["value"]
    assert plain["contents"]["kind"] == "plaintext"
    assert "**" not in plain["contents"]["value"]
    assert rich.covered(fine["range"]) == "build"
    assert rich.ask("hover", "# ") is None


def test_the_outline_is_a_tree_where_that_is_shown(rich, poor):
    tree, flat = rich.ask("documentSymbol"), poor.ask("documentSymbol")
    assert [symbol["name"] for symbol in tree] == ["build", "stage 1"]
    assert rich.covered(tree[0]["selectionRange"]) == "build"
    assert rich.covered(tree[0]["children"][0]["range"]) == "RUN one && \\\n  two"
    assert [(symbol["name"], symbol["containerName"]) for symbol in flat] == [
        (name, parent)
        for stage in tree
        for name, parent in [(stage["name"], ""), *((child["name"], stage["name"]) for child in stage["children"])]
    ]


def test_what_can_be_folded(rich):
    lines = TEXT.splitlines()
    folded = [(lines[each["startLine"]], lines[each["endLine"]]) for each in rich.ask("foldingRange")]
    assert ("RUN one && \\", "  two") in folded


def test_completion_replaces_what_is_typed():
    with Editor(RICH, TEXT.replace("--from=build", "--from=bu")) as editor:
        (proposal,) = editor.ask("completion", "--from=bu")
        assert editor.applied(proposal["textEdit"]) == TEXT
