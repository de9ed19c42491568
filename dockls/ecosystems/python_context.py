"""What the files of the build context tell of a Python program: its requirements, and the scripts that start it."""

import posixpath
from typing import NamedTuple

from dockls.ecosystems.programs import Running
from dockls.ecosystems.python_installs import PythonInstall, bare_name
from dockls.semantics import Stage, joined
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of, made
from dockls.syntax import Instruction


class Scripts(NamedTuple):
    """The scripts that the image or a step starts: what those call that can be read, and the paths of the others."""

    programs: tuple[str, ...]
    unread: tuple[str, ...]


def scripts_of(stage: Stage, runs: tuple[Running, ...], steps: tuple[Instruction, ...]) -> Scripts:
    """The scripts among `runs`, and those that `steps` run."""
    from dockls.shell import parse

    programs: list[str] = []
    called = [command for command in executed(stage) if command.instruction in steps]
    unread = [command.words[0] for command in called if command.words[0].startswith("./")]
    for run in runs:
        entry = None if run.path is None else made(stage, run.path)
        if run.path is None or entry is None or entry.origin not in ("context", "heredoc"):
            continue
        if run.path.endswith(".py") or (entry.path != run.path and not run.path.endswith((".sh", ".bash"))):
            continue
        text = _read(stage, run.path)
        if text is None:
            unread.append(run.path)
        else:
            programs += [command.program for command in parse(text).commands]
    return Scripts(tuple(dict.fromkeys(programs)), tuple(dict.fromkeys(unread)))


def requirements_of(stage: Stage, installs: tuple[PythonInstall, ...]) -> frozenset[str] | None:
    """What is installed, by name and by the beginning of its address; None where a file that lists it is not known."""
    words = [word for install in installs for word in install.command.words]
    if any(install.tool not in ("pip", "uv pip") for install in installs):
        return None
    for install in installs:
        lines = requirement_lines(stage, install)
        if lines is None:
            return None
        words += lines
    addresses = [word[word.find("git+") :].partition("//")[0] for word in words if "git+" in word]
    return frozenset([*[bare_name(word) for word in words], *addresses])


def requirement_lines(stage: Stage, install: PythonInstall) -> list[str] | None:
    """The lines of the requirements files of a command; None where one of them is not known."""
    found: list[str] = []
    for file in install.files:
        path = joined(install.command.directory, file)
        text = None if path is None else _read(stage, path)
        if text is None:
            return None
        found += text.split("\n")
    return found


class Pinned(NamedTuple):
    """A requirement of one version, and the number of the word of the command that says so, None where a file does."""

    name: str
    version: str
    word: int | None


def pinned_requirements(stage: Stage, install: PythonInstall) -> list[Pinned]:
    """What a command of pip installs in one version only (``==``), as far as its requirements files are known."""
    words = [(word, number) for number, word in enumerate(install.command.words)]
    lines = [(line.partition(" #")[0].partition(" --")[0], None) for line in requirement_lines(stage, install) or []]
    found: list[Pinned] = []
    for text, number in (*words, *lines):
        name, pinned, version = text.strip().partition("==")
        version = version.strip()
        # A marker may leave the requirement out.
        if pinned and version.strip(".") and not set(version) - set("0123456789."):
            found.append(Pinned(bare_name(name), version, number))
    return found


def _read(stage: Stage, path: str) -> str | None:
    """The text of a file that COPY brings to an absolute path, as far as the context is known."""
    for copy in reversed(copies_of(stage)):
        if copy.stage is not None or copy.from_image or copy.destination is None:
            continue
        for source in copy.sources:
            inside = posixpath.normpath(posixpath.join(source, posixpath.relpath(path, copy.destination)))
            named = posixpath.basename(source) == posixpath.basename(path)
            wanted = source if named and posixpath.dirname(path) in (copy.destination, "/") else inside
            if path == copy.destination:
                wanted = source
            text = None if wanted.startswith("..") else stage.context.read(posixpath.normpath(wanted.lstrip("/")))
            if text is not None:
                return text
    return None
