"""What a Markdown file cannot show: line ends, bytes that are no text, byte order marks, terminals."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from consoles import run

from dockls.cli.paint import Paint

MISSPELLED = b"FROM golang AS build\nFROM alpine\nCOPY --from=biuld /app /app\n"
MENDED = MISSPELLED.replace(b"biuld", b"build")
SELECT = ("--select", "unknown-stage")


@pytest.fixture
def dockerfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "Dockerfile"


ENDINGS = {
    "Unix": lambda data: data,
    "Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "mixed": lambda data: data.replace(b"\n", b"\r\n", 1),
    "no final newline": lambda data: data.rstrip(b"\n"),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_not_mended_keeps_its_bytes(dockerfile, ending):
    dockerfile.write_bytes(ENDINGS[ending](MISSPELLED))
    assert run("check", *SELECT, "--fix", "--unsafe").status == 0
    assert dockerfile.read_bytes() == ENDINGS[ending](MENDED)


@pytest.mark.parametrize("ending", ENDINGS)
def test_standard_output_keeps_them_too(ending):
    data = ENDINGS[ending](MISSPELLED)
    assert run("check", "-", *SELECT, "--fix", "--unsafe", stdin=data).out.encode() == ENDINGS[ending](MENDED)
    renamed = data.replace(b"AS build", b"AS compile")
    at = ("--apply", "rename-stage", "--set", "name=compile", "--at", "1:17")
    assert run("refactor", "-", *at, "--stdout", stdin=data).out.encode() == renamed
    assert run("refactor", "-", *at, "--write", stdin=data).out.encode() == renamed


@pytest.mark.skipif(shutil.which("git") is None, reason="no git")
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_diff_is_one_that_git_applies(dockerfile, ending):
    dockerfile.write_bytes(ENDINGS[ending](MISSPELLED))
    diff = run("check", *SELECT, "--diff", "--unsafe").out
    applied = subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=dockerfile.parent, capture_output=True)
    assert applied.returncode == 0, applied.stderr
    assert dockerfile.read_bytes() == ENDINGS[ending](MENDED)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"FROM alpine\n# \xff\n", "Dockerfile, line 2: not valid UTF-8"),
        (b"FROM alpine\n#\n# \0\n", "Dockerfile, line 3: a NUL character"),
        ("FROM alpine\n".encode("utf-16"), "Dockerfile is UTF-16"),
    ],
)
def test_bytes_that_are_no_text_are_told(dockerfile, data, told):
    dockerfile.write_bytes(data)
    for command in (["check"], ["refactor", "Dockerfile", "--list"], ["graph", "Dockerfile"], ["parse", "Dockerfile"]):
        done = run(*command)
        assert told in done.err
        assert "Traceback" not in done.all
        piped = [word.replace("Dockerfile", "-") for word in command]
        piped += ["-"] if command == ["check"] else []
        assert told.replace("Dockerfile", "standard input") in run(*piped, stdin=data).err


def test_bytes_that_are_no_text_are_not_overwritten(dockerfile):
    data = MISSPELLED + b"# \xff\n"
    dockerfile.write_bytes(data)
    done = run("check", *SELECT, "--fix", "--unsafe")
    assert (done.status, dockerfile.read_bytes()) == (2, data)
    assert "Dockerfile is left as it is" in done.err
    done = run("refactor", "Dockerfile", "--apply", "rename-stage", "--at", "1:17", "--set", "name=x", "--write")
    assert (done.status, dockerfile.read_bytes()) == (2, data)


def test_a_file_that_must_not_be_written_is_told(dockerfile, monkeypatch):
    dockerfile.write_bytes(MISSPELLED)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    done = run("check", *SELECT, "--fix", "--unsafe")
    assert done.status == 2
    assert "Dockerfile cannot be written" in done.err
    assert dockerfile.read_bytes() == MISSPELLED


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"\xef\xbb\xbf", b"\0", b"FROM", b"FROM a\nRUN <<EOF\n", b"\\", b"\xff" * 99]
)
def test_any_bytes_get_an_answer(data):
    for command in (
        ["check", "-"],
        ["check", "-", "--format", "json"],
        ["check", "-", "--fix", "--unsafe"],
        ["check", "-", "--diff", "--unsafe"],
        ["refactor", "-", "--list"],
        ["graph", "-"],
        ["graph", "-", "--format", "mermaid"],
        ["graph", "-", "--format", "dot"],
        ["graph", "-", "--format", "json"],
        ["cache", "-", "--changed", "x", "--build-arg", "A"],
        ["parse", "-"],
        ["parse", "-", "--format", "tree"],
    ):
        assert run(*command, stdin=data).status in (0, 1)


def test_colors_are_for_terminals(monkeypatch):
    class Terminal:
        def isatty(self) -> bool:
            return True

        def fileno(self) -> int:
            raise OSError

    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Paint(Terminal())("error", "x") == "\x1b[1;31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert Paint(Terminal())("error", "x") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert Paint(Terminal())("error", "x") == "x"


@pytest.mark.parametrize(("columns", "width"), [("80", 80), ("0", 140), ("wide", 140), ("", 140), ("99999", 140)])
def test_the_width_is_what_the_terminal_tells(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", columns)
    assert Paint().width == width


def test_cropped_lines_fit_the_terminal(monkeypatch):
    monkeypatch.setenv("DOCKLS_TEST_COLUMNS", "60")
    long = b"FROM golang AS build\nFROM alpine\nCOPY " + b"--link " * 40 + b"--from=biuld /app " + b"/x" * 99 + b"\n"
    done = run("check", "-", *SELECT, stdin=long)
    (line,) = [line for line in done.out.splitlines() if line.startswith(" 3 |")]
    underline = done.out.splitlines()[done.out.splitlines().index(line) + 1]
    assert len(line) <= 60
    assert line[underline.index("^") : underline.rindex("^") + 1] == "biuld"
