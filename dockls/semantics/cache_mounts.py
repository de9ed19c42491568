"""Which folders a RUN could keep between builds by cache mounts, and why some must not be.

A mount pays where a tool keeps what it downloads or compiles in a folder that the build does not touch otherwise
(docs.docker.com/build/cache/optimize/#use-cache-mounts); the folders are in `data/cache-folders.json`.
"""

from typing import NamedTuple

from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.mounts import mounts_of
from dockls.semantics.stage import Stage
from dockls.syntax import Dockerfile, Instruction

_HOME = "/root"
#: frontends that know no mounts (github.com/moby/buildkit, docs of the Dockerfile frontend: RUN --mount came with 1.2)
_OLD = ("1.0", "1.1", "1.0-experimental", "experimental")


class MissingMounts(NamedTuple):
    """The folders that could be mounted, why they or others cannot be, and the first command that would use one."""

    folders: tuple[str, ...]
    reason: str | None
    command: Executed | None


def missing_mounts(stage: Stage, instruction: Instruction) -> MissingMounts:
    """The folders of the caches that the commands of a RUN use and that no mount keeps."""
    from dockls.knowledge.cache_folders import cache_folder

    mounted = [mount.target.rstrip("/") for mount in mounts_of(instruction) if mount.target]
    folders: dict[str, Executed] = {}
    reasons: list[str] = []
    for command in executed_by(stage, instruction):
        cache = cache_folder(command.words)
        if cache is None:
            continue
        target = f"{_HOME}/{cache.folder}"
        if any(target == folder or target.startswith(f"{folder}/") for folder in mounted):
            continue
        reason = _turned_off(stage, instruction, command, cache.off_flags, cache.off_variables)
        reason = reason or _elsewhere(stage, instruction, cache.moved_by)
        reason = reason or _cleaned(stage, instruction, cache.program, cache.cleaned_by, target)
        if reason is not None:
            reasons.append(reason)
        else:
            folders.setdefault(target, command)
    if not folders:
        return MissingMounts((), reasons[0] if reasons else None, None)
    return MissingMounts(tuple(folders), _not_possible(stage, instruction), next(iter(folders.values())))


def mounts_are_unknown(tree: Dockerfile) -> str | None:
    """Why the frontend that the file asks for knows no mounts; None if it does."""
    syntax = tree.directives.get("syntax", "")
    return f"`# syntax={syntax}` knows no mounts" if syntax.rpartition(":")[2] in _OLD else None


def _turned_off(
    stage: Stage, instruction: Instruction, command: Executed, flags: tuple[str, ...], variables: tuple[str, ...]
) -> str | None:
    for word in command.words:
        if word.partition("=")[0] in flags:
            return f"`{word}` keeps `{command.words[0]}` from using its cache"
    state = stage.state_before(instruction)
    for name in variables:
        if state.lookup(name) or any(one.text.startswith(f"{name}=") for one in command.command.assignments):
            return f"`{name}` keeps `{command.words[0]}` from using its cache"
    return None


def _elsewhere(stage: Stage, instruction: Instruction, variables: tuple[str, ...]) -> str | None:
    state = stage.state_before(instruction)
    for name in (*variables, "HOME"):
        if state.lookup(name) or f"{name}=" in instruction.text:
            return f"`{name}` puts the cache elsewhere"
    return None


def _cleaned(
    stage: Stage, instruction: Instruction, program: str, cleaning: tuple[str, ...], target: str
) -> str | None:
    for command in executed_by(stage, instruction):
        words = command.words
        if words[0].rpartition("/")[2] == program and words[1:2] and words[1] in cleaning:
            return f"`{' '.join(words)}` cleans the cache"
        if command.command.program == "rm" and any(target.startswith(_absolute(word)) for word in words[1:]):
            return f"`{' '.join(words)}` deletes the cache, which it cannot where it is mounted"
    return None


def _absolute(word: str) -> str:
    """A path that a word names, without what the shell adds; for an option what no path begins with."""
    if word.startswith("-"):
        return "-"
    return word.replace("~", _HOME, 1).replace("$HOME", _HOME).removesuffix("/*").rstrip("/") or "/"


def _not_possible(stage: Stage, instruction: Instruction) -> str | None:
    user = stage.state_before(instruction).user
    if user is None:
        return "which user runs this step is not known"
    if user.partition(":")[0] not in ("root", "0"):
        return f"`{user}` runs this step, to whom the folder of the mount would not belong"
    return "the script of this RUN may do more with its cache than can be told" if instruction.heredocs else None


def has_cache_mount(instruction: Instruction) -> bool:
    """Whether a RUN mounts a cache, of whatever folder."""
    return any(flag.name == "mount" and "cache" in (flag.value or "") for flag in instruction.flags)
