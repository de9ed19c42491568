"""What is measured, one function each; every one checks that the answers it times are right.

Each takes the command of one contestant and gives a `Sample`; the runner calls them in turn, contestant by contestant.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import documents
from questions import QUESTIONS
from wire import Json, Server

#: seconds after which a series of edits ends early: the slow would otherwise keep the quick waiting
_PATIENCE = 12.0


class WrongAnswerError(Exception):
    """An answer came, but not the right one; the message says what is wrong."""


class Sample(NamedTuple):
    """What one run of one contestant gave: values in seconds (or bytes) under the names of the table's rows."""

    values: dict[str, list[float]]


class Edit(NamedTuple):
    """A part of a line, and what takes its place."""

    line: int
    start: int
    end: int
    text: str


def start_up(command: Sequence[str]) -> Sample:
    """From the start of the process until `initialize` is answered and until a document has its diagnostics."""
    with Server(command) as server:
        answered = server.initialize()
        server.open(documents.document(50))
        published = server.diagnostics()
        return Sample(
            {
                "start → `initialize` answered": [answered - server.started],
                "start → first diagnostics": [published.at - server.started],
            }
        )


def toggling(text: str, count: int) -> list[Edit]:
    """Makes `RUN` an unknown instruction and mends it again, in turn: the diagnostics change each time."""
    line = documents.typed_line(text)
    return [Edit(line, 3, 3 + number % 2, "" if number % 2 else "X") for number in range(count)]


def typing(text: str, count: int) -> list[Edit]:
    """Types words at the end of a command."""
    line, end = documents.typed_line(text), len(documents.TYPED_INTO)
    return [Edit(line, end + number, end + number, "quickly "[number % 8]) for number in range(count)]


PATTERNS: dict[str, Callable[[str, int], list[Edit]]] = {"toggle": toggling, "typing": typing}


def keystrokes(command: Sequence[str], lines: int, pattern: str, count: int = 30, *, faulty: bool = False) -> Sample:
    """From an edit of one character until the diagnostics of the new version have arrived."""
    text = documents.document(lines, faulty=faulty)
    waited: list[float] = []
    with Server(command) as server:
        server.initialize()
        server.open(text)
        server.diagnostics()
        time.sleep(0.3)  # what a server loads behind its first diagnostics is no part of this
        until = time.monotonic() + _PATIENCE
        for number, edit in enumerate(PATTERNS[pattern](text, count)):
            sent = server.edit(*edit)
            published = server.diagnostics()
            waited.append(published.at - sent)
            if pattern == "toggle":
                _check_toggled(published.diagnostics, edit.line, expected=number % 2 == 0)
            if time.monotonic() > until:
                break
        memory = server.peak_memory()
    kind = f"keystroke, {lines:,} lines, {'faulty, ' if faulty else ''}{pattern}"
    # The first edits warm a compiler up, where there is one; they are shown to nobody.
    values = {kind: waited[2:] if len(waited) > 4 else waited}
    if pattern == "toggle" and not faulty:
        values[f"peak memory, {lines:,} lines"] = [memory] if memory else []
    return Sample(values)


def _check_toggled(diagnostics: list[Json], line: int, *, expected: bool) -> None:
    found = any(each["range"]["start"]["line"] == line and each.get("severity") == 1 for each in diagnostics)
    if found != expected:
        raise WrongAnswerError(f"line {line + 1} should have {'an' if expected else 'no'} error")


def burst(command: Sequence[str], lines: int, count: int = 30) -> Sample:
    """From the first of many edits sent at once until the diagnostics of the last have arrived."""
    text = documents.document(lines)
    waited: list[float] = []
    with Server(command) as server:
        server.initialize()
        server.open(text)
        server.diagnostics()
        time.sleep(0.3)
        for _ in range(3):
            edits = toggling(text, count)
            sent = server.edit_at_once(edits)
            published = server.diagnostics()
            waited.append(published.at - sent)
            _check_toggled(published.diagnostics, edits[-1].line, expected=False)
            if published.at - sent > 3:
                break
    return Sample({f"{count} edits at once, {lines:,} lines": waited})


def requests(command: Sequence[str], lines: int, count: int = 10, names: Sequence[str] = tuple(QUESTIONS)) -> Sample:
    """From a request until its answer: behind an edit that the server has not worked on yet, and with nothing to do.

    What a server does not announce is not asked.
    """
    text = documents.document(lines)
    values: dict[str, list[float]] = {}
    with Server(command) as server:
        server.initialize()
        server.open(text)
        server.diagnostics()
        time.sleep(0.3)
        for name in names:
            question = QUESTIONS[name]
            if not server.capabilities.get(question.provider):
                continue
            parameters = question.parameters(text)
            if name == "codeAction":
                parameters["context"]["diagnostics"] = _misspelled(server, text)
            behind, settled = f"{name} behind an edit, {lines:,} lines", f"{name}, {lines:,} lines"
            until = time.monotonic() + _PATIENCE / 2
            for edit in toggling(text, count):
                server.edit(*edit)
                for row in (behind, settled):
                    seconds, answer = server.request(question.method, parameters)
                    values.setdefault(row, []).append(seconds)
                    if not question.is_right(text, answer):
                        raise WrongAnswerError(f"{question.method} was answered wrongly")
                    if row is behind:
                        server.diagnostics()
                if time.monotonic() > until:
                    break
    return Sample(values)


def _misspelled(server: Server, text: str) -> list[Json]:
    """What the server says of the instruction while it is misspelled."""
    spoil, mend = toggling(text, 2)
    server.edit(*spoil)
    found = [each for each in server.diagnostics().diagnostics if each["range"]["start"]["line"] == spoil.line]
    server.edit(*mend)
    server.diagnostics()
    return found


def files(command: Sequence[str], paths: Sequence[Path]) -> Sample:
    """From the start of a command until it has checked files; each has to say something."""
    begun = time.perf_counter()
    done = subprocess.run([*command, *map(str, paths)], capture_output=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode not in (0, 1) or not done.stdout:
        raise WrongAnswerError(f"status {done.returncode}: {done.stderr[-300:].decode('utf-8', 'replace')}")
    return Sample({f"check {len(paths)} {'file' if len(paths) == 1 else 'files'}": [seconds]})


def files_again(command: Sequence[str], paths: Sequence[Path]) -> Sample:
    """The same for a run behind another one that has found the same."""
    row, values = next(iter((files(command, paths), files(command, paths))[1].values.items()))
    return Sample({f"{row}, again": values})
