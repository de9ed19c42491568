"""RUN instructions of a stage that is to have no shell: each must be superfluous there, or the whole is refused."""

from typing import NamedTuple

from dockls.knowledge import build_command, install_command, package_install
from dockls.knowledge.system_commands import manager_facts
from dockls.runtimes.accounts import account_of
from dockls.runtimes.artifacts import program_at
from dockls.runtimes.run_translation import shown_run
from dockls.runtimes.subject import CannotSwitchError, Subject
from dockls.semantics import joined
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import copies_of, made
from dockls.shell import scripts
from dockls.syntax import Instruction

_CERTIFICATES = frozenset(("ca-certificates", "ca-certificates-bundle"))
#: packages that serve package managers only
_SUPERFLUOUS = frozenset(("apt-transport-https", "apt-utils", "libc6-compat", "gcompat", "adduser", "passwd", "shadow"))


class Needs(NamedTuple):
    """What a RUN that is left out had brought: CA certificates, time zones."""

    certificates: bool
    zones: bool


def needs_of(subject: Subject, instruction: Instruction) -> Needs:
    """What a RUN brings that the new image must have otherwise; raises CannotSwitchError if it cannot be left out."""
    commands = executed_by(subject.stage, instruction)
    if not commands or any(piece.script.errors for piece in scripts(instruction)):
        raise CannotSwitchError(f"`{shown_run(instruction)}` needs a shell, which the new image does not have")
    packages: set[str] = set()
    for command in commands:
        packages |= _packages(subject, command)
    return Needs(bool(packages & _CERTIFICATES), "tzdata" in packages)


def _packages(subject: Subject, command: Executed) -> set[str]:
    """The packages of a command that can be left out."""
    manager = subject.facts.package_manager or ""
    program = command.command.program
    shown = " ".join(command.words[:3])
    install = package_install(list(command.words))
    if install is not None:
        for package in install.packages:
            if package not in (*_CERTIFICATES, "tzdata", "netbase", *_SUPERFLUOUS):
                raise CannotSwitchError(f"the package `{package}` cannot be installed without a package manager")
        return set(install.packages)
    if manager in ("apt", "apk"):
        facts = manager_facts(manager)
        subcommand = next((word for word in command.words[1:] if not word.startswith("-")), "")
        if program in facts["programs"] and subcommand in (*facts["dropped"], *facts["upgrade"]):
            return set()
        if program == "rm" and _only_below(command, (*facts["caches"], "/tmp", "/var/tmp")):
            return set()
        if account_of(command.words, manager, shown) is not None:
            return set()
    if program in ("true", ":", "set") or (program == "update-ca-certificates" and not _own_certificates(subject)):
        return set()
    if (program == "chmod" and _is_executable(subject, command)) or (
        program == "mkdir" and _is_made_otherwise(subject, command)
    ):
        return set()
    words = list(command.words)
    builds = build_command(words) is not None or install_command(words) is not None
    advice = ": extract a builder stage first" if builds else ""
    raise CannotSwitchError(f"`{shown}` in RUN needs a shell, which the new image does not have{advice}")


def _only_below(command: Executed, folders: tuple[str, ...]) -> bool:
    return all(word.startswith(folders) for word in command.words[1:] if not word.startswith("-"))


def _own_certificates(subject: Subject) -> bool:
    folder = "/usr/local/share/ca-certificates"
    return any((copy.destination or folder).startswith(folder) for copy in copies_of(subject.stage))


def _is_executable(subject: Subject, command: Executed) -> bool:
    """``chmod +x`` of programs that Go made, which are executable already."""
    modes = ("+x", "a+x", "755", "0755", "u+x", "ugo+x")
    if len(command.words) < 3 or command.words[1] not in modes:
        return False
    paths = [joined(command.directory, word) for word in command.words[2:]]
    model, stage = subject.model, subject.stage
    return all(path is not None and program_at(model, stage, path).kind == "program" for path in paths)


def _is_made_otherwise(subject: Subject, command: Executed) -> bool:
    """``mkdir`` of a folder that WORKDIR or COPY makes anyway."""
    later = [
        entry.path
        for instruction in subject.stage.instructions
        if instruction.keyword in ("WORKDIR", "COPY", "ADD")
        for entry in [made(subject.stage, subject.stage.state_after(instruction).workdir or "/")]
        if entry is not None and entry.origin == "workdir"
    ]
    paths = [joined(command.directory, word) for word in command.words[1:] if not word.startswith("-")]
    return bool(paths) and all(
        path is not None and any(f"{each}/".startswith(f"{path}/") for each in later) for path in paths
    )
