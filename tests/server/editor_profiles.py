"""What real editors announce, as far as it decides what the server sends them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_DIAGNOSTICS = {"relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}, "versionSupport": True}


def _action(*resolved: str, disabled: bool = False, preferred: bool = True, data: bool = True) -> Json:
    action: Json = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}, "dataSupport": data}
    if resolved:
        action["resolveSupport"] = {"properties": list(resolved)}
    return action | {"disabledSupport": disabled, "isPreferredSupport": preferred}


PROFILES: dict[str, Json] = {
    "ale": {"textDocument": {"publishDiagnostics": {"relatedInformation": True}, "codeAction": _action(data=False)}},
    "emacs 28": {
        "workspace": {"configuration": True, "workspaceEdit": {"documentChanges": True}},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": False, "tagSupport": {"valueSet": [1, 2]}},
            "codeAction": _action(data=False),
        },
    },
    "helix": {
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "workspace": {"configuration": True, "workspaceEdit": {"documentChanges": True}},
        "textDocument": {
            "publishDiagnostics": {"versionSupport": True, "tagSupport": {"valueSet": [1, 2]}},
            "codeAction": _action("edit", "command", disabled=True),
        },
    },
    "kate": {"textDocument": {"publishDiagnostics": {"relatedInformation": True}, "codeAction": _action(data=False)}},
    "neovim 0.7": {
        "textDocument": {"publishDiagnostics": _DIAGNOSTICS, "codeAction": _action("edit", preferred=False)},
    },
    "neovim 0.11": {
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "workspace": {"configuration": True},
        "textDocument": {
            "diagnostic": {"dynamicRegistration": False},
            "publishDiagnostics": {**_DIAGNOSTICS, "dataSupport": True},
            "codeAction": _action("edit", "command"),
        },
    },
    "neovim 0.12": {
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "workspace": {"configuration": True, "workspaceEdit": {"changeAnnotationSupport": {}}},
        "textDocument": {
            "diagnostic": {},
            "publishDiagnostics": {**_DIAGNOSTICS, "dataSupport": True},
            "codeAction": _action("edit", "command", disabled=True),
        },
    },
    "vscode 1.100": {
        "general": {"positionEncodings": ["utf-16"]},
        "workspace": {
            "configuration": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "diagnostics": {"refreshSupport": True},
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
        "textDocument": {
            "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": False},
            "publishDiagnostics": {**_DIAGNOSTICS, "codeDescriptionSupport": True, "dataSupport": True},
            "codeAction": _action("edit", "command", disabled=True),
        },
    },
}
