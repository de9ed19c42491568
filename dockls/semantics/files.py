"""Which paths a stage's image has, and which instruction made each.

Copy rules: docs.docker.com/reference/dockerfile "COPY" and BuildKit convert_copy.go, solver/llbsolver/file. A source
folder copies its content, several sources or a trailing slash mean a folder, a relative destination starts at WORKDIR.
"""

import posixpath
from itertools import pairwise
from typing import NamedTuple

from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.stage import Stage, expanded, joined
from dockls.syntax import Instruction

#: certainties, the better one first
CERTAIN, LIKELY = "certain", "likely"

#: files that nobody takes for folders, though their names have no extension
WITHOUT_EXTENSION = frozenset(
    ("Gemfile", "Pipfile", "Dockerfile", "Makefile", "cpanfile", "Procfile", "Rakefile", ".npmrc", ".yarnrc", ".nvmrc",
     ".node-version", ".python-version", ".ruby-version", ".tool-versions", ".dockerignore", ".gitignore")
)  # fmt: skip


class Made(NamedTuple):
    """A path that exists in the image.

    `kind` is ``file``, ``directory`` or None if either; `origin` is ``context``, ``stage``, ``run``, ``workdir`` or
    ``heredoc``; `source` is the path it was copied from (context-relative, or in stage number `stage`).
    """

    path: str
    kind: str | None
    certainty: str
    origin: str
    instruction: Instruction
    source: str | None = None
    stage: int | None = None


class Copy(NamedTuple):
    """A COPY or ADD taken apart; `destination` is absolute or None if not known."""

    instruction: Instruction
    sources: tuple[str, ...]
    destination: str | None
    is_folder: bool
    stage: int | None
    from_image: bool


def files_of(stage: Stage) -> tuple[Made, ...]:
    """What the stage and the stages it starts from made, oldest first; what the base image holds is not listed."""
    return stage.folded(_made_upon, lambda root: ())


def _made_upon(stage: Stage, below: tuple[Made, ...]) -> tuple[Made, ...]:
    """What there is above a stage's instructions, then what they make; without what they remove again."""
    listed = list(below)
    changed, removals = False, 0
    for instruction in stage.instructions:
        if instruction.keyword != "RUN":
            added = _made_by(stage, instruction)
            changed = changed or bool(added)
            listed += added
            continue
        for command in executed_by(stage, instruction):
            if command.command.program in _REMOVING and removals < _MOST_REMOVALS:
                removals += 1
                listed, changed = _without_removed(listed, command), True
            added = made_by(stage, command)
            changed = changed or bool(added)
            listed += added
    return tuple(listed) if changed else below


_REMOVING = frozenset(("rm", "rmdir", "mv"))
#: each costs a walk through all paths; a stage with more of them was not written by people
_MOST_REMOVALS = 100


def _without_removed(listed: list[Made], command: Executed) -> list[Made]:
    """What `rm` and `mv` leave; what they only may take is no longer certain."""
    taken = command.operands[:-1] if command.command.program == "mv" else command.operands
    removed = [(word, joined(command.directory, word)) for word in taken]
    kept: list[Made] = []
    for entry in listed:
        words = [word for word, path in removed if _may_hit(entry.path, path)]
        if not words:
            kept.append(entry)
        elif command.conditional or all(set(word) & _PATTERN for word in words):
            kept.append(entry._replace(certainty=LIKELY))
    return kept


#: characters that leave open which paths a word of the shell means
_PATTERN = frozenset("$*?[{`")


def _may_hit(path: str, removed: str | None) -> bool:
    """Whether removing a path takes another one; a pattern may take all that begins like it."""
    if removed is None:
        return True
    opened = min([removed.find(character) for character in _PATTERN if character in removed], default=-1)
    if opened >= 0:
        return path.startswith(removed[:opened])
    return path == removed or path.startswith(removed.rstrip("/") + "/")


def made(stage: Stage, path: str) -> Made | None:
    """The last entry that makes `path` (absolute) or a folder above it; None if nothing is known to."""
    path = posixpath.normpath(path)
    known: dict[str, Made | None] = stage.memo.setdefault(made, {})
    if path not in known:
        known[path] = next((entry for entry in reversed(files_of(stage)) if makes(entry, path)), None)
    return known[path]


def copied_to(stage: Stage, path: str) -> Made | None:
    """The same without WORKDIR, which hides no file that was copied into its folder above it."""
    path = posixpath.normpath(path)
    entries = [entry for entry in files_of(stage) if entry.origin != "workdir"]
    return next((entry for entry in reversed(entries) if makes(entry, path)), None)


def brings(stage: Stage, path: str) -> bool:
    """Whether a step makes `path` (absolute), or a folder above it that may hold it; WORKDIR makes an empty one."""
    path = posixpath.normpath(path)
    return any(makes(entry, path) and (entry.path == path or not _is_empty(entry)) for entry in files_of(stage))


def _is_empty(entry: Made) -> bool:
    """Whether it is a folder of which only the path is made here; ADD unpacks archives into it."""
    return entry.origin == "workdir" and entry.instruction.keyword != "ADD"


def makes(entry: Made, path: str) -> bool:
    """Whether an entry is a path (absolute), or a folder above it."""
    return entry.path == path or (entry.kind != "file" and path.startswith(entry.path.rstrip("/") + "/"))


def source_path(source: str) -> str:
    """The absolute path that a source of COPY means in the stage or image that it is taken from."""
    return posixpath.normpath("/" + source.lstrip("/"))


def copies_of(stage: Stage) -> tuple[Copy, ...]:
    """The COPY and ADD instructions of a stage, in order; remembered on the stage."""
    return stage.listed(_copies)


def _copies(stage: Stage) -> list[Copy]:
    copies = [copy_of(stage, one) for one in stage.instructions if one.keyword in ("COPY", "ADD")]
    return [copy for copy in copies if copy is not None]


def copy_of(stage: Stage, instruction: Instruction) -> Copy | None:
    """A COPY or ADD of the stage taken apart; None if it has no destination yet.

    Remembered on the instruction for the directory and the stage that it depends on, unless variables stand in it.
    """
    if len(instruction.words) < 2:
        return None
    state = stage.state_before(instruction)
    number, image = _origin(stage, instruction)
    known = None if "$" in instruction.text else (state.workdir, number, image)
    kept = instruction.memo.get(Copy)
    if kept is not None and kept[0] == known:
        found = kept[1]
        assert isinstance(found, Copy)
        return found
    words = [word.value for word in instruction.words]
    values = [expanded(word, state, instruction.escape) for word in words]
    target = values[-1]
    sources = tuple([word if value is None else value for word, value in zip(words[:-1], values[:-1], strict=True)])
    folder = len(sources) > 1 or (target is not None and (target.endswith(("/", "/.")) or target in (".", "..")))
    destination = None if target is None else joined(state.workdir, target)
    copy = Copy(instruction, sources, destination, folder, number, image)
    if known is not None:
        instruction.memo[Copy] = (known, copy)
    return copy


def _origin(stage: Stage, instruction: Instruction) -> tuple[int | None, bool]:
    """The number of the stage that a COPY takes files from, and whether it is an image's instead."""
    if not instruction.flags:
        return None, False
    known = stage.memo.get(_origin)
    if known is None:
        # The first mention in an instruction counts.
        known = {one.mention.place.item: one.target for one in reversed(stage.references)}
        stage.memo[_origin] = known
    if instruction not in known:
        return None, False
    return known[instruction], known[instruction] is None


def _made_by(stage: Stage, instruction: Instruction) -> list[Made]:
    if instruction.keyword in ("COPY", "ADD"):
        copy = copy_of(stage, instruction)
        return [] if copy is None or copy.destination is None else _copied(stage, copy)
    if instruction.keyword == "WORKDIR":
        workdir = stage.state_after(instruction).workdir
        return [] if workdir is None else [Made(workdir, "directory", CERTAIN, "workdir", instruction)]
    return []


def _copied(stage: Stage, copy: Copy) -> list[Made]:
    assert copy.destination is not None
    found: list[Made] = []
    documents = {heredoc.name for heredoc in copy.instruction.heredocs}
    parents = copy.instruction.parsed.flag("parents") is not None
    for source in copy.sources:
        name = source.removeprefix("<<").removeprefix("-").strip("'\"")
        if source.startswith("<<") and name in documents:
            path = posixpath.join(copy.destination, name) if copy.is_folder else copy.destination
            found.append(Made(path, "file", CERTAIN, "heredoc", copy.instruction))
        else:
            found.append(_one_copied(stage, copy, source, parents))
    if copy.is_folder:
        found.insert(0, Made(copy.destination, "directory", CERTAIN, "workdir", copy.instruction))
    return found


def _one_copied(stage: Stage, copy: Copy, source: str, parents: bool) -> Made:
    assert copy.destination is not None
    origin = "stage" if copy.stage is not None or copy.from_image else "context"
    if "://" in source or parents or any(character in source for character in "*?[$"):
        # What a pattern, an address or --parents brings is not known by name; the destination is likely there.
        return Made(copy.destination, None, LIKELY, origin, copy.instruction, source, copy.stage)
    kind = _kind(stage, copy, source)
    path = copy.destination
    if copy.is_folder and kind == "file":
        path = posixpath.join(path, posixpath.basename(source.rstrip("/")))
    elif copy.is_folder and kind is None:
        # A file would land in the folder under its name, a folder would spill its content: both make the folder.
        name = posixpath.basename(source.rstrip("/"))
        if "." in name.lstrip("."):
            path, kind = posixpath.join(path, name), "file"
            return Made(path, kind, LIKELY, origin, copy.instruction, source, copy.stage)
    certain = not (copy.instruction.keyword == "ADD" and path != copy.destination)
    return Made(path, kind, CERTAIN if certain else LIKELY, origin, copy.instruction, source, copy.stage)


def _kind(stage: Stage, copy: Copy, source: str) -> str | None:
    if source.rstrip("/") in ("", ".") or source.endswith(("/", "/.")):
        return "directory"
    if copy.stage is None and not copy.from_image:
        return stage.context.kind(source)
    return None


def made_by(stage: Stage, command: Executed) -> list[Made]:
    """What a command of a RUN makes."""
    from dockls.knowledge import build_command, install_command

    certainty = LIKELY if command.conditional else CERTAIN
    found: list[Made] = []
    build = build_command(list(command.words))
    if build is not None:
        for output in build.outputs:
            path = named_path(stage, command, output.path)
            if path is not None:
                level = CERTAIN if certainty == output.certainty == CERTAIN else LIKELY
                found.append(Made(path, output.kind, level, "run", command.instruction))
    install = install_command(list(command.words))
    if install is not None and install.ecosystem in ("npm", "yarn", "pnpm", "bun"):
        path = joined(command.directory, "node_modules")
        if path is not None:
            found.append(Made(path, "directory", LIKELY, "run", command.instruction))
    return found or _simple(command, certainty)


#: options whose next word is their value and no path
_VALUED = {"mkdir": ("-m", "--mode"), "touch": ("-d", "-t", "-r", "--date", "--reference")}


def _simple(command: Executed, certainty: str) -> list[Made]:
    """What a few plain commands make: mkdir, touch, cp, mv, ln, curl -o, wget -O."""
    program, arguments = command.command.program, command.words[1:]
    operands = list(command.operands)
    for option, value in pairwise(arguments):
        if option in _VALUED.get(program, ()) and value in operands:
            operands.remove(value)
    if any("$" in word or "*" in word for word in operands):
        return []
    targets: list[tuple[str, str | None]] = []
    if program == "mkdir":
        targets = [(word, "directory") for word in operands]
    elif program == "touch":
        targets = [(word, "file") for word in operands]
    elif program in ("cp", "mv", "ln") and len(operands) == 2:
        targets = [(operands[1], None)]
        certainty = LIKELY
    elif program in ("curl", "wget"):
        option = "-o" if program == "curl" else "-O"
        for flag, value in pairwise(arguments):
            if flag == option and value != "-":
                targets.append((value, "file"))
    found: list[Made] = []
    for word, kind in targets:
        path = joined(command.directory, word)
        if path is not None:
            found.append(Made(path, kind, certainty, "run", command.instruction))
    return found
