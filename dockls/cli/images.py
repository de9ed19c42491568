"""What an image is, read from an archive of ``docker save``, and how the image after a refactoring must be like it."""

import posixpath
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

#: fields of a configuration by the names under which plans declare that they change
FIELDS = {
    "Entrypoint": "entrypoint",
    "Cmd": "command",
    "User": "user",
    "WorkingDir": "workdir",
    "Env": "environment",
    "ExposedPorts": "ports",
    "Volumes": "volumes",
    "Labels": "labels",
    "Healthcheck": "healthcheck",
    "StopSignal": "stop_signal",
    "Shell": "shell",
    "OnBuild": "triggers",
}
#: what an empty field means
_DEFAULTS = {"WorkingDir": "/", "User": "0"}


class UnreadableImageError(Exception):
    """An archive that is no image, or that is packed in a way which Python cannot read."""


class Entry(NamedTuple):
    """One path: `kind` is ``file``, ``folder``, ``link`` or ``device``; `content` a digest, a target, a number."""

    kind: str
    mode: int
    user: int
    group: int
    size: int
    content: str


class Image(NamedTuple):
    """Files by absolute path as a container finds them, the configuration, and the bytes of all files in all layers."""

    files: Mapping[str, Entry]
    configuration: Mapping[str, Any]
    size: int


class Change(NamedTuple):
    """A field of the configuration that differs; `declared` if the refactoring says that it changes."""

    field: str
    before: Any
    after: Any
    declared: bool


#: what FROM scratch begins with
NOTHING = Image({}, {}, 0)
#: what a layer does: (``set``, path, entry), (``same``, path, path), (``remove`` or ``below``, path, nothing)
_Step = tuple[str, str, Entry | str | None]


class Reader:
    """Reads images; layers that several of them share are read once."""

    def __init__(self) -> None:
        self._layers: dict[str, tuple[_Step, ...]] = {}

    def image(self, archive: Path) -> Image:
        """The image in an archive; raises UnreadableImageError."""
        import json

        try:
            with tarfile.open(archive) as opened:
                manifest = json.loads(_member(opened, "manifest.json").read())[0]
                described = json.loads(_member(opened, manifest["Config"]).read())
                files: dict[str, Entry] = {}
                size = 0
                for name in manifest["Layers"]:
                    steps = self._steps(opened, name)
                    size += sum(step[2].size for step in steps if isinstance(step[2], Entry))
                    _apply(files, steps)
        except (OSError, EOFError, tarfile.TarError, LookupError, ValueError) as error:
            raise UnreadableImageError(f"the builder's archive of the image cannot be read: {error!r}.") from error
        kept = {key: value for key, value in (described.get("config") or {}).items() if value not in (None, [], {}, "")}
        return Image(files, kept, size)

    def _steps(self, opened: tarfile.TarFile, name: str) -> tuple[_Step, ...]:
        # The name holds the digest.
        if name not in self._layers:
            with tarfile.open(fileobj=_member(opened, name)) as layer:
                self._layers[name] = tuple(_step(layer, member) for member in layer)
        return self._layers[name]


def changes(
    before: Image, after: Image, bases: tuple[Image, Image] = (NOTHING, NOTHING), declared: frozenset[str] = frozenset()
) -> tuple[Change, ...]:
    """How the configuration differs; variables that are those of `bases`, old and new, are not the Dockerfile's."""
    found: list[Change] = []
    for field, name in FIELDS.items():
        if field == "Env":
            old, new = _environment(before, bases[0]), _environment(after, bases[1])
        else:
            old, new = _field(before, field), _field(after, field)
        if old != new:
            found.append(Change(field, old, new, name in declared))
    return tuple(found)


def added(image: Image, base: Image) -> dict[str, Entry]:
    """What a Dockerfile made on top of its base, by path."""
    return {path: entry for path, entry in image.files.items() if base.files.get(path) != entry}


def _member(opened: tarfile.TarFile, name: str) -> IO[bytes]:
    found = opened.extractfile(name)
    if found is None:
        raise LookupError(name)
    return found


def _step(layer: tarfile.TarFile, member: tarfile.TarInfo) -> _Step:
    path = posixpath.normpath("/" + member.name.lstrip("/"))
    folder, name = posixpath.split(path)
    if name == ".wh..wh..opq":
        return "below", folder, None
    if name.startswith(".wh."):
        return "remove", posixpath.join(folder, name.removeprefix(".wh.")), None
    if member.islnk():
        return "same", path, posixpath.normpath("/" + member.linkname.lstrip("/"))
    return "set", path, _entry(layer, member)


def _entry(layer: tarfile.TarFile, member: tarfile.TarInfo) -> Entry:
    kind, content = "device", f"{member.devmajor}:{member.devminor}"
    if member.isdir():
        kind, content = "folder", ""
    elif member.issym():
        kind, content = "link", member.linkname
    elif member.isreg():
        from hashlib import file_digest

        kind, content = "file", file_digest(_content(layer, member), "sha256").hexdigest()
    # Permissions of a link mean nothing, and builders write different ones.
    mode = 0o777 if kind == "link" else member.mode & 0o7777
    return Entry(kind, mode, member.uid, member.gid, member.size if kind == "file" else 0, content)


def _content(layer: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    found = layer.extractfile(member)
    if found is None:
        raise LookupError(member.name)
    return found


def _apply(files: dict[str, Entry], steps: tuple[_Step, ...]) -> None:
    # Whiteouts hide what lower layers hold, wherever they stand in the layer.
    for what, path, _ in steps:
        if what in ("remove", "below"):
            _remove(files, path, itself=what == "remove")
    for what, path, value in steps:
        if isinstance(value, Entry):
            if value.kind != "folder" and path in files and files[path].kind == "folder":
                _remove(files, path, itself=True)
            files[path] = value
        elif what == "same" and isinstance(value, str):
            files[path] = files[value]


def _remove(files: dict[str, Entry], path: str, itself: bool) -> None:
    if itself and (found := files.pop(path, None)) is not None and found.kind != "folder":
        return
    inside = path.rstrip("/") + "/"
    for name in [one for one in files if one.startswith(inside)]:
        del files[name]


def _environment(image: Image, base: Image) -> Any:
    """The variables that are not the base's; in order where they are compared as they stand."""
    inherited = base.configuration.get("Env", [])
    own = [one for one in image.configuration.get("Env", []) if one not in inherited]
    return own if base is NOTHING else sorted(own)


def _field(image: Image, field: str) -> Any:
    value = image.configuration.get(field, _DEFAULTS.get(field))
    return "0" if field == "User" and value == "root" else value
