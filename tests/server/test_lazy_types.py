"""The types of LSP are the same whether attrs completed their classes at import or on first use."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from lsp_client import ROOT

DESCRIBE = """
import sys
from dockls.server.lazy_types import load_types
if sys.argv[1] == "lazy":
    assert load_types()
import attrs
from lsprotocol import types
from lsprotocol.converters import get_converter
assert attrs.define.__module__.startswith("attr"), attrs.define

converter = get_converter()
initialize = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None,
    "capabilities": {"general": {"positionEncodings": ["utf-8"]},
                     "textDocument": {"hover": {"contentFormat": ["markdown"]}}}}}
edit = {"documentChanges": [{"textDocument": {"uri": "x", "version": None}, "edits": [
    {"range": {"start": {"line": 0, "character": 1}, "end": {"line": 2, "character": 3}},
     "newText": "", "annotationId": "a"}]},
    {"kind": "rename", "oldUri": "a", "newUri": "b"}]}
for data, kind in ((initialize, types.InitializeRequest), (edit, types.WorkspaceEdit)):
    value = converter.structure(data, kind)
    print(value)
    print(converter.unstructure(value))
first, second = types.Position(0, 5), types.Position(1, 0)
print(first < second, first == types.Position(0, 5), first >= second, repr(first), types.Position.__hash__)
for wrong in (lambda: types.Position(-1, 0), lambda: types.Position("x", 0), lambda: types.Range(first)):
    try:
        print(wrong())
    except Exception as error:
        print(type(error), error)
try:
    first.line = -1
except ValueError as error:
    print(error)
for name, kind in types.ALL_TYPES_MAP.items():
    if isinstance(kind, type) and attrs.has(kind):
        print(name, [(f.name, f.default, f.validator, str(f.type), f.init, f.kw_only) for f in attrs.fields(kind)])
"""


def described(how: str) -> list[str]:
    result = subprocess.run(
        [sys.executable, "-c", DESCRIBE, how],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return re.sub(" at 0x[0-9a-f]+", "", result.stdout).splitlines()


def test_completed_on_first_use_the_types_are_the_same():
    plain, lazy = described("plain"), described("lazy")
    assert len(plain) > 500
    assert lazy == plain


def test_another_version_is_imported_plainly(monkeypatch):
    from dockls.server import lazy_types

    monkeypatch.setattr(lazy_types, "_VERSION", "1900.0.0")
    monkeypatch.delitem(sys.modules, "lsprotocol.types", raising=False)
    assert not lazy_types.load_types()
    assert "lsprotocol.types" not in sys.modules
