"""Which files of the build context an install command reads, and which COPY brings each into the stage.

A COPY brings a file *explicitly* when it names it (``COPY package.json ./``), else as part of a folder (``COPY . .``).
"""

import posixpath
from fnmatch import fnmatchcase
from typing import NamedTuple

from dockls.knowledge import InstallCommand, install_scripts, is_harmless_script, needs_a_look, obstacles
from dockls.project import BuildContext
from dockls.semantics.files import WITHOUT_EXTENSION, Copy
from dockls.semantics.stage import Stage, expanded
from dockls.syntax import Instruction

#: ecosystems whose manifests are the files given on the command line
_NAMED_FILES = ("pip", "conda")
#: requirement files within requirement files that are followed
_MOST_FILES = 20


class Bringer(NamedTuple):
    """A COPY or ADD from the build context; `destination` is absolute, or relative to an unknown folder ``\\0…``."""

    instruction: Instruction
    sources: tuple[str, ...]
    destination: str
    is_folder: bool


class Manifest(NamedTuple):
    """A file (or folder) to copy on its own: its source, the COPY that brings it now, and the folder it goes to.

    `below` is that folder relative to the destination of the COPY, ``.`` for the destination itself.
    """

    source: str
    bringer: Bringer
    below: str


class Needed(NamedTuple):
    """What an install reads.

    `explicit` are COPY instructions that bring some of it by name; `obstacle` is why manifests are not enough, as a
    sentence's end; `guessed` are the sources that were not looked up because the build context is not known.
    """

    manifests: tuple[Manifest, ...]
    explicit: tuple[Bringer, ...]
    obstacle: str | None
    guessed: tuple[str, ...]


def workdir_before(stage: Stage, instruction: Instruction) -> str:
    """The working directory; where it is not known, a relative path that differs behind every WORKDIR."""
    known = stage.state_before(instruction).workdir
    if known is not None:
        return known
    number = 0
    for step in stage.instructions:
        if step is instruction:
            break
        number += step.keyword == "WORKDIR"
    return f"\0{number}"


def bringer(stage: Stage, copy: Copy) -> Bringer | None:
    """A COPY or ADD as a bringer; None if it takes nothing by path from the build context, or cannot be read."""
    instruction = copy.instruction
    if instruction.heredocs or copy.stage is not None or copy.from_image or not copy.sources:
        return None
    if any("://" in source or " " in source or "$" in source for source in copy.sources):
        return None
    destination = copy.destination
    if destination is None:
        word = expanded(instruction.words[-1].value, stage.state_before(instruction), instruction.escape)
        if word is None:
            return None
        destination = posixpath.normpath(posixpath.join(workdir_before(stage, instruction), word))
    return Bringer(instruction, copy.sources, destination, copy.is_folder)


def brought(by: Bringer, path: str, context: BuildContext) -> tuple[str, bool] | None:
    """The source that a COPY takes for `path` of the image, and whether it names it; None if it does not bring it."""
    for source in by.sources:
        name = posixpath.basename(source.rstrip("/"))
        if any(character in name for character in "*?["):
            if posixpath.dirname(path) == by.destination and fnmatchcase(posixpath.basename(path), name):
                return posixpath.join(posixpath.dirname(source), posixpath.basename(path)), name != "*"
            continue
        if _is_file(source, context):
            target = posixpath.join(by.destination, name) if by.is_folder else by.destination
            if target == path or fnmatchcase(target, path):
                return source, True
        elif path.startswith(by.destination.rstrip("/") + "/"):
            rest = path[len(by.destination.rstrip("/")) + 1 :]
            return (rest if posixpath.normpath(source) in (".", "/") else posixpath.join(source, rest)), False
    return None


def _is_file(source: str, context: BuildContext) -> bool:
    kind = context.kind(source)
    if kind is not None:
        return kind == "file"
    name = posixpath.basename(source)
    return "." in name.strip(".") or name in WITHOUT_EXTENSION


def needed(
    install: InstallCommand, directory: str, copies: tuple[Bringer, ...], context: BuildContext
) -> Needed | None:
    """What an install that runs in `directory` reads and who brings it.

    None if a file that it must have comes from elsewhere, or is not in the build context.
    """
    base = posixpath.normpath(posixpath.join(directory, install.directory or "."))
    if install.ecosystem in _NAMED_FILES:
        names, required = [manifest.pattern for manifest in install.manifests], True
    elif context.known:
        return _looked_up(install, base, copies, context)
    else:
        names, required = list(install.generic_copy), False
    return _by_name(install, base, copies, context, names, required)


def _by_name(
    install: InstallCommand,
    base: str,
    copies: tuple[Bringer, ...],
    context: BuildContext,
    names: list[str],
    required: bool,
) -> Needed | None:
    """The manifests of those names; the first must be brought, all if `required`."""
    found = _Found()
    waiting = list(names)
    while waiting and len(found.seen) < _MOST_FILES:
        name = waiting.pop(0)
        path = posixpath.normpath(posixpath.join(base, name))
        if "$" in name or path in found.seen:
            continue
        source = found.add(path, copies, context)
        if source is None and (required or name == names[0]):
            return None
        if source is not None and context.known:
            if context.kind(source) is None or context.ignored(source).ignored:
                return None
            text = context.read(source) or ""
            more, obstacle = _requirements(text) if install.ecosystem == "pip" else ((), _obstacle(source, text))
            found.obstacle = found.obstacle or obstacle
            waiting += [posixpath.join(posixpath.dirname(name), file) for file in more]
    if any("$" in name for name in names) or not found.seen:
        return None
    if not context.known and needs_a_look(install.ecosystem):
        found.obstacle = "which files it reads depends on the build context, which is not known"
    guessed = () if context.known else tuple(manifest.source for manifest in found.manifests)
    return Needed(tuple(found.manifests), tuple(found.explicit), found.obstacle, guessed)


class _Found:
    """What has been gathered so far."""

    def __init__(self) -> None:
        self.manifests: list[Manifest] = []
        self.explicit: list[Bringer] = []
        self.seen: set[str] = set()
        self.obstacle: str | None = None

    def add(self, path: str, copies: tuple[Bringer, ...], context: BuildContext) -> str | None:
        """Find who brings a path of the image; the source, or None if nobody does."""
        self.seen.add(path)
        bringers = [(by, found) for by in copies if (found := brought(by, path, context)) is not None]
        if not bringers:
            return None
        # The last one wins, but an earlier one that names the same file spares a copy of it.
        by, (source, named) = bringers[-1]
        for other, (same, other_named) in bringers:
            if other_named and posixpath.normpath(same) == posixpath.normpath(source):
                by, source, named = other, same, True
        if named:
            self.explicit.append(by)
        below = "." if named else posixpath.relpath(posixpath.dirname(path), by.destination)
        self.manifests.append(Manifest(source, by, below))
        return source


def _looked_up(install: InstallCommand, base: str, copies: tuple[Bringer, ...], context: BuildContext) -> Needed | None:
    """The manifests that exist in the build context."""
    found = _Found()
    for manifest in install.manifests:
        pattern = manifest.pattern.rstrip("/")
        source = found.add(posixpath.normpath(posixpath.join(base, pattern)), copies, context)
        present = [] if source is None else [path for path in context.glob(source) if not context.ignored(path).ignored]
        if source is not None:
            added = found.manifests.pop()
            found.manifests += [added._replace(source=_in_style(source, path)) for path in present]
        if not present and not manifest.optional:
            return None
        for path in present:
            found.obstacle = found.obstacle or _obstacle(path, context.read(path) or "")
    return Needed(tuple(found.manifests), tuple(found.explicit), found.obstacle, ()) if found.manifests else None


def _in_style(source: str, path: str) -> str:
    """A path of the context, with ``./`` in front if the source has it."""
    return "./" + path if source.startswith("./") else path


def _requirements(text: str) -> tuple[tuple[str, ...], str | None]:
    """The files that a requirements file reads, and what it installs from the context itself."""
    files: list[str] = []
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] in ("-r", "--requirement", "-c", "--constraint") and len(words) > 1:
            files.append(words[1])
        elif words[0].startswith(("-r", "-c")) and len(words) == 1 and not words[0].startswith("--"):
            files.append(words[0][2:])
        elif words[0] in ("-e", "--editable") or words[0].startswith((".", "file:")) or "@ file:" in line:
            return (), "the requirements name a project of the build context"
    return tuple(files), None


def _obstacle(path: str, text: str) -> str | None:
    name = posixpath.basename(path)
    for part, sentence in obstacles(name):
        if part in text:
            return sentence
    if name == "package.json":
        return _script_obstacle(text)
    if name.endswith(("proj", ".sln", ".slnx")) and ("<ProjectReference" in text or "Project(" in text):
        return f"{name} names other projects"
    return None


def _script_obstacle(text: str) -> str | None:
    import json

    try:
        scripts = json.loads(text).get("scripts", {})
        found = [
            name
            for name, command in scripts.items()
            if name in install_scripts() and not is_harmless_script(str(command))
        ]
    except (ValueError, AttributeError, RecursionError):
        return "package.json cannot be read"
    return f"the script `{found[0]}` of package.json runs with it and may read them" if found else None


def target_folder(manifest: Manifest, is_directory: bool) -> str:
    """The destination of a COPY for a manifest alone, as written in the COPY that brings it, with a slash."""
    word = manifest.bringer.instruction.words[-1].value
    below = manifest.below
    if is_directory:
        below = posixpath.normpath(posixpath.join(below, posixpath.basename(manifest.source.rstrip("/"))))
    folder = "./" if word in (".", "./", "") else word.rstrip("/") + "/"
    return folder if below == "." else (folder + below + "/").removeprefix("./")


def same_folder(one: str, other: str) -> bool:
    """Whether one of two destinations lies in the other."""
    one, other = one.rstrip("/") + "/", other.rstrip("/") + "/"
    return one.startswith(other) or other.startswith(one)
