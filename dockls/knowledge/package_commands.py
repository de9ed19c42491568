"""Commands that install packages of the distribution: apt-get, apk, dnf, ... (`data/package-commands.json`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .command_words import Arguments, Command, remembered, sort_arguments, unwrap
from .tables import table


class PackageInstall(NamedTuple):
    """An install of distribution packages.

    manager: `apt`, `apk`, `dnf`, `microdnf`, `yum`, `tdnf`, `zypper` or `pacman`; program: as written (`apt-get`).
    packages: names without version, architecture and repository; written: the same as written; indexes: where each
    stands in the words given. flags: options as written; virtual: the name `apk add --virtual` gives the group.
    """

    manager: str
    program: str
    packages: tuple[str, ...]
    written: tuple[str, ...]
    indexes: tuple[int, ...]
    flags: tuple[str, ...]
    virtual: str | None


@remembered
def package_install(words: Sequence[str]) -> PackageInstall | None:
    """The packages a command installs, or None when it is no package manager's install command.

    `words` are the literal words of one simple command, its program first; `sudo`, `env` and assignments may stand
    before it. An install without packages counts, too.
    """
    command = unwrap(words)
    if command is None:
        return None
    managers: Mapping[str, Mapping[str, Any]] = table("package-commands")["managers"]
    for manager, entry in managers.items():
        if command.program in entry["programs"]:
            return _install(manager, entry, command)
    return None


def _install(manager: str, entry: Mapping[str, Any], command: Command) -> PackageInstall | None:
    arguments = sort_arguments(command.words, entry["value_options"])
    skipped = _operands_from(manager, entry, arguments)
    if skipped is None:
        return None
    written = arguments.rest[skipped:]
    indexes = tuple(command.start + index for index in arguments.indexes[skipped:])
    names = tuple(_bare_name(word, entry) for word in written)
    flags = tuple(word for word in command.words if word.startswith("-"))
    virtual = arguments.value(entry.get("virtual", ()))
    return PackageInstall(manager, command.program, names, written, indexes, flags, virtual)


def _operands_from(manager: str, entry: Mapping[str, Any], arguments: Arguments) -> int | None:
    """How many operands stand before the packages; None when the command does not install."""
    if manager == "pacman":
        syncs = any(flag.startswith("-S") or flag == "--sync" for flag in arguments.flags)
        searches = any(flag.startswith("-S") and set(flag[2:]) & set("silgcw") for flag in arguments.flags)
        return 0 if syncs and not searches else None
    return 1 if arguments.rest[:1] and arguments.rest[0] in entry["install"] else None


def _bare_name(word: str, entry: Mapping[str, Any]) -> str:
    """A package name without `=1.2`, `~=1.2`, `@edge`, `/suite`, `:arch`."""
    cut = len(word)
    for mark in [*entry["version_marks"], *([entry["arch_mark"]] if "arch_mark" in entry else [])]:
        position = word.find(mark, 1)
        if position > 0:
            cut = min(cut, position)
    return word[:cut]
