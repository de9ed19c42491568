"""A RUN writes, as a user who is not root, into a folder that belongs to root.

What a WORKDIR above USER makes, and what COPY makes without `--chown`, belongs to root. `npm ci` then ends with
“EACCES: permission denied, mkdir '/app/node_modules'”. Let the user have the folder, by `RUN chown node /app` above
USER, or put USER above WORKDIR: BuildKit makes the folder as the user in force.

Told are installing and building commands and a few like `mkdir` and `touch`, and tools that write into folders of the
system: `npm install --global`, `corepack enable`. Nothing is said in images whose folders are not known, where
something may have given the folder away, and of files that are only read. Source: BuildKit, convert.go,
dispatchWorkdir.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
USER node
RUN npm ci
    ^^^^^^ warning: `/app` belongs to root, so user `node` cannot write `node_modules` there
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN chown node /app
USER node
RUN npm ci
```
"""

import posixpath
from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed, is_forgiven, named_path
from dockls.syntax import Instruction, Place
from dockls.text import Edit

_UNKNOWN = frozenset("$*?[{`~")
_PREFIX = ("NPM_CONFIG_PREFIX", "npm_config_prefix")
#: where tools put what they make in every case, beside what the tables of commands know
_FOLDERS = {"mvn": "target", "./mvnw": "target", "gradle": ".gradle", "./gradlew": ".gradle", "cargo": "target"}
_ELSEWHERE = frozenset(("-f", "-p", "--project-dir", "--project-cache-dir", "--target-dir"))
_BUILDING = frozenset(("package", "install", "compile", "verify", "build", "assemble", "test", "bootJar", "check"))


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def unwritable_files(stage: Stage) -> Iterator[Finding]:
    """Compare where commands write with whose folders those are."""
    if not any(one.keyword == "USER" for one in stage.instructions):
        return
    from dockls.semantics.ownership import user_above

    told: set[Instruction] = set()
    for command in executed(stage):
        user = (stage.state_before(command.instruction).user or "root").partition(":")[0]
        if user in ("root", "0", "") or command.conditional or command.instruction in told:
            continue
        found = _refused(stage, command)
        changing = None if found is None else user_above(stage, command.instruction)
        if found is None or changing is None:
            continue
        told.add(command.instruction)
        folder, path = found
        message = f"`{folder}` belongs to root, so user `{user}` cannot write `{posixpath.relpath(path, folder)}` there"
        related = (Related(Place(changing, changing.words[0].span), "sets the user"),)
        yield Finding(command.place, message, related, _fixes(stage, changing, folder, user))


def _refused(stage: Stage, command: Executed) -> tuple[str, str] | None:
    """A folder of root's, and what the command wants to write there; None where that is not certain."""
    from dockls.semantics.ownership import folder_of_root, is_root_folder, ordinary_user

    words = [*_written(stage, command), *_of_tools(stage, command)]
    wanted = [word for word in words if not set(word) & _UNKNOWN]
    system = _system_folder(stage, command)
    if not (wanted or system) or ordinary_user(stage, command.instruction) is None:
        return None
    if is_forgiven(stage, command) or _is_mounted(command):
        return None
    for word in wanted:
        path = named_path(stage, command, word)
        folder = None if path is None else folder_of_root(stage, path, command.instruction)
        if path is not None and folder is not None:
            return folder, path
    if system is not None and is_root_folder(stage, system):
        return posixpath.dirname(system), system
    return None


def _written(stage: Stage, command: Executed) -> Iterator[str]:
    """What the command certainly makes, changes or removes, as written."""
    from dockls.knowledge import build_command

    for redirect in command.command.redirects:
        if redirect.operator in (">", ">>", "&>") and redirect.target is not None and redirect.target.value:
            yield redirect.target.value
    program, operands = command.words[0], command.operands
    options = {word for word in command.words[1:] if word.startswith("-")}
    if program in ("mkdir", "touch", "rmdir", "tee") and not options & {"-m", "--mode", "-d", "-t", "-r"}:
        yield from operands if program != "mkdir" or "-p" not in options else _new(stage, command)
    elif program in ("cp", "mv", "ln") and len(operands) == 2 and operands[1] not in (".", "./"):
        yield operands[1]
    build = build_command(list(command.words))
    if build is not None:
        yield from [one.path for one in build.outputs if one.path is not None and one.certainty == "certain"]


def _of_tools(stage: Stage, command: Executed) -> Iterator[str]:
    """Where tools put what they make; it seldom lies among the sources."""
    from dockls.knowledge import install_command

    program, operands = command.words[0], command.operands
    if command.words[1:3] == ("-m", "venv") or command.words[:2] == ("uv", "venv"):
        yield operands[-1] if len(operands) > 1 else ".venv"
    is_elsewhere = "CARGO_TARGET_DIR" in _names(stage, command) or _ELSEWHERE & set(command.words)
    if program in _FOLDERS and _BUILDING & set(operands) and not is_elsewhere:
        yield _FOLDERS[program]
    install = install_command(list(command.words))
    if install is not None and install.directory is None:
        folder = {"npm": "node_modules", "pnpm": "node_modules", "bun": "node_modules", "composer": "vendor"}
        yield from [folder[install.ecosystem]] if install.ecosystem in folder else []


def _new(stage: Stage, command: Executed) -> Iterator[str]:
    """The folders that `mkdir -p` has to make."""
    from dockls.semantics.files import made

    for word in command.operands:
        path = named_path(stage, command, word)
        found = None if path is None else made(stage, path)
        # A folder that comes by COPY may hold it already.
        if found is None or (found.instruction is command.instruction and found.path == path):
            yield word


def _names(stage: Stage, command: Executed) -> set[str]:
    return set(stage.state_before(command.instruction).environment)


def _system_folder(stage: Stage, command: Executed) -> str | None:
    """What a tool writes into a folder of the system, in images where that is known."""
    known = base_facts(stage)
    words = command.words
    if known is None or known.family not in ("node", "python"):
        return None
    if known.family == "python":
        return "/usr/local/lib/python3" if words[:3] == ("uv", "pip", "install") and "--system" in words else None
    if words[0] == "npm" and {"-g", "--global"} & set(words) and {"install", "i", "add"} & set(words[1:3]):
        is_moved = _names(stage, command) & {*_PREFIX} or any(word.startswith("--prefix") for word in words)
        mentioned = any("prefix" in one.text or "npmrc" in one.text for one in stage.instructions)
        return None if is_moved or mentioned else "/usr/local/lib/node_modules"
    if words[:2] == ("corepack", "enable") and not any(word.startswith("--install") for word in words):
        return "/usr/local/bin/yarn"
    return None


def _is_mounted(command: Executed) -> bool:
    """Whether a mount may have put something writable into the folder."""
    from dockls.semantics.mounts import mounts_of

    for mount in mounts_of(command.instruction):
        target = mount.target
        below = not target.startswith("/") or (target + "/").startswith((command.directory or "/").rstrip("/") + "/")
        if mount.forgets or (mount.kind == "cache" and below):
            return True
    return False


def _fixes(stage: Stage, changing: Instruction, folder: str, user: str) -> tuple[Fix, ...]:
    """`chown` above USER, where the folder is there by then."""
    from dockls.semantics.ownership import is_kept_by_root

    if changing not in stage.instructions or not is_kept_by_root(stage, folder):
        return ()
    above = stage.instructions[: stage.instructions.index(changing)]
    below = [(each, one) for each in stage.chain[1:] for one in each.instructions]
    entered = any(
        one.keyword == "WORKDIR" and each.state_after(one).workdir == folder
        for each, one in [*below, *[(stage, one) for one in above]]
    )
    if not entered or stage.state_before(changing).user not in ("root", "0"):
        return ()
    return (Fix(f"Let `{user}` have `{folder}`", partial(_give, changing, f"chown {user} {folder}"), safe=False),)


def _give(changing: Instruction, command: str, model: Model) -> Iterable[Edit]:
    return [edits.insert_before(model, changing, [f"{edits.keyword(model, 'RUN')} {command}"])]
