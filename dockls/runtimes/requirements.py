"""Which programs a stage calls by name, and which of them another base image lacks."""

from collections.abc import Iterable, Sequence

from dockls.knowledge import ImageFacts, build_command, install_command, package_install
from dockls.knowledge.system_commands import (
    is_account_command,
    is_compiler,
    is_everywhere,
    is_shell,
    manager_facts,
    tool_package,
)
from dockls.runtimes.programs import commands_of, program_path
from dockls.runtimes.run_translation import shown_run
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import made
from dockls.shell import Command
from dockls.syntax import Instruction

_STARTING = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


def named_programs(stage: Stage) -> list[tuple[str, Instruction]]:
    """The programs that RUN, CMD, ENTRYPOINT and HEALTHCHECK of a stage itself call by name, in order."""
    found = [(command.command.program, command.instruction) for command in executed(stage) if command.command.name]
    for instruction in stage.instructions:
        if instruction.keyword in _STARTING:
            found += [(command.name, instruction) for command in commands_of(instruction) if command.name]
    return [(program, instruction) for program, instruction in found if program and "/" not in program]


def installed_packages(stages: Iterable[Stage]) -> set[str]:
    """The packages of the distribution that RUN instructions of the stages install."""
    found: set[str] = set()
    for stage in stages:
        for command in executed(stage):
            install = package_install(list(command.words))
            if install is not None:
                found.update(install.packages)
    return found


def missing_tools(stages: Sequence[Stage], before: ImageFacts, after: ImageFacts) -> list[str]:
    """The packages (of the new distribution) with tools that the stages call and only the old image has.

    Raises CannotSwitchError where compilers, or tools without a known package, would be missing.
    """
    manager = after.package_manager or ""
    installed = installed_packages(stages)
    packages: list[str] = []
    if (
        "git" in before.tools
        and "git" not in after.tools
        and any("git+" in word for command in _commands(stages) for word in command.words)
    ):
        packages += ["git", *([] if after.has_ca_certificates else ["ca-certificates"])]
    for stage in stages:
        for program, instruction in named_programs(stage):
            if program not in before.tools or program in after.tools or _is_translated(program):
                continue
            package = tool_package(program, manager)
            if package is not None and tool_package(program, before.package_manager or "") in installed:
                continue
            if is_compiler(program):
                raise CannotSwitchError(
                    f"`{shown_run(instruction)}` needs `{program}`, which the new image lacks: extract a builder stage "
                    "first"
                )
            if package is None:
                raise CannotSwitchError(f"`{shown_run(instruction)}` needs `{program}`, which the new image lacks")
            packages.append(package)
            if not after.has_ca_certificates and "https://" in instruction.text:
                packages.append("ca-certificates")
    return list(dict.fromkeys(packages))


def _is_translated(program: str) -> bool:
    names = [name for manager in ("apt", "apk") for name in manager_facts(manager)["programs"]]
    return program in names or is_account_command(program)


def installs_node_packages(stages: Iterable[Stage]) -> str | None:
    """The first command that installs Node packages, as written; None if there is none."""
    for command in _commands(stages):
        install = install_command(list(command.words))
        if install is not None and install.ecosystem in ("npm", "yarn", "pnpm", "bun"):
            return " ".join(command.words)
    return None


def other_install(stages: Iterable[Stage]) -> str | None:
    """The first command that installs packages of another language, as written; None if there is none."""
    for command in _commands(stages):
        if command.command.program in _INSTALLERS or install_command(list(command.words)) is not None:
            return " ".join(command.words[:3])
    return None


def compiles_otherwise(stages: Iterable[Stage]) -> str | None:
    """The first command that builds or installs what is neither Go's nor Node's, as written; None if there is none."""
    known = ("go", "node", "npm", "yarn", "pnpm", "bun")
    for command in _commands(stages):
        words = list(command.words)
        for found in (build_command(words), install_command(words)):
            if found is not None and found.ecosystem not in known:
                return " ".join(words[:3])
        if is_compiler(command.command.program) or command.command.program in _INSTALLERS:
            return " ".join(words[:3])
    return None


_INSTALLERS = frozenset(("pip", "pip3", "gem", "cargo", "rustup", "mvn", "gradle", "composer", "mix", "conda", "R"))


def downloads_programs(stages: Iterable[Stage]) -> Command | None:
    """The first curl or wget in a RUN: what it brings may be made for one libc only."""
    for command in _commands(stages):
        if command.command.program in ("curl", "wget"):
            return command.command
    return None


def different_tools(stages: Iterable[Stage]) -> list[str]:
    """The tools in RUN that are GNU's in one distribution and BusyBox's in the other, by name, sorted."""
    found = {program for stage in stages for program, _ in named_programs(stage) if program in _GNU}
    return sorted(found)


_GNU = frozenset(
    (
        "sed",
        "grep",
        "find",
        "xargs",
        "tar",
        "sort",
        "date",
        "stat",
        "wget",
        "install",
        "head",
        "tail",
        "awk",
        "diff",
        "unzip",
        "nc",
        "ps",
        "readlink",
        "realpath",
        "mktemp",
        "cut",
        "tr",
    )
)


def unknown_programs(stages: Iterable[Stage], facts: ImageFacts) -> list[str]:
    """The programs called by name that neither the image nor every system is known to have, sorted."""
    found = set()
    for stage in stages:
        for program, _ in named_programs(stage):
            known = program in facts.tools or is_everywhere(program) or is_shell(program) or _is_translated(program)
            path = program_path(stage, program)
            known = known or (path is not None and made(stage, path) is not None)
            if not known and tool_package(program, "apt") is None and program not in _GNU:
                found.add(program)
    return sorted(found)


def _commands(stages: Iterable[Stage]) -> Iterable[Executed]:
    for stage in stages:
        yield from executed(stage)
