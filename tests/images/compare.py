"""Judges whether the image after a refactoring keeps the promise of its grade (docs/architecture.md, "Grades").

`preserving`: the same files and configuration. `equivalent`: what the new image adds to its base was in the old one,
unchanged, and the configuration is the same but for what the plan declares. All grades: the program runs the same.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from dockls.cli.images import FIELDS
from images.builder import Ran
from images.snapshot import Entry, Image

NOTHING = Image({}, {})
#: what an empty field means
#: what BuildKit sets where the base sets no PATH (util/system/path.go)
_DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEFAULTS = {"WorkingDir": "/", "User": "0"}


class Allowed(NamedTuple):
    """What may differ in an equivalent image.

    `declared` are the plan's changes, `left_behind` variables that only the build used, `moved` folders of the new
    image by their place in the old one, `prepared` patterns of paths that the new image makes for itself, `relinked`
    programs that may differ in content, because the plan links them in another way.
    """

    declared: frozenset[str] = frozenset()
    left_behind: tuple[str, ...] = ()
    moved: Mapping[str, str] = {}
    prepared: tuple[str, ...] = ()
    relinked: tuple[str, ...] = ()


_NOTHING_ALLOWED = Allowed()


def same_image(before: Image, after: Image) -> list[str]:
    """How two images differ: nothing for `preserving`."""
    found = []
    for path in sorted({*before.files, *after.files}):
        old, new = before.files.get(path), after.files.get(path)
        if old != new:
            found.append(_difference(path, old, new))
    return [*found, *_configuration(before, after, NOTHING, NOTHING, _NOTHING_ALLOWED)]


def equivalent_image(
    before: Image, after: Image, base_before: Image, base_after: Image, allowed: Allowed = _NOTHING_ALLOWED
) -> list[str]:
    """Where an image holds what the old one did not, or promises something else; the bases are those of FROM."""
    found = []
    for path, new in added(after, base_after).items():
        if not any(fnmatchcase(path, pattern) for pattern in allowed.prepared):
            old = before.files.get(_old_place(path, allowed.moved))
            if old is not None and path in allowed.relinked:
                old = old._replace(content=new.content)
            if old != new:
                found.append(_difference(path, old, new))
    return [*found, *_configuration(before, after, base_before, base_after, allowed)]


def same_run(before: Ran, after: Ran) -> list[str]:
    """How two runs differ, and whether the first one worked at all."""
    found = []
    if before.status != 0 or not before.output:
        found.append(f"the program of the old image fails with {before.status}: {before.output}")
    if before.status != after.status:
        found.append(f"exit status: {before.status} -> {after.status}")
    if before.output != after.output:
        found.append(f"output: {before.output!r} -> {after.output!r}")
    return found


def added(image: Image, base: Image) -> dict[str, Entry]:
    """What an image's Dockerfile made on top of its base, by path in order."""
    return {path: entry for path, entry in sorted(image.files.items()) if base.files.get(path) != entry}


def _old_place(path: str, moved: Mapping[str, str]) -> str:
    for new, old in moved.items():
        if path == new or path.startswith(new + "/"):
            return old + path[len(new) :]
    return path


def _difference(path: str, old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        return f"{path}: {'lost' if new is None else 'added'}"
    parts = [
        f"{name} {was} -> {now}"
        for name, was, now in zip(Entry._fields, _shown(old), _shown(new), strict=True)
        if was != now
    ]
    return f"{path}: {', '.join(parts)}"


def _shown(entry: Entry) -> tuple[str, ...]:
    return entry.kind, oct(entry.mode), str(entry.user), str(entry.group), entry.content[:12]


def _configuration(
    before: Image, after: Image, base_before: Image, base_after: Image, allowed: Allowed
) -> Iterator[str]:
    for field, name in FIELDS.items():
        if name in allowed.declared:
            continue
        if field == "Env":
            old = _environment(before, base_before, allowed.left_behind)
            new = _environment(after, base_after, allowed.left_behind)
        else:
            old, new = _field(before, field), _field(after, field)
        if old != new:
            yield f"{field}: {old} -> {new}"


def _environment(image: Image, base: Image, left_behind: tuple[str, ...]) -> Any:
    """The variables that are not the base's; in order where they are compared as they stand."""
    inherited = base.configuration.get("Env", [])
    own = [one for one in image.configuration.get("Env", []) if one not in inherited]
    if base is NOTHING:
        own = [one for one in own if one != _DEFAULT_PATH]
    own = [one for one in own if one.partition("=")[0] not in left_behind]
    return own if base is NOTHING else sorted(own)


def _field(image: Image, field: str) -> Any:
    value = image.configuration.get(field, _DEFAULTS.get(field))
    return "0" if field == "User" and value == "root" else value
