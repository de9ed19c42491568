"""What a finished image runs: the commands of ENTRYPOINT, CMD and HEALTHCHECK."""

import posixpath
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from dockls.ecosystems import Obstacle
from dockls.semantics import Command, Stage, contract, expanded, joined
from dockls.shell import scripts
from dockls.syntax import Instruction

#: programs that only start another one
_LAUNCHERS = frozenset(("tini", "tini-static", "dumb-init", "catatonit", "exec", "nice", "su-exec", "gosu", "setpriv"))
#: folders that hold what programs read at run time
FOLDERS = (
    *("assets", "certs", "config", "configs", "conf", "i18n", "locales", "migrations", "prisma", "public"),
    *("resources", "static", "templates", "translations", "views", "www", "Public", "Resources"),
)
#: endings of files that a program is told to read
_FILE_ENDINGS = (
    *(".yml", ".yaml", ".json", ".toml", ".conf", ".ini", ".env", ".cfg", ".properties", ".pem", ".crt"),
    *(".js", ".mjs", ".cjs", ".sh", ".key", ".xml", ".html", ".sql"),
)


class Running(NamedTuple):
    """One command that the image runs.

    `words` begin with the program, launchers left out; `path` is its absolute path where it is called by one,
    `launcher` the program that starts it. `shell` tells that a shell is needed to run it; `role` is ``program`` or
    ``healthcheck``.
    """

    words: tuple[str, ...]
    path: str | None
    launcher: str | None
    shell: bool
    role: str

    @property
    def name(self) -> str:
        """The program's name without its folder."""
        return self.words[0].rpartition("/")[2]


def running(stage: Stage) -> tuple[Running, ...]:
    """What the finished stage runs by its own ENTRYPOINT and CMD, the program first, then its HEALTHCHECK."""
    promised = contract(stage)
    entrypoint = promised.entrypoint if promised.entrypoint and promised.entrypoint.origin else None
    command = promised.command if promised.command and promised.command.origin else None
    found: list[Running] = []
    if entrypoint is not None:
        if entrypoint.shell:
            found += _of_shell(stage, entrypoint.origin, "program")
        else:
            arguments = () if command is None or command.shell else command.words
            found += _of_words(stage, entrypoint.words + arguments, "program")
    elif command is not None:
        found += _of_command(stage, command, "program")
    if promised.healthcheck is not None and promised.healthcheck.origin is not None:
        words = [word.value for word in promised.healthcheck.origin.words]
        if words[:1] and words[0].upper() == "CMD":
            if promised.healthcheck.origin.is_json:
                found += _of_words(stage, tuple(words[1:]), "healthcheck")
            else:
                found += _of_shell(stage, promised.healthcheck.origin, "healthcheck")
    return tuple(found)


def needing_tools(runs: Iterable[Running]) -> Obstacle | None:
    """Why the programs cannot do without what builds them: one is a server for development, or builds by itself."""
    from dockls.knowledge import development_command

    for run in runs:
        if run.role == "program" and development_command(list(run.words)):
            return Obstacle(f"`{' '.join(run.words)}` needs the tools of the build at run time")
    return None


def _of_command(stage: Stage, command: Command, role: str) -> list[Running]:
    return _of_shell(stage, command.origin, role) if command.shell else _of_words(stage, command.words, role)


def _of_shell(stage: Stage, origin: Instruction | None, role: str) -> list[Running]:
    """The commands of a shell form, or of ``sh -c``; the last of them is the one that stays."""
    found: list[Running] = []
    for piece in scripts(origin) if origin is not None else ():
        for command in reversed(piece.script.commands):
            words = tuple([word.text if word.value is None else word.value for word in command.words])
            found += [run._replace(shell=True) for run in _of_words(stage, words, role)]
    return [run for run in found if run.words[0] not in ("exit", "echo", "set", "cd", "export", "true", "false", "[")]


def _of_words(stage: Stage, words: tuple[str, ...], role: str) -> list[Running]:
    launcher = None
    while words and words[0].rpartition("/")[2] in _LAUNCHERS:
        launcher = None if words[0] == "exec" else words[0]
        words = _without_options(words[1:], words[0].rpartition("/")[2])
    if not words:
        return []
    name = words[0].rpartition("/")[2]
    if name in ("sh", "bash", "ash", "dash") and len(words) > 1:
        inner = _inline(words)
        if inner is not None:
            return [run._replace(shell=True) for run in _of_script(stage, inner, role)]
        run = Running(words[1:], _path(stage, words[1]), launcher, True, role)
        return [run._replace(path=run.path or joined(stage.final_state.workdir, words[1]))]
    return [Running(words, _path(stage, words[0]), launcher, False, role)]


def _inline(words: tuple[str, ...]) -> str | None:
    for flag, script in pairwise(words[1:]):
        if flag.startswith("-") and "c" in flag:
            return script
    return None


def _of_script(stage: Stage, script: str, role: str) -> list[Running]:
    from dockls.shell import parse

    found: list[Running] = []
    for command in reversed(parse(script).commands):
        words = tuple([word.text if word.value is None else word.value for word in command.words])
        found += _of_words(stage, words, role)
    return found


def _without_options(words: tuple[str, ...], launcher: str) -> tuple[str, ...]:
    """The words behind a launcher's own options, its ``--``, and the user that su-exec and gosu take."""
    while words and words[0].startswith("-"):
        if words[0] == "--":
            return words[1:]
        words = words[1:]
    return words[1:] if launcher in ("su-exec", "gosu") else words


def _path(stage: Stage, word: str) -> str | None:
    """The absolute path that a word names; None for a bare name, which PATH finds."""
    state = stage.final_state
    value = expanded(word, state, stage.declaration.escape) if "$" in word else word
    return None if value is None or "/" not in value else joined(state.workdir, value)


def on_search_path(stage: Stage, name: str) -> tuple[str, ...]:
    """The places where a bare program name is looked for."""
    folders = stage.final_state.lookup("PATH") or "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return tuple([posixpath.normpath(posixpath.join(folder, name)) for folder in folders.split(":") if folder])


def named_files(stage: Stage, runs: tuple[Running, ...]) -> tuple[str, ...]:
    """The absolute paths of files and folders that the commands' arguments seem to name."""
    found: list[str] = []
    for run in runs:
        for word in run.words[2 if run.words[0] in ("npx", "bunx") else 1 :]:
            value = word.partition("=")[2] if word.startswith("-") and "=" in word else word
            if value.startswith("-") or "://" in value or "$" in value or ":" in value:
                continue
            telling = value.rstrip("/").rpartition("/")[2] in FOLDERS or value.endswith(_FILE_ENDINGS)
            if telling or (stage.context.known and value.startswith(("./", "../", "/"))):
                path = joined(stage.final_state.workdir, value)
                if path is not None and path not in found and path.count("/") > 1 and not _is_data(stage, path):
                    found.append(path)
    return tuple(found)


def _is_data(stage: Stage, path: str) -> bool:
    """Whether a path lies in a VOLUME, where a running container puts its own."""
    volumes = [joined("/", volume) for volume in contract(stage).volumes]
    return any(volume is not None and (path + "/").startswith(volume.rstrip("/") + "/") for volume in volumes)
