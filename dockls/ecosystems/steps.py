"""What the steps of a stage are for: which belong to the build, which prepare the image that runs.

A step is an instruction that changes the file system. What stands below the last build step is sorted: tidying up stays
with the builder, users, folders and packages belong to the image that runs, and of the rest nothing is known.
"""

from collections.abc import Collection
from typing import NamedTuple

from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.syntax import Instruction

CONTRACT = frozenset(("EXPOSE", "VOLUME", "LABEL", "HEALTHCHECK", "STOPSIGNAL", "ENTRYPOINT", "CMD", "MAINTAINER"))
STEPS = frozenset(("RUN", "COPY", "ADD"))

_TIDYING = frozenset((
    "rm", "rmdir", "ls", "echo", "true", ":", "test", "[", "file", "ldd", "du", "find", "set", "go",
    "tar", "cd", "exit", "export", "pwd", "cat", "unset", "sync", "date", "gofmt", "goimports",
    "golint", "staticcheck", "ulimit", "npm", "yarn", "pnpm", "npx", "bun", "printf", "tree", "env", "which", "node",
    "tsc",
))  # fmt: skip
_SHAPING = frozenset(("mv", "cp", "ln", "chmod", "setcap", "strip", "upx"))
_ACCOUNTS = frozenset(("useradd", "adduser", "addgroup", "groupadd", "usermod", "groupmod"))
_SETTING = frozenset(("mkdir", "chown", "touch", "install", "chgrp"))
#: what the builder has and an image that runs a program need not have; its marks stay on a copied file
_FINISHING = frozenset(("setcap", "strip", "upx"))
_REMOVING = frozenset(
    ("del", "clean", "purge", "autoremove", "autoclean", "remove", "update", "upgrade", "dist-upgrade")
)
_PACKAGE_PROGRAMS = frozenset(("apt-get", "apt", "apk", "dnf", "yum", "microdnf", "zypper"))


#: what every image for programs has, or what is added to it as needed
_AMBIENT = frozenset(("ca-certificates", "tzdata", "tini", "dumb-init"))
#: languages that builds make use of
_INTERPRETERS = frozenset(("nodejs", "python3", "python", "perl", "ruby"))


class Below(NamedTuple):
    """The steps below the last build step: `tidying` the builder keeps, `runtime` prepare the image that runs."""

    tidying: tuple[Instruction, ...]
    runtime: tuple[Instruction, ...]
    unknown: tuple[Instruction, ...]


def steps_behind(stage: Stage, last: Instruction) -> Below:
    """The steps of the stage below `last`, sorted."""
    tidying: list[Instruction] = []
    runtime: list[Instruction] = []
    unknown: list[Instruction] = []
    instructions = stage.instructions
    for instruction in instructions[instructions.index(last) + 1 :]:
        if instruction.keyword in ("COPY", "ADD"):
            runtime.append(instruction)
        elif instruction.keyword == "RUN":
            kind = purpose(stage, instruction)
            if finishing(stage, instruction) is not None and (runtime or kind != "shaping"):
                unknown.append(instruction)
            elif kind == "shaping":
                (runtime if runtime else tidying).append(instruction)
            else:
                {"tidying": tidying, "unknown": unknown}.get(kind, runtime).append(instruction)
    return Below(tuple(tidying), tuple(runtime), tuple(unknown))


def finishing(stage: Stage, instruction: Instruction) -> str | None:
    """The program in a RUN that works on a finished binary and is part of few images; None if there is none."""
    programs = [command.command.program for command in executed_by(stage, instruction)]
    return next((program for program in programs if program in _FINISHING), None)


def purpose(stage: Stage, instruction: Instruction) -> str:
    """The weightiest purpose of a RUN's commands.

    It is ``tidying`` (deletes, shows, checks), ``shaping`` (moves files and sets modes), ``accounts``, ``packages``,
    ``setting`` (makes folders, gives them away) or ``unknown``.
    """
    commands = executed_by(stage, instruction)
    kinds = {command_purpose(command) for command in commands}
    if not commands or "unknown" in kinds:
        return "unknown"
    for kind in ("packages", "accounts", "setting", "shaping"):
        if kind in kinds:
            return kind
    return "tidying"


def command_purpose(command: Executed) -> str:
    """The same for one command."""
    name = command.command.program
    if name in _ACCOUNTS:
        return "accounts"
    if name in _SETTING:
        return "setting"
    if name in _PACKAGE_PROGRAMS:
        operands = [word for word in command.words[1:] if not word.startswith("-")]
        return "tidying" if operands[:1] and operands[0] in _REMOVING else "packages"
    if name in _SHAPING:
        return "shaping"
    return "tidying" if name in _TIDYING else "unknown"


class Package(NamedTuple):
    """A distribution's package that a stage installs itself, and what it is for."""

    name: str
    manager: str
    kind: str | None
    instruction: Instruction


def packages(stage: Stage) -> tuple[Package, ...]:
    """The packages that the stage and the stages it starts from install."""
    from dockls.knowledge import package_install, package_kind

    found: list[Package] = []
    current: Stage | None = stage
    while current is not None:
        for command in executed(current):
            install = package_install(list(command.words))
            if install is None:
                continue
            for word in install.packages:
                for name in _in_variable(current, command, word) if word.startswith("$") else (word,):
                    kind = package_kind(name, install.manager)
                    found.append(Package(name, install.manager, kind, command.instruction))
        current = current.parent
    return tuple(found)


def packages_to_run(stage: Stage) -> tuple[str, ...]:
    """The installed packages that are there to be run or read by other programs, such as ffmpeg or fonts."""
    return tuple(
        [
            package.name
            for package in packages(stage)
            if package.kind == "runtime" and package.name not in _AMBIENT and package.name not in _INTERPRETERS
        ]
    )


def tools_installed(stage: Stage) -> tuple[str, ...]:
    """The installed packages of which it is not known whether they are for the build or for the program."""
    return tuple([one.name for one in packages(stage) if one.kind in ("tool", None) or one.name in _INTERPRETERS])


def assumed_of_tools(stage: Stage, called: Collection[str] = ()) -> tuple[str, ...]:
    """What is taken for granted of the tools that the stage installs, but for those that are `called`."""
    names = [f"`{name}`" for name in tools_installed(stage) if name not in called]
    return (f"the program does not call {', '.join(names)}, which the builder installs",) if names else ()


def _in_variable(stage: Stage, command: Executed, word: str) -> tuple[str, ...]:
    """The packages that a shell variable lists which the same RUN sets."""
    name = word.strip("${}")
    for other in executed_by(stage, command.instruction):
        for assignment in other.command.assignments:
            key, _, value = (assignment.value or assignment.text).partition("=")
            if key == name:
                return tuple(value.split())
    return ()


def install_line(manager: str, names: tuple[str, ...]) -> str | None:
    """The RUN that installs packages and leaves nothing behind; None for managers that are not known."""
    listed = " ".join(names)
    if manager == "apk":
        return f"RUN apk add --no-cache {listed}"
    if manager == "apt":
        return (
            f"RUN apt-get update && apt-get install -y --no-install-recommends {listed} && rm -rf /var/lib/apt/lists/*"
        )
    return None
