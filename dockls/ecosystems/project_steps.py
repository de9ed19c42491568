"""What the steps of a stage do whose program stays in the folder of its sources, as those of Ruby and PHP do.

Each command of a RUN either leaves nothing that the running program needs (packages, tidying up), installs libraries to
where the language looks for them, changes something in the project's folder, or sets up the image that runs (Apache's
modules, links, settings). The last kind is done in both stages.
"""

import posixpath
from collections.abc import Callable
from typing import NamedTuple

from dockls.ecosystems import Artifact, Obstacle
from dockls.ecosystems.cuts import shown
from dockls.ecosystems.steps import command_purpose
from dockls.semantics import Stage, joined
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, copies_of
from dockls.syntax import Instruction

#: what a command does: nothing that lasts, installs libraries, changes the project, sets up the image
QUIET, INSTALLS, PROJECT, RUNTIME = "quiet", "installs", "project", "runtime"

_BARE = frozenset((
    "cd", "ls", "set", "export", "true", ":", "test", "[", "pwd", "which", "unset", "date", "exit", "cat", "sleep",
    "env", ".", "source", "command", "printf", "echo", "tar", "unzip",
))  # fmt: skip
_SHAPING = frozenset(("mkdir", "chown", "chmod", "chgrp", "touch", "ln", "cp", "mv", "sed", "rm", "rmdir", "install"))
_CACHES = ("/root/.cache", "/root/.npm", "/var/lib/apt", "/var/cache", "/tmp", "/usr/share/doc", "/usr/share/man", "~")
_MANAGERS = frozenset(("apt-get", "apt", "apk", "apt-key", "gpg", "git", "corepack", "npm", "yarn", "pnpm", "npx"))
#: where the usual set-ups of package sources come from
_SOURCES = ("nodesource.com", "yarnpkg.com", "getcomposer.org", "composer")


class ProjectSteps(NamedTuple):
    """`changed` tells that a step changes the project's folder behind or beside COPY.

    `repeated` are RUN instructions that both stages have, `lines` commands out of others, as RUN lines.
    """

    changed: bool
    repeated: tuple[Instruction, ...]
    lines: tuple[str, ...]


#: what a language makes of a command; None where the command is not the language's own
Judge = Callable[[Executed], str | None]


def project_steps(
    stage: Stage, above: tuple[Instruction, ...], homes: tuple[str, ...], judge: Judge
) -> ProjectSteps | Obstacle:
    """Sort the RUN instructions; `homes` are the folders of installed libraries."""
    folder = stage.final_state.workdir or "/"
    changed = False
    repeated: list[Instruction] = []
    lines: list[str] = []
    for instruction in above:
        if instruction.keyword != "RUN":
            continue
        commands = executed_by(stage, instruction)
        kinds = [judge(command) or _kind(command, folder, homes) for command in commands]
        if not commands or None in kinds:
            return Obstacle(f"what `{shown(instruction)}` makes may be needed at run time")
        changed = changed or PROJECT in kinds
        if RUNTIME not in kinds:
            continue
        settings = [command for command, kind in zip(commands, kinds, strict=True) if kind == RUNTIME]
        bare = [command for command, kind in zip(commands, kinds, strict=True) if kind == QUIET]
        if len(settings) + len(bare) == len(commands) and all(command.words[0] in _BARE for command in bare):
            repeated.append(instruction)
        elif any(command.conditional or command.command.connector == "|" for command in settings):
            return Obstacle(f"what `{shown(instruction)}` sets up cannot be told from what it builds")
        else:
            lines.append("RUN " + " && ".join([_text(command) for command in settings]))
    return ProjectSteps(changed, tuple(repeated), tuple(lines))


def sources_taken(
    stage: Stage, last: Instruction, below: tuple[Instruction, ...], changed: bool, tools: frozenset[str]
) -> tuple[tuple[Artifact, ...], tuple[Instruction, ...]]:
    """The project's folder from the builder where a step has changed it, and the COPY instructions to do again.

    Not again what a later COPY, also of those `below`, brings anyway. `tools` are names of files for the build alone.
    """
    folder = stage.final_state.workdir or "/"
    above = stage.instructions[: stage.instructions.index(last) + 1]
    copies = copies_of(stage)
    whole = [copy for copy in copies if copy.instruction in (*above, *below) and copy.sources in ((".",), ("./",))]
    repeated: list[Instruction] = []
    for copy in copies:
        if copy.instruction not in above or _brings_tools(copy, tools):
            continue
        path = copy.destination or "/"
        inside = path == folder or path.startswith(folder.rstrip("/") + "/")
        later = [one.destination for one in whole if copies.index(one) > copies.index(copy)]
        if not (changed and inside) and not _is_covered(copy, later):
            repeated.append(copy.instruction)
    return ((Artifact(folder, True),) if changed else ()), tuple(repeated)


def _is_covered(copy: Copy, whole: list[str | None]) -> bool:
    """Whether a COPY brings files of the context's top folder to where a later one brings the whole context."""
    plain = all("/" not in source.removeprefix("./") and "$" not in source for source in copy.sources)
    own = copy.stage is None and not copy.from_image
    folder = copy.destination if copy.is_folder or len(copy.sources) > 1 else posixpath.dirname(copy.destination or "")
    return own and plain and folder in whole


def _brings_tools(copy: Copy, tools: frozenset[str]) -> bool:
    names = {posixpath.basename(source.rstrip("/")) for source in copy.sources}
    return bool(names) and names <= tools


def _kind(command: Executed, folder: str, homes: tuple[str, ...]) -> str | None:
    """What a command does that every language knows; None where that cannot be told."""
    name = command.command.program
    written = _written(command)
    if command.command.connector == "|" and name in ("bash", "sh", "tee", "gpg", "apt-key", "php"):
        return QUIET
    if name in ("curl", "wget"):
        return QUIET if any(source in word for word in command.words for source in _SOURCES) else None
    if command_purpose(command) in ("packages", "accounts") or name in ("apt-get", "apt", "apk", "gpg"):
        return QUIET
    if name == "git":
        return QUIET if "config" in command.words else None
    if name in _MANAGERS:
        return PROJECT if not {"-g", "--global", "global", "enable"} & set(command.words) else QUIET
    if name in _SHAPING:
        written += _operands(command)
    elif name not in _BARE:
        return None
    return _of_paths(written, folder, homes)


def _of_paths(paths: list[str], folder: str, homes: tuple[str, ...]) -> str:
    kind = QUIET
    for path in paths:
        inside = folder != "/" and (path + "/").startswith(folder.rstrip("/") + "/")
        home = any((path + "/").startswith(one + "/") for one in homes)
        if path == folder and kind == QUIET:
            continue
        if path.startswith(_CACHES) or home or path.startswith(("/etc/apt", "/usr/share/keyrings", "/etc/apk")):
            continue
        kind = PROJECT if inside and kind != RUNTIME else RUNTIME
    return kind


def _operands(command: Executed) -> list[str]:
    operands = [word for word in command.words[1:] if not word.startswith("-")]
    if command.command.program in ("chmod", "chown", "chgrp", "sed"):
        operands = operands[1:]
    return [_path(command, word) for word in operands]


def _written(command: Executed) -> list[str]:
    found: list[str] = []
    for redirect in command.command.redirects:
        word = None if redirect.target is None else redirect.target.value or redirect.target.text
        if ">" in redirect.operator and word is not None and not word.isdigit() and not word.startswith("/dev/"):
            found.append(_path(command, word))
    return found


def _path(command: Executed, word: str) -> str:
    known = "$" not in word and not word.startswith("~")
    return (joined(command.directory, word) if known else None) or word


def _text(command: Executed) -> str:
    span = command.place.span
    return " ".join(command.instruction.text[span.start : span.end].replace("\\\n", " ").split())
