"""How a mended file is written: whole or not at all, with its mode, and never over somebody else's change."""

import os
from pathlib import Path

import pytest

from dockls.cli import main
from dockls.cli.opening import UnreadableError, open_model, write

WRONG, RIGHT = "FROM node:24\nENV A 1\n", "FROM node:24\nENV A=1\n"


def fix(path: Path) -> int:
    return main(lambda address: 0, ["check", "--fix", str(path)])


def test_mode_and_neighbors_stay(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(WRONG, "utf-8")
    path.chmod(0o640)
    assert fix(path) == 0
    assert path.read_text("utf-8") == RIGHT
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["Dockerfile"]  # noqa: PTH208


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "real", tmp_path / "Dockerfile"
    target.write_text(WRONG, "utf-8")
    link.symlink_to(target)
    assert fix(link) == 0
    assert link.is_symlink()
    assert target.read_text("utf-8") == RIGHT


def test_what_is_right_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(RIGHT, "utf-8")
    before = path.stat().st_ino
    assert fix(path) == 0
    assert path.stat().st_ino == before


def test_a_change_in_between_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(WRONG, "utf-8")
    opened = open_model(str(path))
    path.write_text("FROM scratch\n", "utf-8")
    with pytest.raises(UnreadableError, match="changed meanwhile"):
        write(opened, RIGHT)
    assert path.read_text("utf-8") == "FROM scratch\n"


def test_bom_and_line_ends_stay(tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_bytes(b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode())
    assert fix(path) == 0
    assert path.read_bytes() == b"\xef\xbb\xbf" + RIGHT.replace("\n", "\r\n").encode()
