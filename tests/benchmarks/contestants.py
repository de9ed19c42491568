"""Who is measured: dockls from an installed wheel, and the other tools as far as they are found."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).parents[2]

#: the version printed beside the results; `docker-langserver` cannot be asked
_VERSION_OPTION = {"dockls": "--version", "tally": "--version", "hadolint": "--version"}


class Contestant(NamedTuple):
    """A tool: how its language server is started, and how it checks the files named behind; None: it cannot.

    `check` works everything out; `again` may take over what an earlier run has found.
    """

    name: str
    version: str
    serve: tuple[str, ...] | None
    check: tuple[str, ...] | None
    again: tuple[str, ...] | None = None


def dockls(command: str | None = None) -> Contestant:
    """The product; `command` is one that is installed already."""
    program = command or str(_installed() / ("Scripts" if os.name == "nt" else "bin") / "dockls")
    return Contestant("dockls", _version(program, "dockls"), (program, "serve"), *_checking(program))


def _checking(*program: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (*program, "check", "--no-cache"), (*program, "check")


def from_source() -> Contestant:
    """The product as it stands in the checkout: right for a test, but too slow to start for a comparison."""
    program = (sys.executable, "-m", "dockls")
    return Contestant("dockls", "", (*program, "serve"), *_checking(*program))


def others(folders: Sequence[str]) -> tuple[list[Contestant], list[str]]:
    """The tools found in `folders`, beside this interpreter and on the path, and the names of those not found."""
    path = os.pathsep.join([*folders, str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    known: dict[str, tuple[str, tuple[str, ...] | None, tuple[str, ...] | None]] = {
        "docker-langserver": ("docker-langserver", ("--stdio",), None),
        # its slow checks ask registries on the network
        "tally": ("tally", ("lsp", "--stdio"), ("lint", "--slow-checks", "off")),
        "hadolint": ("hadolint", None, ("--no-color",)),
    }
    found, absent = [], []
    for name, (program, serve, check) in known.items():
        place = shutil.which(program, path=path)
        if place is None:
            absent.append(name)
        else:
            version = _version(place, name)
            found.append(
                Contestant(name, version, serve and (place, *serve), None if check is None else (place, *check))
            )
    return found, absent


def _version(program: str, name: str) -> str:
    if name not in _VERSION_OPTION:
        manifest = Path(program).resolve().parents[1] / "package.json"
        if not manifest.is_file():
            return ""
        import json

        return str(json.loads(manifest.read_text("utf-8")).get("version", ""))
    said = subprocess.run([program, _VERSION_OPTION[name]], capture_output=True, text=True, check=False).stdout
    return next((word for word in said.split() if word[0].isdigit()), "")


def _installed() -> Path:
    """A virtual environment that holds a wheel of the checkout with its modules compiled."""
    folder = Path(tempfile.gettempdir()) / "dockls-benchmarks"
    if not (folder / "pyvenv.cfg").is_file():
        venv.create(folder)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--compile"]
    subprocess.run([*install, str(CHECKOUT)], check=True)
    # The version does not change with every edit, so pip must be told that the files did.
    subprocess.run([*install, "--no-deps", "--force-reinstall", str(CHECKOUT)], check=True)
    return folder
