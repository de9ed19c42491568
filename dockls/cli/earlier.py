"""The outcomes of an earlier run, taken over where nothing that they depend on has changed.

An outcome depends on the Dockerfile, the settings, this program, and on what lies around: ignore files, manifests,
Compose files. While files are examined every path that the process opens, lists or asks for is noted, be it there or
not; at the next run the content of these files and the names in these folders must be the same, else all outcomes are
worked out anew. Where something was changed during the run nothing is kept of it.
"""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from dockls import __version__
from dockls.cli.outcomes import STDIN, Outcome
from dockls.project import Found
from dockls.project.probing import EVENT

if TYPE_CHECKING:
    from dockls.cli.paint import Paint

#: fewer files are checked faster than their outcomes are looked for
_FEWEST = 20
#: so many runs are kept, the oldest goes first
_MOST_KEPT = 20
_OPTIONS = ("select", "ignore", "fail_on", "format", "config", "context", "paths", "baseline")


def earlier_run(options: Namespace, paint: "Paint", files: Sequence[Found]) -> "EarlierRun | None":
    """The earlier run with the same options; None where outcomes are not to be kept."""
    writes = options.write_baseline or options.fix or options.diff
    unsuited = writes or options.no_cache or STDIN in options.paths or len(files) < _FEWEST
    if unsuited or any(found.problem is not None for found in files):
        return None
    folder = _cache_folder()
    if folder is None:
        return None
    asked = [getattr(options, name) for name in _OPTIONS]
    key = repr((__version__, sys.version, _program(), os.getcwd(), asked, paint.enabled, paint.width))  # noqa: PTH109
    return EarlierRun(os.path.join(folder, sha256(key.encode()).hexdigest()[:32] + ".json"), files)  # noqa: PTH118


class EarlierRun:
    """What is kept of a run, in one file."""

    def __init__(self, path: str, files: Sequence[Found]) -> None:
        self._path = path
        self._files = [found.path for found in files]
        self._begun = time.time_ns()
        self._digests = {path: digest(path) for path in self._files}
        self._around: dict[str, str] = {}

    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes that still hold, by path."""
        kept = self._read()
        around, files = kept.get("around"), kept.get("files")
        if not isinstance(around, dict) or not isinstance(files, dict):
            return {}
        if any(digest(path) != known for path, known in around.items()):
            return {}
        self._around = around
        found: dict[str, Outcome] = {}
        for path in self._files:
            outcome = _outcome(files.get(path), self._digests[path])
            if outcome is not None:
                found[path] = outcome
        return found

    def keep(self, outcomes: Iterable[Outcome], seen: set[str]) -> None:
        """Write the outcomes of this run; what cannot be written, or has changed meanwhile, is not kept."""
        import json
        import tempfile

        own = {os.path.abspath(path) for path in self._files}  # noqa: PTH100
        paths = {os.path.abspath(path) for path in seen} - own  # noqa: PTH100
        noted = sorted(path for path in paths if not _is_of_program(path))
        if any(_changed_since(path, self._begun) for path in noted):
            return
        if any(digest(path) != known for path, known in self._digests.items()):
            return
        around = self._around | {path: digest(path) for path in noted}
        files = {one.path: (self._digests[one.path], one) for one in outcomes if one.is_plain}
        folder = os.path.dirname(self._path)  # noqa: PTH120
        part: str | None = None
        try:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
                part = file.name
                json.dump({"around": around, "files": files}, file)
            os.replace(part, self._path)  # noqa: PTH105
            _forget_oldest(folder)
        except (OSError, ValueError):
            if part is not None and os.path.exists(part):  # noqa: PTH110
                os.remove(part)  # noqa: PTH107

    def _read(self) -> dict[str, Any]:
        import json

        try:
            with open(self._path, encoding="utf-8") as file:
                kept = json.load(file)
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}


_EVENTS = frozenset(("open", "os.listdir", "os.scandir", EVENT))


class Watch:
    """Notes the paths that this process opens or lists from now on (docs.python.org/3/library/audit_events.html)."""

    def __init__(self) -> None:
        paths: set[str] = set()
        self._paths = paths

        def note(event: str, arguments: tuple[Any, ...]) -> None:
            if event in _EVENTS and arguments and isinstance(arguments[0], str):
                paths.add(arguments[0])

        sys.addaudithook(note)

    def seen(self) -> set[str]:
        """The paths so far."""
        return set(self._paths)


def _outcome(kept: object, digest: str) -> Outcome | None:
    """The outcome that was kept of a file with this digest; None if there is none."""
    if not isinstance(kept, list) or len(kept) != len(("digest", "outcome")) or kept[0] != digest:
        return None
    fields = kept[1]
    return Outcome(*fields) if isinstance(fields, list) and len(fields) == len(Outcome._fields) else None


def _changed_since(path: str, begun: int) -> bool:
    """Whether a file or the names in a folder were changed after that time, in nanoseconds."""
    try:
        return os.stat(path).st_mtime_ns >= begun  # noqa: PTH116
    except (OSError, ValueError):
        return False


def digest(path: str) -> str:
    """What a file holds and whether it may be executed, or which names a folder has; empty where there is nothing.

    Of a repository's own folder it only counts that it is there: every commit changes what is in it.
    """
    if path.endswith("/.git"):
        return str(os.path.exists(path))  # noqa: PTH110
    try:
        with open(path, "rb") as file:
            executable = os.fstat(file.fileno()).st_mode & 0o111
            return sha256(file.read()).hexdigest()[:32] + ("x" if executable else "")
    except IsADirectoryError:
        pass
    except (OSError, ValueError):
        return _names(path) if os.name == "nt" else ""
    return _names(path)


def _names(folder: str) -> str:
    try:
        with os.scandir(folder) as entries:
            names = sorted(f"{entry.name}/{entry.is_dir()}" for entry in entries)
    except (OSError, ValueError):
        return ""
    return sha256("\n".join(names).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _program() -> str:
    """Tells one state of this program from another: names, sizes and times of its files."""
    states: list[str] = []
    waiting = [os.path.dirname(os.path.dirname(__file__))]  # noqa: PTH120
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting += [entry.path] if entry.name != "__pycache__" else []
                else:
                    state = entry.stat()
                    states.append(f"{entry.name} {state.st_size} {state.st_mtime_ns}")
    return sha256("\n".join(sorted(states)).encode()).hexdigest()


def _is_of_program(path: str) -> bool:
    """Whether a path belongs to Python's libraries or to this program, which the key tells of."""
    return path.startswith(_program_folders())


@cache
def _program_folders() -> tuple[str, ...]:
    import sysconfig

    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    libraries = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple([folder.rstrip(os.sep) + os.sep for folder in (package, *libraries)])


def _cache_folder() -> str | None:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return os.path.join(base, "dockls", "checks") if os.path.isabs(base) else None  # noqa: PTH117, PTH118


def _forget_oldest(folder: str) -> None:
    with os.scandir(folder) as entries:
        kept = sorted((entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.endswith(".json"))
    for _, path in kept[:-_MOST_KEPT]:
        os.remove(path)  # noqa: PTH107
