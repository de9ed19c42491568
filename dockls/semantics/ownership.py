"""Which paths of a stage's image certainly belong to root, and as whom a RUN certainly runs.

Sources: BuildKit frontend/dockerfile/dockerfile2llb/convert.go: ``dispatchWorkdir`` makes missing folders as the USER
in force; ``dispatchCopy`` gives what comes from the context to root unless ``--chown`` says otherwise, and leaves what
comes from another stage its owner. Whatever may have given a path away makes the answer “not certain”.
"""

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed, executed_by, named_path
from dockls.semantics.files import copies_of, copy_of
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction

if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts


class Owned(NamedTuple):
    """Who got what in a stage and those it starts from.

    `given` are paths that an ordinary user may own or write, `laid` those of them that nothing but a COPY fills, which
    leaves a folder that is there its owner, `entered` those where a WORKDIR behind USER may have made folders, `kept`
    folders that root made, `above` all that stand above what is given or entered, `above_kept` those above what is
    kept; `filled` are folders that root keeps though a COPY brought files of others into them; `unknown` tells that a
    command may have given anything away.
    """

    unknown: bool
    given: frozenset[str]
    laid: frozenset[str]
    entered: frozenset[str]
    kept: frozenset[str]
    above: frozenset[str]
    above_kept: frozenset[str]
    filled: frozenset[str]


_ROOT = ("root", "0", "")
#: images whose users and folders are known well enough
_ROLES = frozenset(("distro", "language", "sdk", "jdk", "runtime"))
_FAMILIES = frozenset(("nginx", "httpd"))
#: folders of the system in which nobody but root may write
_SYSTEM = ("/etc", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt", "/root", "/var/lib/apt", "/var/cache/apt")
#: the same in the nginx image, where no package has made folders for others
_SYSTEM_OF_NGINX = ("/run", "/var/run", "/var/cache/nginx")
#: folders that the nginx image has
_FOLDERS_OF_NGINX = ("/etc/nginx", "/etc/nginx/conf.d", "/usr/share/nginx", "/usr/share/nginx/html")
#: what images make writable for others: ruby, rust, php, eclipse-temurin
_OPEN = ("/usr/local/bundle", "/usr/local/cargo", "/usr/local/rustup", "/opt/java", "/usr/local/var")
#: folders that base images have, with an owner that they chose
_EXISTING = frozenset(
    ("/", "/tmp", "/var/tmp", "/go", "/go/src", "/go/bin", "/var/www", "/var/www/html", "/run", "/home", "/srv",
     "/data", "/config", "/dev", "/proc", "/sys", "/mnt", "/media", "/deno-dir", "/var", "/var/run", "/var/lock")
)  # fmt: skip
_GIVING = frozenset(("chown", "chmod", "chgrp", "setfacl", "install"))
_ACCOUNTS = frozenset(("useradd", "adduser", "usermod"))
_HOMES = frozenset(("-d", "--home", "--home-dir", "-h", "-b", "--base-dir"))
#: programs that may keep or set any owner, or run what nobody sees here
_OPAQUE = frozenset(
    ("tar", "rsync", "make", "sh", "bash", "ash", "source", ".", "perl", "python", "python3", "ruby", "node", "eval",
     "sudo", "su", "gosu", "su-exec", "runuser", "ansible-playbook", "fix-permissions", "cpio", "unzip", "git")
)  # fmt: skip
_PATTERN = "$*?[{`"


def ordinary_user(stage: Stage, instruction: Instruction) -> str | None:
    """The user of an instruction, if it is certainly not root: a number, or one that the file or the facts know."""
    user = (stage.state_before(instruction).user or "").partition(":")[0]
    if user in _ROOT or "$" in user:
        return None
    known = base_facts(stage)
    if user.isdecimal() or (known is not None and user in known.users):
        return user
    return user if user in stage.folded(_with_accounts, lambda root: frozenset()) else None


def _with_accounts(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """All words of the commands that make accounts; the name is one of them."""
    commands = [one for one in executed(stage) if one.command.program in ("useradd", "adduser")]
    return below.union(*[command.words[1:] for command in commands]) if commands else below


def user_above(stage: Stage, instruction: Instruction) -> Instruction | None:
    """The USER of the file that is in force for an instruction; None where the base image's is."""
    known = stage.memo.get(user_above)
    if known is None:
        last = None if stage.parent is None else stage.parent.folded(_last_user, lambda root: None)
        known = stage.memo[user_above] = {}
        for one in stage.instructions:
            known[one] = last
            last = one if one.keyword == "USER" and one.words else last
    found = known[instruction]
    assert found is None or isinstance(found, Instruction)
    return found


def _last_user(stage: Stage, below: Instruction | None) -> Instruction | None:
    users = [one for one in stage.instructions if one.keyword == "USER" and one.words]
    return users[-1] if users else below


def is_root_folder(stage: Stage, path: str) -> bool:
    """Whether a path lies in a folder of the system in which certainly only root may write."""
    known = _known(stage)
    if known is None or path in _EXISTING or _is_below(path, _OPEN):
        return False
    of_nginx = known.family == "nginx" and _is_below(path, _SYSTEM_OF_NGINX)
    return (of_nginx or _is_below(path, _SYSTEM)) and not _is_given(owned(stage), path)


def is_new_in_root_folder(stage: Stage, path: str) -> bool:
    """Whether making a path means making a folder in `/` or `/opt`, which certainly only root may do."""
    if _known(stage) is None or path in _EXISTING or _is_below(path, _OPEN):
        return False
    parts = path.split("/")
    top = "/" + parts[1]
    first = posixpath.join("/opt", parts[2]) if top == "/opt" and len(parts) > 2 else top
    if first in _EXISTING or (first == top and _is_below(top, (*_SYSTEM, "/boot"))):
        return False
    found = owned(stage)
    return not _is_given(found, path) and first not in found.kept and first not in found.above_kept


def is_kept_by_root(stage: Stage, path: str) -> bool:
    """Whether an instruction that ran as root has made the folder, and nothing gave it away."""
    known = _known(stage)
    if known is None or path in _EXISTING or path == known.workdir or posixpath.dirname(path) == "/home":
        return False
    found = owned(stage)
    return path in found.kept and not _is_given(found, path)


def is_kept_by_image(stage: Stage, path: str) -> bool:
    """Whether a folder is the base image's own and still belongs to root, whatever a COPY has put into it."""
    known = _known(stage)
    if known is None or known.family != "nginx" or path not in _FOLDERS_OF_NGINX:
        return False
    found = owned(stage)
    given = any(one in found.given and not (one == path and one in found.laid) for one in _upwards(path))
    removed = stage.folded(_with_removed, lambda root: frozenset())
    return not found.unknown and not given and removed.isdisjoint(_upwards(path))


def _with_removed(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """What RUN removes or moves away, so that an ordinary user's may come in its place."""
    removing = [one for one in executed(stage) if one.command.program in ("rm", "rmdir", "mv")]
    paths = [named_path(stage, command, word) or "/" for command in removing for word in command.operands]
    return below.union(paths) if paths else below


def folder_of_root(stage: Stage, path: str, instruction: Instruction) -> str | None:
    """The nearest folder above a path that root made and kept, so that an ordinary user cannot make the path there."""
    found = owned(stage)
    above = posixpath.dirname(path)
    while above not in ("/", ""):
        if above in found.kept:
            if not _may_bring(stage, path, instruction):
                found = found._replace(filled=frozenset())
            return above if is_kept_by_root(stage, above) and not _is_given(found, path) else None
        above = posixpath.dirname(above)
    return None


def _may_bring(stage: Stage, path: str, instruction: Instruction) -> bool:
    """Whether a COPY above an instruction brings folders or unknown names to where the path lies."""
    numbers = stage.once(_numbers)
    for each in stage.chain:
        for copy in copies_of(each):
            is_above = each is not stage or numbers[copy.instruction] < numbers[instruction]
            if is_above and copy.destination is not None and _is_below(path, (copy.destination,)):
                within = posixpath.relpath(path, copy.destination)
                if any(_may_hold(stage, source, within) for source in copy.sources):
                    return True
    return False


def _may_hold(stage: Stage, source: str, within: str) -> bool:
    """Whether a source may be a folder with that path in it, or have its name."""
    name = posixpath.basename(source.rstrip("/"))
    if stage.context.known and not set(source) & set(_PATTERN):
        return stage.context.exists(posixpath.normpath(posixpath.join(source, within))) or name == within
    return "." not in name.strip(".") or fnmatchcase(within.partition("/")[0], name)


def is_copied_as_root(stage: Stage, instruction: Instruction, path: str, below: bool) -> bool:
    """Whether a COPY above brings the path from the context without giving it away, so that it belongs to root.

    With `below` a folder counts whose content it brings, whoever owns the folder itself.
    """
    found = owned(stage)
    if found.unknown or _is_related(path, found.given, found.above) or _is_related(path, found.filled, frozenset()):
        return False
    copied = _copied(stage)
    first = copied.get((path, True), copied.get((path, False)) if below else None)
    return first is not None and first < stage.once(_numbers)[instruction]


def _copied(stage: Stage) -> dict[tuple[str, bool], int]:
    """What COPY brings from the context without flags, whether it is a file, and by the how manyth instruction."""
    known = stage.memo.get(_copied)
    if known is None:
        known = stage.memo[_copied] = {}
        numbers = stage.once(_numbers)
        for copy in copies_of(stage):
            plain = copy.instruction.keyword == "COPY" and copy.stage is None and not copy.from_image
            if copy.destination is None or not plain or copy.instruction.flags:
                continue
            for source in copy.sources:
                if set(source) & set(_PATTERN) or source.startswith("<<"):
                    continue
                name = posixpath.basename(source.rstrip("/"))
                is_file = "." in name.strip(".") and stage.context.kind(source) != "directory"
                folder = is_file and copy.is_folder
                path = posixpath.join(copy.destination, name) if folder else copy.destination
                known.setdefault((path, is_file), numbers[copy.instruction])
    assert isinstance(known, dict)
    return known


def _numbers(stage: Stage) -> dict[Instruction, int]:
    return {one: number for number, one in enumerate(stage.instructions)}


def owned(stage: Stage) -> Owned:
    """Who got what until the end of the stage; remembered."""
    return stage.folded(_with_owners, lambda root: Owned(False, *[frozenset()] * 7))


def _known(stage: Stage) -> "ImageFacts | None":
    known = base_facts(stage)
    if known is None or known.user not in _ROOT or known.family.startswith("chainguard/"):
        return None
    return known if known.role in _ROLES or known.family in _FAMILIES else None


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return (path + "/").startswith(tuple([folder + "/" for folder in folders]))


def _is_given(found: Owned, path: str) -> bool:
    related = _is_related(path, found.given, found.above) or _is_related(path, found.entered, found.above)
    return found.unknown or related or any(one in found.filled for one in _upwards(posixpath.dirname(path)))


def _is_related(path: str, others: frozenset[str], above: frozenset[str]) -> bool:
    """Whether the path or one above it is among the others, or the path stands above one of them."""
    return path in above or any(one in others for one in _upwards(path))


def _upwards(path: str) -> Iterator[str]:
    """The path, and all folders above it."""
    yield path
    while path not in ("/", ""):
        path = posixpath.dirname(path)
        yield path


def _with_owners(stage: Stage, below: Owned) -> Owned:
    unknown, entered, kept, filled = below.unknown, set(below.entered), set(below.kept), set(below.filled)
    laid, given = set(below.laid), set(below.given - below.laid)
    for instruction in stage.instructions:
        user = stage.state_before(instruction).user
        as_root = user is not None and user.partition(":")[0] in _ROOT
        if instruction.keyword == "WORKDIR":
            workdir = stage.state_after(instruction).workdir
            unknown = unknown or workdir is None
            if as_root:
                kept.add(workdir or "/")
            elif workdir not in kept:
                entered.add(workdir or "/")
        elif instruction.keyword in ("COPY", "ADD"):
            unknown = _of_copy(stage, instruction, given | laid, laid, kept, filled) or unknown
        elif instruction.keyword == "RUN" and not _is_ordinary(user):
            unknown = _of_run(stage, instruction, given, kept) or unknown
    laid -= given
    given |= laid
    return Owned(
        unknown,
        frozenset(given),
        frozenset(laid),
        frozenset(entered),
        frozenset(kept),
        below.above | _folders_above((given - below.given) | (entered - below.entered)),
        below.above_kept | _folders_above(kept - below.kept),
        frozenset(filled),
    )


def _folders_above(paths: set[str]) -> frozenset[str]:
    return frozenset([above for path in paths for above in _upwards(posixpath.dirname(path)) if above != path])


def _is_ordinary(user: str | None) -> bool:
    return user is not None and "$" not in user and user.partition(":")[0] not in _ROOT


def _of_copy(
    stage: Stage, instruction: Instruction, given: set[str], laid: set[str], kept: set[str], filled: set[str]
) -> bool:
    """Note where a COPY puts files; tells whether that is not known.

    A folder that is there keeps its owner and its mode, whatever `--chown` and `--chmod` say
    (github.com/tonistiigi/fsutil, copy/copy.go: ``copyDirectory``).
    """
    copy = copy_of(stage, instruction)
    if copy is None:
        return False
    flags = {flag.name for flag in instruction.flags}
    from_context = copy.stage is None and not copy.from_image and instruction.keyword == "COPY"
    if copy.destination is None:
        return not from_context or bool(flags & {"chown", "chmod"})
    if from_context and flags & {"chown", "chmod"} and copy.destination in kept - given:
        filled.add(copy.destination)
    elif not from_context or flags & {"chown", "chmod"}:
        laid.add(copy.destination)
    elif copy.is_folder or any(source.rstrip("/") in (".", "") for source in copy.sources):
        kept.add(copy.destination)
    return False


def _of_run(stage: Stage, instruction: Instruction, given: set[str], kept: set[str]) -> bool:
    """Note what the commands of a RUN give away; tells whether it may be anything."""
    commands = executed_by(stage, instruction)
    if not commands or any(_is_opaque(command) for command in commands):
        return True
    for command in commands:
        if command.command.program == "mkdir":
            kept.update([path for path in [named_path(stage, command, word) for word in command.operands] if path])
        elif not all(_note(stage, command, word, given) for word in _named(command)):
            return True
    told = any(command.command.program in _GIVING for command in commands)
    return not told and any(word in instruction.text for word in ("chown", "chmod", "setfacl"))


def _is_opaque(command: Executed) -> bool:
    """Whether the command may give away what it does not name."""
    program, options = command.command.program, [word for word in command.words if word.startswith("-")]
    if program in _OPAQUE or command.words[0].startswith(("./", "$", "/tmp", "/opt", "/app")):
        return True
    if program in ("cp", "mv"):
        return any(option.startswith(("-a", "-p", "--pres", "--arch")) for option in options)
    return program == "mkdir" and any(option.startswith(("-m", "--mode")) for option in options)


def _named(command: Executed) -> list[str]:
    """The words that name what a command gives away."""
    program = command.command.program
    if program in _GIVING:
        return list(command.operands if program == "install" else command.operands[1:])
    if program in _ACCOUNTS:
        return [value for option, value in pairwise(command.words) if option in _HOMES]
    return []


def _note(stage: Stage, command: Executed, word: str, given: set[str]) -> bool:
    """Note a path, or what stands above a pattern, as given away; tells whether it is known."""
    opened = min([word.find(character) for character in _PATTERN[1:] if character in word], default=-1)
    if opened >= 0:
        word = word[:opened].rpartition("/")[0] + "/" if "/" in word[:opened] else "."
    path = named_path(stage, command, word)
    if path is None:
        return False
    given.add(path)
    return True
