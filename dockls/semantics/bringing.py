"""Whether anything in a stage may bring a file to a path, for rules that must be certain that it is not there.

The answer “no” is certain for images whose files are known not to hold the path; everything that cannot be read counts
as bringing it: scripts, downloads, archives, patterns, bind mounts, triggers.
"""

import posixpath
from fnmatch import fnmatchcase

from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import WITHOUT_EXTENSION, Copy, copy_of
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction

#: programs that write nothing into the folder of a project, if the command does not name the file
_HARMLESS = frozenset(
    ("apt-get", "apt", "apk", "dnf", "microdnf", "yum", "zypper", "adduser", "addgroup", "useradd", "groupadd",
     "usermod", "deluser", "chown", "chmod", "mkdir", "rm", "rmdir", "echo", "printf", "set", "true", ":", "export",
     "cd", "ls", "corepack", "update-ca-certificates", "ldconfig", "locale-gen", "pwd")
)  # fmt: skip
#: the same with the word behind the program
_HARMLESS_WITH = {
    "npm": frozenset(("ci", "clean-install", "cache", "config", "set", "prune", "rebuild")),
    "yarn": frozenset(("cache", "config")),
    "pnpm": frozenset(("config", "store", "prune")),
    "go": frozenset(("build", "env", "install", "vet", "clean", "version")),
    "bundle": frozenset(("config",)),
    "gem": frozenset(("install", "update")),
    "pip": frozenset(("install", "cache")),
    "pip3": frozenset(("install", "cache")),
    "cargo": frozenset(("install",)),
    "rustup": frozenset(("target", "component", "toolchain", "default")),
}
_ARCHIVES = (".tar", ".tgz", ".gz", ".bz2", ".xz", ".zst", ".tbz2", ".txz")
_LONGEST_EXTENSION = 12
#: stages that are looked through; a longer chain of them was not written by people
_LONGEST_CHAIN = 20
_HARMLESS_MOUNTS = ("type=cache", "type=secret", "type=ssh", "type=tmpfs")


def may_be_brought(stage: Stage, path: str, before: Executed | None = None) -> bool:
    """Whether the stage or one that it starts from may bring a file to `path` (absolute).

    With `before`, a command of the stage, only what stands above it counts.
    """
    chain = stage.chain
    if len(chain) > _LONGEST_CHAIN:
        return True
    for each in chain:
        if each.fired or (each is not stage and any(one.inner is not None for one in each.instructions)):
            return True
        for instruction in each.instructions:
            end = before if each is stage and before is not None and instruction is before.instruction else None
            if _brings(each, instruction, path, end):
                return True
            if end is not None:
                break
    return False


def _brings(stage: Stage, instruction: Instruction, path: str, end: Executed | None) -> bool:
    if instruction.keyword in ("COPY", "ADD"):
        copy = copy_of(stage, instruction)
        return copy is not None and copy_may_bring(stage, copy, path)
    if instruction.keyword == "RUN":
        return _run_may_bring(stage, instruction, path, end)
    return False


def copy_may_bring(stage: Stage, copy: Copy, path: str) -> bool:
    """Whether a COPY or ADD may bring a file to `path` (absolute)."""
    target = copy.destination
    if target is None or copy.instruction.parsed.flag("parents") is not None:
        return True
    if path != target and not path.startswith(target.rstrip("/") + "/"):
        return False
    return any(_source_may_bring(stage, copy, source, target, path) for source in copy.sources)


def _source_may_bring(stage: Stage, copy: Copy, source: str, target: str, path: str) -> bool:
    name = posixpath.basename(source.rstrip("/"))
    if path == target or "://" in source or "$" in source or source.startswith(("<<", "git@")):
        return True
    if copy.instruction.keyword == "ADD" and name.endswith(_ARCHIVES):
        return True
    wanted = posixpath.basename(path)
    if fnmatchcase(wanted, name):
        return not _is_absent(stage, copy, posixpath.join(posixpath.dirname(source), wanted))
    if set(name) & set("*?[\\"):
        # A pattern may match folders, whose content is copied; with an extension behind it hardly any does.
        return _extension("x" + name.rpartition("*")[2]) == ""
    if _is_file(stage, copy, source):
        return False
    return not _is_absent(stage, copy, posixpath.join(source, posixpath.relpath(path, target)))


def _is_absent(stage: Stage, copy: Copy, source: str) -> bool:
    """Whether the build context is known and lacks a path, or keeps it out of the build."""
    if copy.stage is not None or copy.from_image or set(source) & set("*?[\\"):
        return False
    return stage.context.exists(source) is False or stage.context.ignored(source).ignored


def _is_file(stage: Stage, copy: Copy, source: str) -> bool:
    if source.endswith(("/", "/.")) or source in (".", ".."):
        return False
    if copy.stage is None and not copy.from_image:
        kind = stage.context.kind(source)
        if kind is not None:
            return kind == "file"
    name = posixpath.basename(source)
    return _extension(name) != "" or name in WITHOUT_EXTENSION


def _extension(name: str) -> str:
    """What stands behind the last dot if it looks like the extension of a file: letters, then letters and digits."""
    found = posixpath.splitext(name.lstrip("."))[1][1:]
    return found if found[:1].isalpha() and found.isalnum() and len(found) <= _LONGEST_EXTENSION else ""


def _run_may_bring(stage: Stage, instruction: Instruction, path: str, end: Executed | None) -> bool:
    if any("mount" in flag.text and not _is_harmless_mount(flag.text) for flag in instruction.flags):
        return True
    commands = executed_by(stage, instruction)
    if not commands or instruction.heredocs:
        return True
    name = posixpath.basename(path)
    for command in commands:
        if command is end:
            return False
        if not _is_harmless(command) or any(name in word or "<(" in word for word in command.words[1:]):
            return True
    # A redirection is none of the words.
    return end is None and name in instruction.text


def _is_harmless_mount(flag: str) -> bool:
    return any(kind in flag for kind in _HARMLESS_MOUNTS)


def _is_harmless(command: Executed) -> bool:
    program = command.command.program
    if program in ("npm", "yarn", "pnpm") and {"-g", "--global", "global"} & set(command.words):
        return True
    if program in _HARMLESS_WITH:
        number = command.subcommand
        return number is not None and command.words[number] in _HARMLESS_WITH[program]
    return program in _HARMLESS and "/" not in command.words[0]
