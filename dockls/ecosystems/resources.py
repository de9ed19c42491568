"""Files that a program reads when it runs: what its arguments and variables name, and telling folders."""

import posixpath
from collections.abc import Collection
from typing import NamedTuple

from dockls.ecosystems import Artifact
from dockls.ecosystems.programs import FOLDERS
from dockls.semantics import Stage, joined
from dockls.semantics.execution import executed
from dockls.semantics.files import Made, copies_of, files_of
from dockls.syntax import Instruction

#: configuration that tools of the build read
_OF_TOOLS = (
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    ".yarnrc.yml",
    "buf.yaml",
    "buf.gen.yaml",
    ".golangci.yml",
    "gradle.properties",
    "package.yaml",
    "pubspec.yaml",
    "shard.yml",
    "stack.yaml",
)
_SETTINGS = (".yml", ".yaml", ".conf", ".ini", ".env", ".pem", ".crt", ".cfg", ".properties")
#: folders that programs write to, even where they lie among the sources
_DATA = frozenset(("data", "db", "files", "log", "logs", "media", "run", "storage", "uploads"))


class Sources(NamedTuple):
    """A folder of the build context that a COPY brings as a whole: `folder` in the context, `path` in the image."""

    folder: str
    path: str


def files_by(stage: Stage, instruction: Instruction) -> tuple[Made, ...]:
    """What one instruction of the stage makes."""
    return tuple([entry for entry in files_of(stage) if entry.instruction is instruction])


def whole_copies(stage: Stage) -> tuple[Sources, ...]:
    """The COPY instructions of the stage that bring a folder of the context with all that is in it."""
    found: list[Sources] = []
    for copy in copies_of(stage):
        if copy.stage is None and not copy.from_image and copy.destination is not None and len(copy.sources) == 1:
            source = copy.sources[0]
            folder = source.rstrip("/") in ("", ".") or source.endswith(("/", "/."))
            if folder or stage.context.kind(source) == "directory":
                found.append(Sources(posixpath.normpath("/" + source).lstrip("/"), copy.destination))
    return tuple(found)


def telling_folders(stage: Stage, embedded: frozenset[str] = frozenset()) -> tuple[Artifact, ...]:
    """Folders that programs use to read and a COPY has brought: by name, or within a folder of a known context."""
    found: list[Artifact] = [] if stage.context.known else _said_folders(stage, embedded)
    for sources in whole_copies(stage) if stage.context.known else ():
        for name in FOLDERS:
            inside = posixpath.join(sources.folder, name)
            if stage.context.kind(inside) == "directory" and name not in embedded:
                ignored = stage.context.ignored(inside).ignored
                if not ignored and not _is_code(stage, inside):
                    found.append(Artifact(posixpath.join(sources.path, name), True))
    return tuple(found)


def _said_folders(stage: Stage, embedded: frozenset[str]) -> list[Artifact]:
    """Telling folders that a COPY names itself (``COPY templates/ templates/``); Go has packages named `config`."""
    return _copied_by_name(stage, [name for name in FOLDERS if not name.startswith("conf") and name not in embedded])


def settings_folders(stage: Stage) -> tuple[Artifact, ...]:
    """Folders of settings that a COPY names itself; they hold code in few languages, Go among them."""
    return tuple(_copied_by_name(stage, ("conf", "config", "configs")))


def _copied_by_name(stage: Stage, names: Collection[str]) -> list[Artifact]:
    """The folders of these names that a COPY brings from the build context under the same name."""
    found: list[Artifact] = []
    for copy in copies_of(stage):
        if copy.stage is not None or copy.from_image or copy.destination is None or len(copy.sources) != 1:
            continue
        name = posixpath.basename(copy.sources[0].rstrip("/"))
        if name in names and posixpath.basename(copy.destination) == name:
            found.append(Artifact(copy.destination, True))
    return found


def _is_code(stage: Stage, folder: str) -> bool:
    """Whether a folder holds nothing but source files, as a Go package named `config` does."""
    entries = stage.context.entries(folder)
    return bool(entries) and all(entry.endswith((".go", ".ts", ".tsx")) for entry in entries)


def named(stage: Stage, paths: tuple[str, ...], without: tuple[Instruction, ...] = ()) -> tuple[Artifact, ...]:
    """Those of the paths that the stage's files hold, as far as that is known, but by other instructions."""
    found: list[Artifact] = []
    for path in paths:
        entry = _holding(stage, path)
        if entry is None or entry.instruction in without:
            continue
        kind = entry.kind if entry.path == path else _kind(stage, path)
        if stage.context.known and entry.path != path and entry.origin == "context" and kind is None:
            continue
        found.append(Artifact(path, kind == "directory"))
    return tuple(found)


def _holding(stage: Stage, path: str) -> Made | None:
    """The last entry that makes the path or brings a folder above it; an empty folder brings nothing."""
    found = None
    for entry in files_of(stage):
        if entry.path == path or (entry.kind != "file" and entry.origin != "workdir" and _below(path, entry.path)):
            found = entry
    return found


def _kind(stage: Stage, path: str) -> str | None:
    for sources in whole_copies(stage):
        if path.startswith(sources.path.rstrip("/") + "/"):
            return stage.context.kind(posixpath.join(sources.folder, posixpath.relpath(path, sources.path)))
    return None


def named_by_variables(stage: Stage) -> tuple[str, ...]:
    """Absolute paths that the stage's ENV values are."""
    values = [variable.value for variable in stage.final_state.environment.values() if variable.kind == "env"]
    workdir = stage.final_state.workdir
    return tuple(
        [value for value in values if value and value.startswith("/") and ":" not in value and value != workdir]
    )


def outside_copies(stage: Stage, last: Instruction, inside: tuple[str, ...]) -> tuple[Instruction, ...]:
    """The COPY and ADD instructions up to `last` that bring files to somewhere else than the folders of the build."""
    found: list[Instruction] = []
    position = stage.instructions.index(last)
    for copy in copies_of(stage):
        path = copy.destination
        if path is None or path == "/" or stage.instructions.index(copy.instruction) > position:
            continue
        related = [folder for folder in inside if _below(path, folder) or _below(folder, path)]
        word = copy.instruction.words[-1].value
        if not related and word.startswith("/"):
            found.append(copy.instruction)
    return tuple(found)


def settings_copies(stage: Stage, last: Instruction) -> tuple[Instruction, ...]:
    """The COPY instructions up to `last` that bring nothing but files of settings, such as ``.env``."""
    found: list[Instruction] = []
    above = stage.instructions[: stage.instructions.index(last) + 1]
    for copy in copies_of(stage):
        names = [posixpath.basename(source) for source in copy.sources]
        settings = all(name.startswith(".env") or name.endswith(_SETTINGS) for name in names)
        if settings and copy.instruction in above and not set(names) & set(_OF_TOOLS):
            found.append(copy.instruction)
    return tuple(found)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def folders_made(stage: Stage, last: Instruction, inside: tuple[str, ...]) -> tuple[Artifact, ...]:
    """The folders that a ``mkdir`` up to `last` makes for data, or elsewhere than in the folders of the build."""
    found: list[Artifact] = []
    above = stage.instructions[: stage.instructions.index(last) + 1]
    for command in executed(stage):
        if command.command.program != "mkdir" or command.instruction not in above or command.conditional:
            continue
        for word in command.words[1:]:
            path = None if set(word) & set("$*{~") or word.startswith("-") else joined(command.directory, word)
            if path is None or any(_below(folder, path) for folder in inside):
                continue
            if posixpath.basename(path) in _DATA or not any(_below(path, folder) for folder in inside):
                found.append(Artifact(path, True))
    return tuple(found)


def without_nested(artifacts: tuple[Artifact, ...]) -> tuple[Artifact, ...]:
    """Each path once, and none that lies in a folder which is taken anyway."""
    found: list[Artifact] = []
    for artifact in artifacts:
        covered = [
            other
            for other in artifacts
            if other.folder
            and other.stage == artifact.stage
            and other.path != artifact.path
            and _below(artifact.path, other.path)
        ]
        if not covered and artifact.path not in [other.path for other in found]:
            found.append(artifact)
    return tuple(found)
