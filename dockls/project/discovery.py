"""Which files are meant by the paths a user gives, and what stands in them."""

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockls.project.gitignore import GitIgnore

_NEVER_ENTERED = frozenset((".git", "node_modules"))
_DEEPEST = 100
_NAMES = ("dockerfile", "containerfile")
_NO_SOURCES = (".dockerignore", ".containerignore", "~", ".swp", ".orig", ".rej")


class Found(NamedTuple):
    """A path to read, as it was given or below it; `problem` says what is wrong with it, as a whole sentence."""

    path: str
    problem: str | None = None


class Source(NamedTuple):
    """The text of a file, line ends and BOM as they are, and what had to be replaced in it, as whole sentences.

    `readable` is False where there is no text because the file cannot be read.
    """

    text: str
    problems: tuple[str, ...] = ()
    readable: bool = True


def is_dockerfile_name(name: str) -> bool:
    """Whether a file of this name is taken for a Dockerfile when a folder is searched."""
    lowered = name.lower()
    if lowered.endswith(_NO_SOURCES):
        return False
    return lowered.startswith(tuple(f"{one}." for one in _NAMES)) or (
        lowered in _NAMES or lowered.endswith(tuple(f".{one}" for one in _NAMES))
    )


def dockerfiles(paths: Iterable[str]) -> Iterator[Found]:
    """The files to look at: files as given, folders searched in the order of names, each file once.

    What `.gitignore` files ignore, `.git` and `node_modules` are not searched, and links to folders are not followed; a
    file that is named itself is always taken. ``-`` is passed on. A path that does not exist comes with a problem.
    """
    from pathlib import Path

    seen: set[str] = set()
    for given in paths:
        if given == "-":
            yield Found(given)
            continue
        path = Path(given)
        try:
            if path.is_dir():
                found = (Found(one) for one in _search(given))
            elif path.exists():
                found = (one for one in (Found(given),))
            else:
                found = (one for one in (Found(given, f"There is no file or folder {given}."),))
        except (OSError, ValueError) as error:
            yield Found(given, f"{given} cannot be read: {_reason(error)}.")
            continue
        for one in found:
            real = _real(one.path)
            if real not in seen:
                seen.add(real)
                yield one


def _real(path: str) -> str:
    from pathlib import Path

    try:
        return str(Path(path).resolve())
    except (OSError, ValueError, RuntimeError):
        return path


#: an ignore file and the number of characters that its folder's path has before a path below it
_Rules = tuple[tuple[GitIgnore, int], ...]


def _search(given: str) -> Iterator[str]:
    """The Dockerfiles below a folder, as paths that begin as the folder was given."""
    from pathlib import Path

    root = _real(given)
    yield from (str(Path(given) / below) for below in _walk(root, root, _rules_above(root), 0))


def _walk(folder: str, root: str, rules: _Rules, depth: int) -> Iterator[str]:
    import os

    rules = _with_own(rules, folder)
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
    except OSError:
        return
    for name, is_folder in found:
        path = posixpath.join(folder.replace("\\", "/") if os.sep == "\\" else folder, name)
        if is_folder:
            if name not in _NEVER_ENTERED and depth < _DEEPEST and not _ignored(path, True, rules):
                yield from _walk(path, root, rules, depth + 1)
        elif is_dockerfile_name(name) and not _ignored(path, False, rules) and _is_file(path):
            yield path[len(root) :].lstrip("/")


def _is_file(path: str) -> bool:
    from pathlib import Path

    return Path(path).is_file()


def _with_own(rules: _Rules, folder: str) -> _Rules:
    """The rules with those of the folder's own `.gitignore`, the strongest last."""
    from dockls.project.context import read_bounded

    text = read_bounded(posixpath.join(folder, ".gitignore"))
    return rules if text is None else (*rules, (GitIgnore(text), len(folder.rstrip("/")) + 1))


def _rules_above(root: str) -> _Rules:
    """The rules that hold in a folder by reason of the repository it lies in."""
    from pathlib import Path

    from dockls.project.context import read_bounded

    above = [Path(root), *Path(root).parents]
    repository = next((index for index, path in enumerate(above) if (path / ".git").exists()), None)
    if repository is None:
        return ()
    top = str(above[repository])
    exclude = read_bounded(posixpath.join(top, ".git/info/exclude"))
    rules: _Rules = () if exclude is None else ((GitIgnore(exclude), len(top.rstrip("/")) + 1),)
    for path in reversed(above[1 : repository + 1]):
        rules = _with_own(rules, str(path))
    return rules


def _ignored(path: str, folder: bool, rules: _Rules) -> bool:
    for ignore, start in reversed(rules):
        decision = ignore.decide(path[start:], folder)
        if decision is not None:
            return decision
    return False


def read_text(path: str) -> Source:
    """The text of a file; NUL and what is no UTF-8 become U+FFFD, and a problem names the first such line (1-based)."""
    from pathlib import Path

    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        return Source("", (f"{path} cannot be read: {_reason(error)}.",), readable=False)
    return decoded(data, path)


def decoded(data: bytes, path: str) -> Source:
    """The text of a file's bytes; see `read_text`."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
        return Source(text.replace("\0", "\ufffd"), (f"{path} is UTF-16; BuildKit reads UTF-8 only.",))
    problems: list[str] = []
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(f"{path}, line {line}: not valid UTF-8; the bad bytes are read as U+FFFD.")
        text = data.decode("utf-8", "replace")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.append(f"{path}, line {line}: a NUL character; it is read as U+FFFD.")
        text = text.replace("\0", "\ufffd")
    return Source(text, tuple(problems))


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
