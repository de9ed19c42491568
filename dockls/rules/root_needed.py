"""A command that only root may run, or that changes what belongs to root, run as a user who is not root.

Installing packages of the distribution and making accounts needs root's rights, and so does changing files in `/etc`,
`/usr` or `/opt`: behind `USER node` the step fails with “Permission denied” or “are you root?”. It belongs above USER,
or between `USER root` and the USER that follows.

Told are, in a RUN behind a USER instruction of the file and without `sudo`: `apt-get`, `apk`, `dnf`, `yum` and the
like, `useradd`, `adduser` and the like, commands that write, remove or give away paths in folders of the system, and
`chmod` and `chown` on what a COPY has brought without `--chown`. Of those paths only what certainly belongs to root is
told: nothing in images that are not known, and nothing where something above may have given it to somebody else. A COPY
into a folder that is there, with `--chown` or without, leaves the folder itself to root.

```dockerfile
FROM node:24-slim
USER node
RUN apt-get update && apt-get install -y tini
    ^^^^^^^^^^^^^^ error: `apt-get` needs root, but this RUN is user `node`
```
"""

from collections.abc import Iterator
from itertools import pairwise

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed, is_forgiven, named_path
from dockls.syntax import Instruction, Place

_MANAGERS = frozenset(("apt-get", "apt", "apk", "dnf", "microdnf", "yum", "zypper", "pacman", "tdnf"))
_WRITING = frozenset(
    ("install", "add", "update", "upgrade", "remove", "purge", "del", "makecache", "-S", "-Sy", "-Syu")
)
_ACCOUNTS = frozenset(
    ("useradd", "adduser", "usermod", "userdel", "deluser", "groupadd", "addgroup", "groupmod", "groupdel", "delgroup",
     "update-ca-certificates", "ldconfig", "locale-gen")
)  # fmt: skip
_REMOVING = frozenset(("rm", "rmdir"))
_SETTING = frozenset(("chmod", "chown", "chgrp"))
#: what the nginx image certainly has; of other files `rm -f` is content if they are missing
_FILES_OF_NGINX = ("/etc/nginx/conf.d/default.conf", "/etc/nginx/nginx.conf", "/usr/share/nginx/html/")
_UNKNOWN = frozenset("$*?[{`~")


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def root_needed(stage: Stage) -> Iterator[Finding]:
    """Look for what needs root behind USER."""
    if stage.final_state.user in ("root", "0") and not any(one.keyword == "USER" for one in stage.instructions):
        return
    from dockls.semantics.ownership import user_above

    told: set[Instruction] = set()
    for command in executed(stage):
        user = (stage.state_before(command.instruction).user or "root").partition(":")[0]
        if user in ("root", "0", "") or command.instruction in told:
            continue
        program = command.command.program
        path = None
        if not _always_needs_root(command):
            path = _path_of_root(stage, command)
            if path is None:
                continue
        changing = user_above(stage, command.instruction)
        if changing is not None:
            told.add(command.instruction)
            message = f"`{program}` needs root, but this RUN is user `{user}`"
            if path is not None:
                message = f"only root may change `{path}`, but this RUN is user `{user}`"
            related = (Related(Place(changing, changing.words[0].span), "sets the user"),)
            yield Finding(command.place, message, related)


def _always_needs_root(command: Executed) -> bool:
    if command.words[0] in _MANAGERS:
        return any(word in _WRITING for word in command.words[1:])
    asked = {"--help", "--version", "-V"} & set(command.words)
    return command.words[0] in _ACCOUNTS and not asked and not command.conditional


def _path_of_root(stage: Stage, command: Executed) -> str | None:
    """The first path that the command changes and that certainly belongs to root; None if there is none."""
    from dockls.semantics.ownership import is_kept_by_image, ordinary_user

    # Files of the user may be mounted there.
    if command.conditional or "--mount" in command.instruction.text:
        return None
    words = list(_changed(stage, command))
    if not words or ordinary_user(stage, command.instruction) is None or is_forgiven(stage, command):
        return None
    for word in words:
        bare = word.removesuffix("/*") if command.words[0] in _REMOVING | _SETTING else word
        path = None if set(bare) & _UNKNOWN - {"$"} else named_path(stage, command, bare)
        if path is not None and _belongs_to_root(stage, command, path):
            return path
        is_folder_itself = command.words[0] in _SETTING and bare == word
        if path is not None and is_folder_itself and is_kept_by_image(stage, path):
            return path
    return None


def _belongs_to_root(stage: Stage, command: Executed, path: str) -> bool:
    """Whether what the command does with the path certainly fails."""
    from dockls.semantics.ownership import is_copied_as_root, is_kept_by_root, is_new_in_root_folder, is_root_folder

    program = command.words[0]
    if program == "mkdir" and any("p" in word for word in command.words if word[:1] == "-"):
        # `mkdir -p` is content if the folder is there already.
        return is_new_in_root_folder(stage, path)
    if is_root_folder(stage, path):
        return True
    recursive = any(word == "--recursive" or (word[:2] != "--" and "R" in word) for word in command.words[1:2])
    if program in _SETTING:
        copied = is_copied_as_root(stage, command.instruction, path, recursive)
        return copied or is_kept_by_root(stage, path)
    return program == "mkdir" and is_new_in_root_folder(stage, path)


def _changed(stage: Stage, command: Executed) -> Iterator[str]:
    """The words of a command that name what it changes."""
    for redirect in command.command.redirects:
        if redirect.operator in (">", ">>", "&>") and redirect.target is not None and redirect.target.value:
            yield redirect.target.value
    program, operands = command.words[0], command.operands
    options = [word for word in command.words[1:] if word.startswith("-")]
    quiet = any(word == "--force" or (word[:2] != "--" and "f" in word) for word in options)
    if program in _REMOVING:
        yield from [word for word in operands if not quiet or _is_there(stage, command, word)]
    elif program in _SETTING and not quiet and "--reference" not in command.instruction.text:
        yield from operands[1:]
    elif program == "mkdir":
        yield from [] if {"-m", "--mode"} & set(options) else operands
    elif program in ("touch", "tee"):
        yield from operands if not options or program == "tee" else ()
    elif program == "mv" and len(operands) > 1 and "-t" not in options:
        yield from operands
    elif program in ("cp", "ln", "install") and len(operands) > 1 and "-t" not in options:
        yield operands[-1]
    elif program == "sed" and any(word[:2] == "-i" or word == "--in-place" for word in options):
        yield from operands[1:] if not {"-e", "-f"} & set(options) else ()
    elif program in ("curl", "wget"):
        wanted = ("-o", "--output") if program == "curl" else ("-O", "--output-document")
        yield from [value for option, value in pairwise(command.words) if option in wanted]


def _is_there(stage: Stage, command: Executed, word: str) -> bool:
    """Whether a file is certainly there, so that `rm -f` tries to remove it."""
    from dockls.semantics.compatibility import base_facts
    from dockls.semantics.ownership import is_copied_as_root

    path = named_path(stage, command, word.removesuffix("/*"))
    if path is None or set(path) & _UNKNOWN:
        return False
    known = base_facts(stage)
    if known is not None and known.family == "nginx" and (path + "/").startswith(_FILES_OF_NGINX):
        return True
    return is_copied_as_root(stage, command.instruction, path, False)
