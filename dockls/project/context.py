"""The build context: the files that COPY, ADD and bind mounts may take from outside the image.

Paths are relative to the context's root and written with ``/``; a leading ``/`` and any ``..`` stay inside the root, as
BuildKit has it.
"""

import posixpath
from collections.abc import Mapping
from typing import Literal

from dockls.project.ignore import NOT_IGNORED, Decision, IgnoreFile
from dockls.project.probing import probed
from dockls.project.wildcards import BadPatternError, go_match

Kind = Literal["file", "directory"]

_READ_LIMIT = 1 << 20
_LISTING_LIMIT = 20_000
_RESULT_LIMIT = 10_000
_SPECIAL = frozenset("*?[\\")
#: the bits of a mode that let somebody execute a file
_ANYBODY = 0o111


def cleaned(path: str) -> str:
    """The path inside the context that `path` means; the root itself is the empty string."""
    return posixpath.normpath("/" + path).lstrip("/")


class BuildContext:
    """What all contexts can be asked; this one knows nothing, and says so with None."""

    __slots__ = ("_ignore", "_ignore_read", "certain", "dockerfile")

    #: whether there is a context to look into at all
    known: bool = False

    def __init__(self, dockerfile: str = "Dockerfile", certain: bool = False) -> None:
        #: the Dockerfile's path: relative to the context where it lies inside, else absolute
        self.dockerfile = dockerfile
        #: whether a file or a setting says that this is the context; else it is the folder that looks like it
        self.certain = certain
        self._ignore: IgnoreFile | None = None
        self._ignore_read = False

    def listing(self, directory: str) -> Mapping[str, Kind | None] | None:
        """The names in a cleaned directory, with their kinds (None: a link to nowhere); None if it is none."""
        return None

    def read(self, path: str) -> str | None:
        """The text of a file, at most its first 1 MiB, bad UTF-8 replaced; None if it cannot be read."""
        return None

    def executable(self, path: str) -> bool | None:
        """Whether anybody may execute a file; None if it is none, or the context cannot tell."""
        return None

    @property
    def ignore_file(self) -> IgnoreFile | None:
        """The ignore file in force: the Dockerfile's own, else the context's; None if there is none."""
        if not self._ignore_read:
            self._ignore_read = True
            self._ignore = self._read_ignore_file()
        return self._ignore

    def _read_ignore_file(self) -> IgnoreFile | None:
        for path in (self.dockerfile + ".dockerignore", ".dockerignore"):
            text = self.read(path)
            if text is not None:
                return IgnoreFile.parse(text, path)
        return None

    def ignored(self, path: str) -> Decision:
        """Whether the ignore file keeps `path` out, and which line says so."""
        ignore = self.ignore_file
        return NOT_IGNORED if ignore is None else ignore.decide(path)

    def kind(self, path: str) -> Kind | None:
        """Whether `path` is a file or a directory; None if it is neither, or the context is unknown."""
        path = cleaned(path)
        if not path:
            return "directory" if self.known else None
        parent, name = posixpath.split(path)
        return (self.listing(parent) or {}).get(name)

    def exists(self, path: str) -> bool | None:
        """Whether `path` is there, ignored or not; None if that cannot be known."""
        return self.kind(path) is not None if self.known else None

    def glob(self, pattern: str) -> tuple[str, ...]:
        """The paths that match by the rules of Go's `filepath.Match`, sorted, ignored ones too."""
        found = [""]
        for segment in cleaned(pattern).split("/") if cleaned(pattern) else ():
            found = self._step(found, segment)
        return tuple(path for path in sorted(found) if path)

    def _step(self, directories: list[str], segment: str) -> list[str]:
        """The paths one segment further down from the directories."""
        if not _SPECIAL.intersection(segment):
            paths = (posixpath.join(directory, segment) for directory in directories)
            return [path for path in paths if self.kind(path)]
        try:
            pattern = go_match(segment)
        except BadPatternError:
            return []
        found: list[str] = []
        for directory in directories:
            listing = self.listing(directory) or {}
            found += (
                posixpath.join(directory, name) for name, kind in listing.items() if kind and pattern.matches(name)
            )
            if len(found) > _RESULT_LIMIT:
                break
        return found[:_RESULT_LIMIT]

    def entries(self, directory: str = "") -> tuple[str, ...]:
        """The names in a directory, sorted, those of directories with a ``/`` behind; ignored ones too."""
        listing = self.listing(cleaned(directory)) or {}
        return tuple(sorted(name + ("/" if kind == "directory" else "") for name, kind in listing.items() if kind))

    def files(self, directory: str = "", limit: int = 5000) -> tuple[str, ...]:
        """The files below a directory that the build would see, at most `limit` of them, folder by folder."""
        found: list[str] = []
        waiting = [cleaned(directory)]
        while waiting and len(found) < limit:
            folder = waiting.pop()
            below: list[str] = []
            for name, kind in sorted((self.listing(folder) or {}).items()):
                path = posixpath.join(folder, name)
                ignored = self.ignored(path).ignored
                if kind == "file" and not ignored:
                    found.append(path)
                elif kind == "directory" and self._worth_entering(path, ignored):
                    below.append(path)
            waiting += reversed(below)
        return tuple(found[:limit])

    def _worth_entering(self, path: str, ignored: bool) -> bool:
        return not ignored or (self.ignore_file is not None and self.ignore_file.may_let_in_below(path))


#: the context of a Dockerfile of which nothing but its text is known
UNKNOWN_CONTEXT = BuildContext()


class FileMapContext(BuildContext):
    """A context given as paths and texts, with the modes of some: for tests and the examples in manuals."""

    __slots__ = ("_listings", "_modes", "_texts")

    known = True

    def __init__(
        self,
        files: Mapping[str, str],
        dockerfile: str = "Dockerfile",
        modes: Mapping[str, int] | None = None,
        certain: bool = False,
    ) -> None:
        super().__init__(dockerfile, certain)
        self._modes = {cleaned(path): mode for path, mode in (modes or {}).items()}
        self._texts = {cleaned(path): text for path, text in files.items()}
        self._listings: dict[str, dict[str, Kind | None]] = {"": {}}
        for path, text in self._texts.items():
            kind: Kind = "directory" if path + "/" in files and not text else "file"
            if kind == "directory":
                self._listings.setdefault(path, {})
            while path:
                parent, name = posixpath.split(path)
                self._listings.setdefault(parent, {}).setdefault(name, kind)
                path, kind = parent, "directory"

    def listing(self, directory: str) -> Mapping[str, Kind | None] | None:
        """The names in a directory; an empty one is given as ``{"name/": ""}``."""
        return self._listings.get(directory)

    def read(self, path: str) -> str | None:
        """The text of a file as given."""
        path = cleaned(path)
        return self._texts.get(path) if self.kind(path) == "file" else None

    def executable(self, path: str) -> bool | None:
        """What the mode of a file says, if one is given."""
        mode = self._modes.get(cleaned(path))
        return None if mode is None else bool(mode & _ANYBODY)


class DirectoryContext(BuildContext):
    """A context on the disk; folders are listed once, and links are followed inside the root only."""

    __slots__ = ("_listings", "_root", "root")

    known = True

    def __init__(self, root: str, dockerfile: str | None = None, certain: bool = False) -> None:
        from pathlib import Path

        #: the absolute path of the context, links resolved
        self.root = str(Path(root).resolve())
        self._root = Path(self.root)
        self._listings: dict[str, Mapping[str, Kind | None] | None] = {}
        given = Path(dockerfile) if dockerfile else self._root / "Dockerfile"
        given = given if given.is_absolute() else self._root / given
        inside = given.is_relative_to(self._root)
        super().__init__(given.relative_to(self._root).as_posix() if inside else given.as_posix(), certain)

    def listing(self, directory: str) -> Mapping[str, Kind | None] | None:
        """The names in a directory (at most 20 000 of them)."""
        if directory not in self._listings:
            self._listings[directory] = self._list(directory)
        return self._listings[directory]

    def _list(self, directory: str) -> Mapping[str, Kind | None] | None:
        import os

        path = self._inside(directory)
        if path is None:
            return None
        found: dict[str, Kind | None] = {}
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    found[entry.name] = self._entry_kind(entry, posixpath.join(directory, entry.name))
                    if len(found) >= _LISTING_LIMIT:
                        break
        except (OSError, ValueError):
            return None
        return found

    def _entry_kind(self, entry: "os.DirEntry[str]", path: str) -> Kind | None:
        try:
            if entry.is_symlink() and self._inside(path) is None:
                return None
            return "directory" if entry.is_dir() else "file"
        except OSError:
            return None

    def _inside(self, path: str) -> str | None:
        """The real absolute path of a cleaned path; None if it does not exist or a link leads out of the root."""
        try:
            real = (self._root / path).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):
            return None
        return str(real) if real.is_relative_to(self._root) else None

    def exists(self, path: str) -> bool | None:
        """Whether `path` is there; None for one behind a link out of the root, or past the end of a huge folder."""
        path = cleaned(path)
        if self.kind(path) is not None:
            return True
        parent, name = posixpath.split(path)
        listing = self.listing(parent)
        if listing is None:
            return None if self._link_on_the_way(parent) else False
        return None if name in listing or len(listing) >= _LISTING_LIMIT else False

    def _link_on_the_way(self, path: str) -> bool:
        while path:
            try:
                probed(str(self._root / path))
                if (self._root / path).is_symlink():
                    return True
            except (OSError, ValueError):
                return False
            path = posixpath.dirname(path)
        return False

    def read(self, path: str) -> str | None:
        """The text of a file inside the root."""
        path = cleaned(path)
        real = self._inside(path) if self.kind(path) == "file" else None
        return None if real is None else read_bounded(real)

    def executable(self, path: str) -> bool | None:
        """What the mode of a file inside the root says; None on Windows, from where Docker sends all as executable."""
        import os
        from pathlib import Path

        path = cleaned(path)
        real = self._inside(path) if os.name != "nt" and self.kind(path) == "file" else None
        try:
            return None if real is None else bool(Path(probed(real)).stat().st_mode & _ANYBODY)
        except OSError:
            return None

    def _read_ignore_file(self) -> IgnoreFile | None:
        own = self._root / (self.dockerfile + ".dockerignore")
        for path in (own, self._root / ".dockerignore"):
            text = read_bounded(str(path))
            if text is not None:
                return IgnoreFile.parse(text, str(path))
        return None


def read_bounded(path: str) -> str | None:
    """The first 1 MiB of a regular file, bad UTF-8 replaced, line ends and BOM kept; None if it cannot be read."""
    from pathlib import Path

    try:
        file = Path(probed(path))
        if not file.is_file():  # a pipe or a device could block for ever
            return None
        with file.open("rb") as stream:
            return stream.read(_READ_LIMIT).decode("utf-8", "replace")
    except (OSError, ValueError):
        return None


TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
