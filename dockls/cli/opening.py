"""Opens what the user named: the text with its problems told, the model in its surroundings; writes it back."""

import sys
from typing import TYPE_CHECKING, NamedTuple

from dockls.cli.outcomes import STDIN
from dockls.project import EMPTY_SURROUNDINGS, Neighborhood, Source, read_text, surroundings
from dockls.semantics import Model
from dockls.syntax import parse

if TYPE_CHECKING:
    from pathlib import Path

    from dockls.project import Configuration

_STDIN_NAME = "standard input"


class UnreadableError(Exception):
    """A file that cannot be read or written; the message names it and says why."""


class Opened(NamedTuple):
    """A Dockerfile with its path as it was given.

    `exact` tells whether the text is what the file holds; where bytes had to be replaced it must not be written back.
    """

    path: str
    model: Model
    exact: bool = True


def open_model(
    path: str,
    context: str | None = None,
    neighborhood: Neighborhood | None = None,
    configuration: "Configuration | None" = None,
) -> Opened:
    """Read and analyze a file, or standard input for ``-``; raises UnreadableError.

    Bytes that had to be replaced are told on standard error. Files that share a `neighborhood` share what is read
    around them. The `configuration` says which stages and platforms are built.
    """
    source = read(path)
    around = EMPTY_SURROUNDINGS
    if path != STDIN or context is not None:
        # What is piped in counts as the Dockerfile of the folder that the command runs in.
        place = "Dockerfile" if path == STDIN else path
        around = surroundings(place, context=context, neighborhood=neighborhood)
    for problem in around.problems:
        complain(problem)
    if configuration is not None:
        around = around.with_settings(configuration)
    return Opened(path, Model(parse(source.text), around), not source.problems)


def open_configured(path: str, context: str | None) -> Opened:
    """The same with the context and the targets of the nearest settings; a `context` that is given wins."""
    from dockls.project import load_configuration

    found = load_configuration("." if path == STDIN else path)
    for problem in found.problems:
        complain(f"{near(problem.path)}: {problem.message}")
    return open_model(path, context or found.context, configuration=found)


def read(path: str) -> Source:
    """The text of a file or of standard input, its problems told; raises UnreadableError."""
    if path == STDIN:
        from dockls.project.discovery import decoded

        source = decoded(sys.stdin.buffer.read(), _STDIN_NAME)
    else:
        source = read_text(path)
    if not source.readable:
        raise UnreadableError(" ".join(source.problems) or f"{path} cannot be read.")
    for problem in source.problems:
        complain(problem)
    return source


def write(opened: Opened, text: str) -> None:
    """Write a file's new text, to standard output for ``-``, with its line endings as they are.

    Raises UnreadableError if that fails or would lose bytes that could not be read.
    """
    from pathlib import Path

    if opened.path == STDIN:
        sys.stdout.write(text)
        return
    if not opened.exact:
        raise UnreadableError(f"{opened.path} is left as it is, because bytes of it that are no text would be lost.")
    path = Path(opened.path)
    try:
        if path.read_bytes() != opened.model.tree.text.encode("utf-8"):
            raise UnreadableError(f"{opened.path} is left as it is, because it was changed meanwhile.")
        _replace(path.resolve(), text.encode("utf-8"))
    except (OSError, UnicodeError) as error:
        raise UnreadableError(f"{opened.path} cannot be written: {error}.") from error


def _replace(path: "Path", content: bytes) -> None:
    """Put a file with this content and the same mode in the place of another, which is whole until then."""
    import errno
    import os
    import shutil
    import tempfile

    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as new:
            new.write(content)
    except PermissionError:
        # A file can be written in a folder that takes no new ones.
        path.write_bytes(content)
        return
    try:
        shutil.copymode(path, new.name)
        path.parent.joinpath(new.name).replace(path)
    except OSError:
        path.parent.joinpath(new.name).unlink(missing_ok=True)
        raise


def write_beside(path: "Path", text: str) -> None:
    """Write another file than the Dockerfile; raises UnreadableError if that fails."""
    try:
        path.write_bytes(text.encode("utf-8"))
    except (OSError, UnicodeError) as error:
        raise UnreadableError(f"{path} cannot be written: {error}.") from error


def complain(sentence: str) -> None:
    """Tell the user something that is not a result."""
    print(f"dockls: {sentence}", file=sys.stderr)


def near(path: str) -> str:
    """A path as seen from the current folder, if it lies below it."""
    from pathlib import Path

    here = Path.cwd()
    return Path(path).relative_to(here).as_posix() if path and Path(path).is_relative_to(here) else path


def meant(name: str, known: list[str], otherwise: str = ".") -> str:
    """The end of a sentence about an unknown name: the nearest known one, or `otherwise`."""
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), known, 1)
    return f"; did you mean `{near[0]}`?" if near else otherwise
