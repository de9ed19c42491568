"""The conversation of an editor with the server, with the capabilities that real editors announce."""

from __future__ import annotations

import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from lsprotocol import types

pytest_lsp = pytest.importorskip("pytest_lsp")

from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities  # noqa: E402

from dockls.engine import check  # noqa: E402
from dockls.project import surroundings  # noqa: E402
from dockls.semantics import Model  # noqa: E402
from dockls.syntax import parse  # noqa: E402

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROOT = Path(__file__).parents[2]
EXTRACTED = Path(__file__).with_name("extracted.Dockerfile")
UNITS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}

#: editors as pytest-lsp has recorded them, and what is added to see every combination
EDITORS: dict[str, tuple[str, dict[str, Any]]] = {
    "neovim": ("neovim", {"encodings": ["utf-8", "utf-16"]}),
    "neovim 0.9": ("neovim@v0.9.1", {}),
    "visual_studio_code": ("visual_studio_code", {}),
    "visual_studio_code that confirms": ("visual_studio_code", {"confirms": True, "pulls": True}),
    "emacs": ("emacs", {"encodings": ["utf-32", "utf-8"]}),
}


def _capabilities(editor: str) -> types.ClientCapabilities:
    name, more = EDITORS[editor]
    found = client_capabilities(name)
    if "encodings" in more:
        found.general = found.general or types.GeneralClientCapabilities()
        found.general.position_encodings = more["encodings"]
    assert found.workspace and found.text_document
    if more.get("confirms"):
        edit = found.workspace.workspace_edit or types.WorkspaceEditClientCapabilities()
        edit.change_annotation_support = types.ChangeAnnotationsSupportOptions(groups_on_label=True)
        edit.document_changes = True
        found.workspace.workspace_edit = edit
    if more.get("pulls"):
        found.text_document.diagnostic = types.DiagnosticClientCapabilities()
    return found


@pytest_lsp.fixture(
    scope="module",
    loop_scope="module",
    params=list(EDITORS),
    config=ClientServerConfig(
        server_command=[sys.executable, "-m", "dockls", "serve"], server_env={"PYTHONPATH": str(ROOT)}
    ),
)
async def client(request: pytest.FixtureRequest, lsp_client: LanguageClient) -> AsyncIterator[None]:
    # What pytest-lsp's editors announce they can, but do not do.
    lsp_client.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: None)
    capabilities = _capabilities(request.param)
    result = await lsp_client.initialize_session(types.InitializeParams(capabilities=capabilities))
    _SERVERS[lsp_client] = result.capabilities
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "docs/example", tmp_path / "example"))


class Document:
    """A document that is open in the editor."""

    def __init__(self, client: LanguageClient, uri: str, text: str, is_open: bool = True) -> None:
        self._client = client
        self._encoding = str(_server(client).position_encoding or "utf-16")
        self.uri = uri
        self.identifier = types.TextDocumentIdentifier(uri)
        self.text = text
        # LSP: no version stands for what is on the disk.
        self._version = 0 if is_open else None
        if not is_open:
            return
        client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "dockerfile", 0, text))
        )

    def change(self, text: str) -> None:
        self._version = (self._version or 0) + 1
        self.text = text
        versioned = types.VersionedTextDocumentIdentifier(self._version, self.uri)
        whole = types.TextDocumentContentChangeWholeDocument(text)
        self._client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [whole]))

    def at(self, part: str) -> types.Position:
        """Where a part of the text begins, in the units agreed on."""
        before = self.text[: self.text.index(part)].split("\n")
        encoding = ENCODINGS[self._encoding]
        return types.Position(len(before) - 1, len(before[-1].encode(encoding)) // UNITS[self._encoding])

    def range(self, part: str) -> types.Range:
        start = self.at(part)
        width = len(part.encode(ENCODINGS[self._encoding])) // UNITS[self._encoding]
        return types.Range(start, types.Position(start.line, start.character + width))

    def part(self, range: types.Range) -> str:
        return self.text[self._offset(range.start) : self._offset(range.end)]

    def _offset(self, position: types.Position) -> int:
        lines = self.text.split("\n")
        data = lines[position.line].encode(ENCODINGS[self._encoding])[: position.character * UNITS[self._encoding]]
        return sum(len(line) + 1 for line in lines[: position.line]) + len(data.decode(ENCODINGS[self._encoding]))

    def place(self, part: str) -> dict[str, Any]:
        return {"text_document": self.identifier, "position": self.at(part)}

    def edited(self, edit: types.WorkspaceEdit | None) -> str:
        """The text after the part of an edit that is meant for this document."""
        edits: list[Any] = []
        assert edit is not None
        for change in edit.document_changes or ():
            assert isinstance(change, types.TextDocumentEdit)
            if change.text_document.uri == self.uri:
                assert change.text_document.version == self._version
                edits += change.edits
        edits += (edit.changes or {}).get(self.uri, ())
        text = self.text
        for one in sorted(edits, key=lambda one: self._offset(one.range.start), reverse=True):
            text = text[: self._offset(one.range.start)] + one.new_text + text[self._offset(one.range.end) :]
        return text

    async def diagnostics(self) -> list[types.Diagnostic]:
        """Asked for or waited for, as the editor can."""
        if _server(self._client).diagnostic_provider is not None:
            report = await self._client.text_document_diagnostic_async(types.DocumentDiagnosticParams(self.identifier))
            assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
            assert self.uri not in self._client.diagnostics, "an editor that asks is not sent any"
            return list(report.items)
        while self.uri not in self._client.diagnostics:
            await self._client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        return list(self._client.diagnostics[self.uri])

    async def action(self, title: str, part: str) -> types.WorkspaceEdit | None:
        """The edit of the code action at a part of the text whose title begins so."""
        params = types.CodeActionParams(self.identifier, self.range(part), types.CodeActionContext([]))
        found = await self._client.text_document_code_action_async(params)
        action = next(one for one in found or () if one.title.startswith(title))
        assert isinstance(action, types.CodeAction)
        if action.edit is None:
            action = await self._client.code_action_resolve_async(action)
        return action.edit


#: what the server announced to a client, by the client
_SERVERS: WeakKeyDictionary[LanguageClient, types.ServerCapabilities] = WeakKeyDictionary()


def _server(client: LanguageClient) -> types.ServerCapabilities:
    return _SERVERS[client]


def _announced(client: LanguageClient) -> types.WorkspaceEditClientCapabilities:
    workspace = client.capabilities and client.capabilities.workspace
    return (workspace and workspace.workspace_edit) or types.WorkspaceEditClientCapabilities()


def _opened(client: LanguageClient, path: Path) -> Document:
    return Document(client, path.as_uri(), path.read_text("utf-8"))


async def test_the_example_from_its_faults_to_its_stages(client: LanguageClient, example: Path) -> None:
    path = example / "Dockerfile"
    document = _opened(client, path)
    model = Model(parse(document.text), surroundings(str(path)))
    expected = {(one.rule.name, one.finding.message) for one in check(model)}
    assert {(one.code, one.message) for one in await document.diagnostics()} == expected

    edit = await document.action("Extract builder stage", "go build")
    extracted = document.edited(edit)
    assert extracted == EXTRACTED.read_text("utf-8")
    document.change(extracted)

    (target,) = await client.text_document_definition_async(types.DefinitionParams(**document.place("builder /clock")))  # type: ignore[misc]
    assert document.part(target.range) == "builder"
    references = await client.text_document_references_async(
        types.ReferenceParams(types.ReferenceContext(True), **document.place("builder /clock"))
    )
    assert [document.part(one.range) for one in references or ()] == ["builder", "builder"]
    hover = await client.text_document_hover_async(types.HoverParams(**document.place("builder /clock")))
    assert hover and "builder" in str(hover.contents)
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(document.identifier))
    assert {"builder", "app"} <= {one.name for one in symbols or ()}
    folds = await client.text_document_folding_range_async(types.FoldingRangeParams(document.identifier))
    assert len(folds or ()) >= 2

    renamed = await client.text_document_rename_async(types.RenameParams(new_name="web", **document.place("app\n")))
    assert document.edited(renamed) == extracted.replace("AS app", "AS web")
    document.change(extracted + "COPY --from=\n")
    items = await client.text_document_completion_async(types.CompletionParams(**document.place("\nCOPY --from=\n")))
    assert items is not None
    client.text_document_did_save(types.DidSaveTextDocumentParams(document.identifier))
    client.text_document_did_close(types.DidCloseTextDocumentParams(document.identifier))


async def test_renaming_a_stage_reaches_the_files_that_build_it(client: LanguageClient, example: Path) -> None:
    document = _opened(client, example / "Dockerfile")
    path = example / "compose.yaml"
    path.write_text("# 🎉\n" + path.read_text("utf-8").replace("target: app", "target: 'app' # 🎉"), "utf-8")
    renamed = await client.text_document_rename_async(types.RenameParams(new_name="web", **document.place("app\n")))
    compose = Document(client, path.as_uri(), path.read_text("utf-8"), is_open=False)
    assert compose.edited(renamed) == compose.text.replace("target: 'app'", "target: 'web'")


async def test_a_file_open_beside_is_edited_as_it_stands_in_the_editor(client: LanguageClient, example: Path) -> None:
    compose = _opened(client, example / "compose.yaml")
    compose.change("# 🎉 not saved\n" + compose.text)
    document = _opened(client, example / "Dockerfile")
    renamed = await client.text_document_rename_async(types.RenameParams(new_name="web", **document.place("app\n")))
    assert compose.edited(renamed) == compose.text.replace("target: app", "target: web")


async def test_columns_are_those_of_the_encoding_agreed_on(client: LanguageClient) -> None:
    document = Document(
        client, "untitled:Columns", "FROM golang AS build\nFROM alpine\nCOPY --chown=🎉ä --from=biuld /a /\n"
    )
    (finding,) = [one for one in await document.diagnostics() if one.code == "unknown-stage"]
    assert document.part(finding.range) == "biuld"
    assert finding.range == document.range("biuld")
    mended = document.edited(await document.action("Name stage", "biuld"))
    assert mended == document.text.replace("biuld", "build")
    document.change(mended)
    (target,) = await client.text_document_definition_async(types.DefinitionParams(**document.place("build /a")))  # type: ignore[misc]
    assert target.range == document.range("build")


async def test_edits_come_in_the_form_that_the_editor_announced(client: LanguageClient, example: Path) -> None:
    document = _opened(client, example / "Dockerfile")
    edit = await document.action("Extract builder stage", "go build")
    assert edit is not None
    announced = _announced(client)
    assert (edit.document_changes is not None, edit.changes is None) == (bool(announced.document_changes),) * 2
    confirms = announced.document_changes and announced.change_annotation_support is not None
    assert (edit.change_annotations is not None) == bool(confirms)
    for annotation in (edit.change_annotations or {}).values():
        assert annotation.needs_confirmation
        assert annotation.description


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "git:/work/Dockerfile?%7B%22ref%22%3A%22~%22%7D", "inmemory://model/1"]
)
async def test_a_document_need_not_be_a_file(client: LanguageClient, uri: str) -> None:
    document = Document(client, uri, "FROM golang AS build\nFROM alpine\nCOPY --from=biuld /a /\n")
    assert "unknown-stage" in {one.code for one in await document.diagnostics()}
    mended = document.edited(await document.action("Name stage", "biuld"))
    assert mended == document.text.replace("biuld", "build")


async def test_a_cancelled_request_leaves_the_next_one_alone(client: LanguageClient, example: Path) -> None:
    document = _opened(client, example / "Dockerfile")
    params = types.CodeActionParams(document.identifier, document.range("go build"), types.CodeActionContext([]))
    for number in range(3):
        identity = f"cancelled-{number}"
        client.protocol.send_request(types.TEXT_DOCUMENT_CODE_ACTION, params, msg_id=identity)
        client.cancel_request(types.CancelParams(identity))
    hover = await client.text_document_hover_async(types.HoverParams(**document.place("golang")))
    assert hover is not None


async def test_an_edit_changes_what_is_found(client: LanguageClient) -> None:
    document = Document(client, "untitled:Edited", "FROM golang AS build\nFROM alpine\nCOPY --from=biuld /a /\n")
    assert "unknown-stage" in {one.code for one in await document.diagnostics()}
    client.diagnostics.pop(document.uri, None)
    document.change(document.text.replace("biuld", "build"))
    assert "unknown-stage" not in {one.code for one in await document.diagnostics()}


async def test_a_range_is_replaced_as_the_editor_types(client: LanguageClient) -> None:
    document = Document(client, "untitled:Typed", "FROM golang AS build\nFROM alpine\n# 🎉 COPY --from=biuld /a /\n")
    await document.diagnostics()
    client.diagnostics.pop(document.uri, None)
    partial = types.TextDocumentContentChangePartial(document.range("# 🎉 COPY"), "COPY")
    versioned = types.VersionedTextDocumentIdentifier(1, document.uri)
    client.text_document_did_change(types.DidChangeTextDocumentParams(versioned, [partial]))
    document.text = document.text.replace("# 🎉 COPY", "COPY")
    (finding,) = [one for one in await document.diagnostics() if one.code == "unknown-stage"]
    assert document.part(finding.range) == "biuld"
