"""What is announced to each editor, and that it is what the server can do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from editor_profiles import PROFILES
from lsprotocol import types
from pygls.capabilities import ServerCapabilitiesBuilder

from dockls.server.app import App
from dockls.server.capabilities import FEATURES, Client, announce


def test_every_feature_announced_has_a_handler_and_the_other_way_round():
    session = SimpleNamespace(front=SimpleNamespace(writer=None), client=Client({}), analyzer=None, documents=None)
    server = App(session).server
    manager = server.protocol.fm
    rename = types.RenameClientCapabilities(prepare_support=True)
    built = ServerCapabilitiesBuilder(
        types.ClientCapabilities(text_document=types.TextDocumentClientCapabilities(rename=rename)),
        set(manager.features),
        manager.feature_options,
        list(manager.commands),
        types.TextDocumentSyncKind.Incremental,
        None,
        types.PositionEncodingKind.Utf16,
    ).build()
    computed = server.plain(built)
    for answered_elsewhere in ("positionEncoding", "textDocumentSync", "workspace"):
        computed.pop(answered_elsewhere, None)
    if not manager.commands:
        computed.pop("executeCommandProvider", None)
    assert computed == FEATURES


def test_rename_is_announced_as_the_editor_knows_it():
    assert announce(Client({}), "1")["capabilities"]["renameProvider"] is True
    prepared = Client({"capabilities": {"textDocument": {"rename": {"prepareSupport": True}}}})
    assert announce(prepared, "1")["capabilities"]["renameProvider"] == {"prepareProvider": True}


@pytest.mark.parametrize("editor", PROFILES)
def test_each_editor_is_told_what_it_can_use(editor):
    announced = announce(Client({"capabilities": PROFILES[editor]}), "1")["capabilities"]
    assert ("diagnosticProvider" in announced) == (editor in ("neovim 0.11", "neovim 0.12", "vscode 1.100"))
    eight_bit = editor in ("helix", "neovim 0.11", "neovim 0.12")
    assert announced["positionEncoding"] == ("utf-8" if eight_bit else "utf-16")
    assert announced["textDocumentSync"]["change"] == types.TextDocumentSyncKind.Incremental


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"capabilities": None},
        {"capabilities": {"textDocument": 3, "workspace": [], "general": "x"}},
        {"capabilities": {"textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": 3}}}}},
        {"capabilities": {"textDocument": {"codeAction": {"resolveSupport": {"properties": [1, None]}}}}},
        {"workspaceFolders": [3, {"uri": 5}], "rootUri": 7},
    ],
)
def test_odd_announcements_count_as_none(odd):
    client = Client(odd)
    assert client.encoding == "utf-16"
    assert client.folders == []
    assert client.diagnostic_tags == client.action_resolve == frozenset()


def test_the_folders_of_the_workspace():
    assert Client({"rootUri": "file:///a"}).folders == ["file:///a"]
    folders = [{"uri": "file:///b", "name": "b"}, {"uri": "file:///c", "name": "c"}]
    assert Client({"rootUri": "file:///a", "workspaceFolders": folders}).folders == ["file:///b", "file:///c"]
