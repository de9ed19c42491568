"""What the features answer, over the wire, for editors that show much and for those that show little."""

from __future__ import annotations

from collections.abc import Iterable
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

    def __init__(self, capabilities: Json, text: str = TEXT, uri: str = "file:///Dockerfile") -> None:
        super().__init__()
        self.text, self.uri = text, uri
        self.index = LineIndex.of(text)
        self.initialize(capabilities)
        self.open(text, uri)

    def position(self, offset: int) -> Json:
        return at(*self.index.position(offset, "utf-16"))

    def response(self, method: str, before: str = "", **more: Any) -> Json:
        """The response at the place directly behind a piece of the text."""
        offset = self.text.index(before) + len(before)
        params = {"textDocument": {"uri": self.uri}, "position": self.position(offset)}
        return self.call(f"textDocument/{method}", params | more)

    def ask(self, method: str, before: str = "", **more: Any) -> Any:
        """The result at that place."""
        return self.response(method, before, **more)["result"]

    def covered(self, range_: Json) -> str:
        """The text of a range."""
        start, end = span_of(self.index, range_)
        return self.text[start:end]

    def applied(self, *changes: Json) -> str:
        """The text after LSP text edits."""
        return applied(self.text, changes)


def span_of(index: LineIndex, range_: Json) -> Span:
    return Span(*(index.offset(range_[key]["line"], range_[key]["character"], "utf-16") for key in ("start", "end")))


def applied(text: str, changes: Iterable[Json]) -> str:
    index = LineIndex.of(text)
    return apply(text, [Edit(span_of(index, change["range"]), change["newText"]) for change in changes])


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


def test_from_a_mention_to_the_declaration(rich):
    (target,) = rich.ask("definition", "--from=b")
    assert target["uri"] == rich.uri
    assert rich.covered(target["range"]) == "build"
    assert rich.applied({"range": target["range"], "newText": "here"}) == TEXT.replace("AS build", "AS here")
    assert rich.ask("definition", "# ") == []


def test_all_mentions(rich):
    both = rich.ask("references", "AS b", context={"includeDeclaration": True})
    assert [rich.covered(each["range"]) for each in both] == ["build", "build"]
    assert rich.ask("references", "AS b", context={"includeDeclaration": False}) == both[1:]
    shown = rich.ask("documentHighlight", "--from=b")
    assert [(each["range"], each["kind"]) for each in shown] == [(both[0]["range"], 3), (both[1]["range"], 2)]


def test_rename_in_the_file(poor, rich):
    asked = rich.ask("prepareRename", "--from=b")
    assert (rich.covered(asked["range"]), asked["placeholder"]) == ("build", "build")
    edit = poor.ask("rename", "--from=b", newName="made")
    assert poor.applied(*edit["changes"][poor.uri]) == TEXT.replace("build", "made")


@pytest.mark.parametrize(("before", "name"), [("AS b", "not a name"), ("FROM al", "x")])
def test_a_rename_that_must_not_be_is_refused_with_a_reason(rich, before, name):
    error = rich.response("rename", before, newName=name)["error"]
    assert error["code"] == -32803
    assert error["message"]


def test_rename_reaches_into_other_files(tmp_path):
    compose = "services:\n  web:\n    build:\n      context: .\n      target: build # é build\n"
    (tmp_path / "compose.yaml").write_text(compose, "utf-8")
    (tmp_path / "Dockerfile").write_text(TEXT, "utf-8")
    with Editor({}, TEXT, (tmp_path / "Dockerfile").as_uri()) as editor:
        changes = editor.ask("rename", "AS b", newName="made")["changes"]
    assert applied(TEXT, changes.pop(editor.uri)) == TEXT.replace("build", "made")
    assert applied(compose, changes.pop((tmp_path / "compose.yaml").as_uri())) == compose.replace(
        "get: build", "get: made"
    )
    assert changes == {}
