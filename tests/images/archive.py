"""Writes images as tar files that `docker load` takes: deterministic, without root and without a folder on disk."""

import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

_EPOCH = "1970-01-01T00:00:00Z"


class BaseImage(NamedTuple):
    """Names, layers as tar files, and what stands under `config` in the image's configuration."""

    names: tuple[str, ...]
    layers: tuple[bytes, ...]
    configuration: dict[str, Any]


class Layer:
    """A layer in the making; folders above a path are made with it, and nothing twice."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        self._tar = tarfile.TarFile(fileobj=self._buffer, mode="w", format=tarfile.PAX_FORMAT)
        self._there: set[str] = {""}

    def folder(self, path: str, mode: int = 0o755, user: int = 0) -> None:
        """A folder; one that is there stays as it is."""
        name = path.strip("/")
        if name not in self._there:
            self.folder(posixpath.dirname(name))
            self._add(tarfile.DIRTYPE, name, mode, user)

    def file(self, path: str, content: str | bytes, mode: int = 0o644, user: int = 0) -> None:
        """A file."""
        name = path.strip("/")
        self.folder(posixpath.dirname(name))
        self._add(tarfile.REGTYPE, name, mode, user, content.encode() if isinstance(content, str) else content)

    def program(self, path: str, script: str | bytes) -> None:
        """A file that everybody may run."""
        self.file(path, script, 0o755)

    def link(self, path: str, target: str) -> None:
        """A symbolic link."""
        name = path.strip("/")
        self.folder(posixpath.dirname(name))
        self._add(tarfile.SYMTYPE, name, 0o777, 0, link=target)

    def done(self) -> bytes:
        """The layer as a tar file."""
        self._tar.close()
        return self._buffer.getvalue()

    def _add(self, kind: bytes, name: str, mode: int, user: int, content: bytes = b"", link: str = "") -> None:
        if name in self._there:
            return
        self._there.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.uid, entry.gid, entry.linkname = kind, mode, user, user, link
        entry.size = len(content)
        self._tar.addfile(entry, io.BytesIO(content))


def write_archive(path: Path, images: Iterable[BaseImage]) -> None:
    """All images in one file; layers that several share are written once."""
    manifest, written = [], set[str]()
    with tarfile.open(path, "w") as archive:

        def put(name: str, content: bytes) -> None:
            if name not in written:
                written.add(name)
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))

        for image in images:
            digests = [hashlib.sha256(layer).hexdigest() for layer in image.layers]
            for digest, layer in zip(digests, image.layers, strict=True):
                put(f"{digest}.tar", layer)
            described = json.dumps(_description(image, digests), sort_keys=True).encode()
            name = hashlib.sha256(described).hexdigest() + ".json"
            put(name, described)
            layers = [f"{digest}.tar" for digest in digests]
            manifest.append({"Config": name, "RepoTags": list(image.names), "Layers": layers})
        put("manifest.json", json.dumps(manifest).encode())


def _description(image: BaseImage, digests: list[str]) -> dict[str, Any]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": _EPOCH,
        "config": image.configuration,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
        "history": [{"created": _EPOCH, "created_by": f"{image.names[0]} {number}"} for number in range(len(digests))],
    }
