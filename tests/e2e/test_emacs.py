"""A real Emacs with Eglot: it is sent diagnostics, counts in UTF-16, and wants the edits of actions at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTRACTED = Path(__file__).with_name("extracted.Dockerfile")
SCRIPT = Path(__file__).with_name("emacs.el")


@pytest.fixture(scope="module")
def emacs() -> str:
    found = shutil.which("emacs")
    if found is None:
        pytest.skip("no Emacs")
    ask = [found, "--batch", "--eval", "(progn (package-initialize) (require 'eglot))"]
    if subprocess.run(ask, capture_output=True, stdin=subprocess.DEVNULL).returncode:
        pytest.skip("no Eglot")
    return found


def test_emacs_extracts_a_builder_stage(emacs: str, tmp_path: Path) -> None:
    example = Path(shutil.copytree(ROOT / "docs/example", tmp_path / "example"))
    expected = EXTRACTED.read_text("utf-8")
    command = "\n".join((sys.executable, "-m", "dockls", "serve"))
    places = {"EXAMPLE": str(example), "SEEN": str(tmp_path / "seen"), "COMMAND": command, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [emacs, "--batch", "-l", str(SCRIPT)],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (tmp_path / "seen").exists(), done.stderr
    seen = json.loads((tmp_path / "seen").read_text("utf-8"))
    assert any("go mod download" in message for message in seen["messages"])
    assert "AS builder" in expected.splitlines()[seen["definition"] - 1]
    renamed = expected.replace("AS builder", "AS compile").replace("--from=builder", "--from=compile")
    assert (example / "Dockerfile").read_text("utf-8") == renamed
