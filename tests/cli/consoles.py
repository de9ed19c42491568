"""Runs command lines in this process and reads the Markdown files that show what they print.

Under a heading, a fence with a path behind its language (```` ```dockerfile Dockerfile ````) is a file; a ``console``
fence shows commands behind ``$ ``, and below each what it writes to standard output and standard error, and its exit
status if that is not 0. ``pytest --update`` writes what the commands print into the file.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from dockls.cli import main

FENCE = "```"


class Done(NamedTuple):
    """What a command left behind; `all` is both streams as they were written."""

    status: int
    out: str
    err: str
    all: str


class _Tee(io.RawIOBase):
    def __init__(self, *copies: io.BytesIO) -> None:
        self._copies = copies

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        content = bytes(data)  # type: ignore[call-overload]
        for copy in self._copies:
            copy.write(content)
        return len(content)


def run(*arguments: str, stdin: bytes = b"") -> Done:
    """Run ``dockls ARGUMENTS`` in this process; streams are read as bytes, so that line ends stay what they are."""
    both, out, err = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        patch.setattr(sys, "stdout", io.TextIOWrapper(_Tee(out, both), write_through=True))
        patch.setattr(sys, "stderr", io.TextIOWrapper(_Tee(err, both), write_through=True))
        for name in ("NO_COLOR", "FORCE_COLOR"):
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", os.environ.get("DOCKLS_TEST_COLUMNS", "100"))
        try:
            status = main(lambda address: pytest.fail("the server was started"), arguments)
        except SystemExit as end:
            status = int(end.code or 0)
    return Done(status, *[stream.getvalue().decode("utf-8") for stream in (out, err, both)])


class Command(NamedTuple):
    """A command of a console, and the lines (numbers in the file) of what it is expected to print."""

    words: list[str]
    start: int
    end: int


class Console(NamedTuple):
    """One heading of a file: its files and its commands."""

    name: str
    path: Path
    files: dict[str, str]
    commands: list[Command]


def consoles(path: Path) -> list[Console]:
    """The cases of a Markdown file."""
    found: list[Console] = []
    lines = iter(enumerate(path.read_text("utf-8").split("\n")))
    for _, line in lines:
        if line.startswith(("# ", "## ")):
            found.append(Console(line.lstrip("# "), path, {}, []))
        elif line.startswith(FENCE):
            language, _, name = line[len(FENCE) :].partition(" ")
            content = list(_until_fence(lines))
            if language == "console":
                found[-1].commands.extend(_commands(content))
            elif name:
                found[-1].files[name] = "".join(f"{text}\n" for _, text in content)
    return found


def _until_fence(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for number, line in lines:
        if line.startswith(FENCE):
            return
        yield number, line


def _commands(content: list[tuple[int, str]]) -> Iterator[Command]:
    starts = [number for number, line in content if line.startswith("$ ")]
    ends = [*starts[1:], content[-1][0] + 1]
    lines = dict(content)
    for start, end in zip(starts, ends, strict=True):
        yield Command(shlex.split(lines[start][2:], comments=True), start + 1, end)


def printed(command: Command) -> list[str]:
    """What a command prints, line by line, and its exit status if that is not 0. ``cat`` and ``|`` work as well."""
    words, data = command.words, b""
    if "|" in words:
        bar = words.index("|")
        first, words = words[:bar], words[bar + 1 :]
        data = Path(first[1]).read_bytes() if first[0] == "cat" else run(*first[1:]).out.encode()
    if words[0] == "cat":
        return Path(words[1]).read_text("utf-8").splitlines()
    assert words[0] == "dockls"
    done = run(*words[1:], stdin=data)
    # How argparse wraps the usage depends on Python's version.
    told = done.all.partition("usage: ")
    text = (told[0] + told[2][told[2].find("\ndockls") + 1 :]).replace(str(Path.cwd()), "/here")
    shown = [line.rstrip() for line in text.splitlines()]
    return [*shown, *([f"[exit status {done.status}]"] if done.status else [])]
