"""What an image is: its files as a container would find them, and its configuration."""

import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One path: `kind` is ``file``, ``folder``, ``link`` or ``device``; `content` a digest, a target, a number."""

    kind: str
    mode: int
    user: int
    group: int
    content: str


class Image(NamedTuple):
    """The files by absolute path, whiteouts merged; the configuration with empty values left out."""

    files: Mapping[str, Entry]
    configuration: Mapping[str, Any]


class _Change(NamedTuple):
    """What a layer does at a path: ``set``, ``same as`` another path, ``remove`` it or only what is ``below``."""

    what: str
    path: str
    entry: Entry | None = None
    target: str = ""


def image_of(saved: bytes) -> Image:
    """The image in what `docker save` writes."""
    with tarfile.open(fileobj=io.BytesIO(saved)) as archive:

        def read(name: str) -> bytes:
            found = archive.extractfile(name)
            assert found is not None, name
            return found.read()

        manifest = json.loads(read("manifest.json"))[0]
        described = json.loads(read(manifest["Config"]))
        files: dict[str, Entry] = {}
        for name in manifest["Layers"]:
            _apply(files, _changes(read(name)))
    kept = {key: value for key, value in (described.get("config") or {}).items() if value not in (None, [], {}, "")}
    return Image(files, kept)


@lru_cache(maxsize=256)
def _changes(layer: bytes) -> tuple[_Change, ...]:
    """What one layer does; remembered, as nearly all images share their bases."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        for member in archive:
            path = posixpath.normpath("/" + member.name)
            folder, name = posixpath.split(path)
            if name == ".wh..wh..opq":
                found.append(_Change("below", folder))
            elif name.startswith(".wh."):
                found.append(_Change("remove", posixpath.join(folder, name.removeprefix(".wh."))))
            elif member.islnk():
                found.append(_Change("same as", path, target=posixpath.normpath("/" + member.linkname)))
            else:
                found.append(_Change("set", path, _entry(archive, member)))
    return tuple(found)


def _entry(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    kind, content = "device", f"{member.devmajor}:{member.devminor}"
    if member.isdir():
        kind, content = "folder", ""
    elif member.issym():
        kind, content = "link", member.linkname
    elif member.isreg():
        found = archive.extractfile(member)
        kind, content = "file", hashlib.sha256(found.read() if found else b"").hexdigest()
    return Entry(kind, 0o777 if kind == "link" else member.mode & 0o7777, member.uid, member.gid, content)


def _apply(files: dict[str, Entry], changes: tuple[_Change, ...]) -> None:
    # Whiteouts hide what lower layers hold, wherever they stand in the layer.
    for what, path, _, _ in changes:
        if what in ("remove", "below"):
            _remove(files, path, itself=what == "remove")
    for what, path, entry, target in changes:
        if what == "set" and entry is not None:
            if entry.kind != "folder" and path in files and files[path].kind == "folder":
                _remove(files, path, itself=True)
            files[path] = entry
        elif what == "same as":
            files[path] = files[target]


def _remove(files: dict[str, Entry], path: str, itself: bool) -> None:
    inside = path.rstrip("/") + "/"
    for found in [name for name in files if name.startswith(inside) or (itself and name == path)]:
        del files[found]
