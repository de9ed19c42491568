"""Opens what the user named: the text with its problems told, the model in its surroundings."""

import sys
from typing import NamedTuple

from dockls.project import EMPTY_SURROUNDINGS, read_text, surroundings
from dockls.semantics import Model
from dockls.syntax import parse

STDIN = "-"


class UnreadableError(Exception):
    """A file that cannot be read; the message names it and says why."""


class Opened(NamedTuple):
    """A Dockerfile with its path as it was given."""

    path: str
    model: Model


def open_model(path: str, context: str | None = None) -> Opened:
    """Read and analyze a file, or standard input for ``-``; raises UnreadableError.

    Bytes that had to be replaced are told on standard error.
    """
    text = read(path)
    around = EMPTY_SURROUNDINGS if path == STDIN and context is None else surroundings(path, context=context)
    for problem in around.problems:
        complain(problem)
    return Opened(path, Model(parse(text), around))


def read(path: str) -> str:
    """The text of a file or of standard input; raises UnreadableError."""
    source = read_text(path)
    if not source.readable:
        raise UnreadableError(" ".join(source.problems) or f"{path} cannot be read.")
    for problem in source.problems:
        complain(problem)
    return source.text


def write(path: str, text: str) -> None:
    """Write a file's new text with its line endings as they are; raises UnreadableError if that fails."""
    from pathlib import Path

    try:
        Path(path).write_bytes(text.encode("utf-8", "surrogateescape"))
    except (OSError, UnicodeError) as error:
        raise UnreadableError(f"{path} cannot be written: {error}") from error


def complain(sentence: str) -> None:
    """Tell the user something that is not a result."""
    print(f"dockls: {sentence}", file=sys.stderr)
