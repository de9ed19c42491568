"""What the client announced, and what the server announces in return; nothing here needs another layer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from dockls.server.transport import Json
    from dockls.text import Encoding

ENCODINGS = ("utf-8", "utf-16", "utf-32")


def _at(value: Any, *path: str) -> Any:
    """The value at `path` in nested JSON objects, None where the path breaks off."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(item for item in value if isinstance(item, int)) if isinstance(value, list) else ()


class Client:
    """What the client can do, read from the parameters of `initialize`; whatever is odd there counts as absent."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        announced = params.get("capabilities")
        document = _at(announced, "textDocument")
        workspace = _at(announced, "workspace")
        #: the first encoding of the client's list that is known here (LSP 3.17: utf-16 when it has none)
        self.encoding: Encoding = _encoding(_texts(_at(announced, "general", "positionEncodings")))
        self.process = params.get("processId")
        self.options: Any = params.get("initializationOptions")
        self.folders: list[str] = _folders(params)
        self.pull_diagnostics = _at(document, "diagnostic") is not None
        self.diagnostic_refresh = bool(_at(workspace, "diagnostics", "refreshSupport"))
        self._read_diagnostics(document)
        self.document_changes = bool(_at(workspace, "workspaceEdit", "documentChanges"))
        self.creates_files = "create" in (_at(workspace, "workspaceEdit", "resourceOperations") or ())
        self.change_annotations = _at(workspace, "workspaceEdit", "changeAnnotationSupport") is not None
        self.configuration = bool(_at(workspace, "configuration"))
        self.register_configuration = bool(_at(workspace, "didChangeConfiguration", "dynamicRegistration"))
        self.register_watchers = bool(_at(workspace, "didChangeWatchedFiles", "dynamicRegistration"))
        self._read_features(document)

    def _read_diagnostics(self, document: Any) -> None:
        wherever = (_at(document, "publishDiagnostics"), _at(document, "diagnostic"))
        self.diagnostic_version = bool(_at(wherever[0], "versionSupport"))
        self.related_information = any(_at(place, "relatedInformation") for place in wherever)
        self.code_description = any(_at(place, "codeDescriptionSupport") for place in wherever)
        self.diagnostic_data = any(_at(place, "dataSupport") for place in wherever)
        self.diagnostic_tags = frozenset(
            tag for place in wherever for tag in _numbers(_at(place, "tagSupport", "valueSet"))
        )

    def _read_features(self, document: Any) -> None:
        action = _at(document, "codeAction")
        self.action_literals = _at(action, "codeActionLiteralSupport") is not None
        self.action_resolve = frozenset(_texts(_at(action, "resolveSupport", "properties")))
        self.action_disabled = bool(_at(action, "disabledSupport"))
        self.action_preferred = bool(_at(action, "isPreferredSupport"))
        self.action_data = bool(_at(action, "dataSupport"))
        self.snippets = bool(_at(document, "completion", "completionItem", "snippetSupport"))
        self.markdown_hover = "markdown" in _texts(_at(document, "hover", "contentFormat"))
        self.markdown_completion = "markdown" in _texts(
            _at(document, "completion", "completionItem", "documentationFormat")
        )
        self.prepare_rename = bool(_at(document, "rename", "prepareSupport"))
        self.nested_symbols = bool(_at(document, "documentSymbol", "hierarchicalDocumentSymbolSupport"))
        self.definition_links = bool(_at(document, "definition", "linkSupport"))
        self.line_folding_only = bool(_at(document, "foldingRange", "lineFoldingOnly"))


def _encoding(offered: tuple[str, ...]) -> Encoding:
    for encoding in offered:
        if encoding in ENCODINGS:
            return encoding  # type: ignore[return-value]
    return "utf-16"


def _folders(params: Mapping[str, Any]) -> list[str]:
    """The URIs of the workspace folders, or the one root of an older client."""
    folders = params.get("workspaceFolders")
    if isinstance(folders, list) and folders:
        return [uri for folder in folders if isinstance(uri := _at(folder, "uri"), str)]
    root = params.get("rootUri")
    return [root] if isinstance(root, str) else []


#: the kinds of code action there are; a refactoring's own kind is below one of `refactor`
QUICK_FIX = "quickfix"
REFACTOR = "refactor"
FIX_ALL = "source.fixAll.dockls"
KINDS = (QUICK_FIX, REFACTOR, "refactor.extract", "refactor.inline", "refactor.rewrite", FIX_ALL)

#: What every client is told: written out because `initialize` is answered before any handler is loaded.
#: `tests/server/test_capabilities.py` compares it with the handlers that are registered.
FEATURES: Json = {
    "definitionProvider": True,
    "referencesProvider": True,
    "documentHighlightProvider": True,
    "renameProvider": {"prepareProvider": True},
    "hoverProvider": True,
    "documentSymbolProvider": True,
    "foldingRangeProvider": True,
    "completionProvider": {"triggerCharacters": ["="]},
    "codeActionProvider": {"codeActionKinds": list(KINDS), "resolveProvider": True},
}


def announce(client: Client, version: str) -> Json:
    """The result of `initialize`."""
    capabilities: Json = {
        "positionEncoding": client.encoding,
        "textDocumentSync": {"openClose": True, "change": 2, "save": {"includeText": False}},
        "workspace": {"workspaceFolders": {"supported": True, "changeNotifications": True}},
        **FEATURES,
    }
    if not client.prepare_rename:  # its options must not be sent then (LSP 3.17, "Rename Request")
        capabilities["renameProvider"] = True
    if client.pull_diagnostics:
        capabilities["diagnosticProvider"] = {
            "identifier": "dockls",
            "interFileDependencies": False,
            "workspaceDiagnostics": False,
        }
    return {"capabilities": capabilities, "serverInfo": {"name": "dockls", "version": version}}
