"""Documents, URIs, and what becomes of spans, edits and findings at the border."""

from __future__ import annotations

import pytest
from editor_profiles import PROFILES
from hypothesis import given
from hypothesis import strategies as st

from dockls.server.capabilities import Client
from dockls.server.conversion import diagnostic, range_of, workspace_edit
from dockls.server.documents import Document, NeighborFile, path_of, uri_of_path
from dockls.text import Edit, Span, apply

TEXT = "# é😀 one\nFROM scratch AS end\n"
ENCODINGS = ["utf-8", "utf-16", "utf-32"]


def span_of(part: str, text: str = TEXT) -> Span:
    return Span(text.index(part), text.index(part) + len(part))


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("part", ["one", "😀", "scratch", "one\nFROM", TEXT])
def test_a_span_and_its_range_are_the_same(encoding, part):
    document = Document("x", TEXT, 1, "", encoding)
    assert document.span(range_of(document, span_of(part))) == span_of(part)


@given(st.data(), st.sampled_from(ENCODINGS), st.text("ab é😀\n\r\f\u2028\\FROM#<", max_size=40))
def test_edits_by_range_are_edits_by_offset(data, encoding, text):
    document = Document("x", text, 1, "", encoding)
    for version in range(2, 5):
        start, end = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2)))
        if "\r\n" in text[max(start - 1, 0) : start + 1] or "\r\n" in text[max(end - 1, 0) : end + 1]:
            continue  # no position lies inside a line end
        new = data.draw(st.text("aé😀\n\r FROM", max_size=6))
        document.change([{"range": range_of(document, Span(start, end)), "text": new}], version)
        text = apply(text, [Edit(Span(start, end), new)])
        assert document.tree.text == text
        assert document.version == version


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/Dockerfile", "/a/Dockerfile"),
        ("file://localhost/a%20b/D", "/a b/D"),
        ("FILE:///%C3%A9/%23", "/é/#"),
        ("file:///c%3A/x/D", "c:/x/D"),
        ("file:///C:/x", "C:/x"),
        ("file:///50%/D%zz%4", "/50%/D%zz%4"),
        ("file://host/share", None),
        ("untitled:Untitled-1", None),
        ("git:/a/Dockerfile", None),
        ("", None),
    ],
)
def test_the_path_of_a_uri(uri, path):
    assert path_of(uri) == path


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_path_survives_as_a_uri(name):
    path = "/" + name.lstrip(":/")
    if path[2:3] != ":":
        assert path_of(uri_of_path(path)) == path


@pytest.mark.parametrize("editor", PROFILES)
def test_a_diagnostic_has_what_the_editor_understands(editor):
    client = Client({"capabilities": PROFILES[editor]})
    document = Document("file:///D", TEXT, 7, "", client.encoding)
    found = diagnostic(
        client,
        document,
        span_of("scratch"),
        "message",
        severity=2,
        code="rule",
        url="https://example.org",
        tags=["unnecessary"],
        related=[(span_of("end"), "here")],
        data={"any": "thing"},
    )
    assert found["code"] == "rule"
    assert ("relatedInformation" in found) == (editor not in ("emacs 28", "helix"))
    assert ("codeDescription" in found) == (editor == "vscode 1.100")
    assert found.get("tags") == (None if editor in ("ale", "kate") else [1])
    assert ("data" in found) == (editor in ("neovim 0.11", "neovim 0.12", "vscode 1.100"))


@pytest.mark.parametrize("editor", PROFILES)
def test_an_edit_has_the_shape_the_editor_understands(editor):
    client = Client({"capabilities": PROFILES[editor]})
    document = Document("file:///D", TEXT, 7, "", client.encoding)
    neighbor = NeighborFile("/compose.yaml", "target: end\n", client.encoding)
    edits = [Edit(span_of("end"), "last")]
    edit = workspace_edit(
        client, [(document, edits), (neighbor, [Edit(Span(8, 11), "last")])], "Rename", ["a", "b", "c"]
    )
    if editor not in ("emacs 28", "helix", "vscode 1.100"):
        assert list(edit) == ["changes"]
        assert list(edit["changes"]) == ["file:///D", "file:///compose.yaml"]
        return
    first, second = edit["documentChanges"]
    assert first["textDocument"] == {"uri": "file:///D", "version": 7}
    assert second["textDocument"] == {"uri": "file:///compose.yaml", "version": None}
    assert second["edits"][0]["newText"] == "last"
    assert ("changeAnnotations" in edit) == (editor == "vscode 1.100")
    if editor == "vscode 1.100":
        annotations = edit["changeAnnotations"]
        used = [each["annotationId"] for change in edit["documentChanges"] for each in change["edits"]]
        assert [annotations[name]["description"] for name in used] == ["a", "b\nc"]
        assert all(annotation["needsConfirmation"] for annotation in annotations.values())
