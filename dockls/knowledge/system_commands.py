"""How commands of one distribution are written in another, and what each has (`data/system-commands.json`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .packages import translate
from .tables import table, word_set


class AccountCommand(NamedTuple):
    """What a command such as `useradd` makes, and the field each of its options sets.

    makes: `user`, `group`, `membership`, `user removal` or `group removal`. A flag that sets the empty field means
    nothing elsewhere.
    """

    makes: str
    flags: Mapping[str, str]
    values: Mapping[str, str]


def manager_facts(manager: str) -> Mapping[str, Any]:
    """What is known of the commands of `apt` or `apk`; raises KeyError for other package managers."""
    known: Mapping[str, Any] = table("system-commands")["managers"][manager]
    return known


def is_translatable(source: str | None, target: str | None) -> bool:
    """Whether commands of one package manager's distribution can be written for the other's."""
    known = table("system-commands")["managers"]
    return source in known and target in known


def account_command(program: str, manager: str) -> AccountCommand | None:
    """The command of that name in the distribution of `apt` or `apk` that makes or removes users and groups."""
    entry = table("system-commands")["accounts"].get(manager, {}).get(program)
    return None if entry is None else AccountCommand(entry["makes"], entry["flags"], entry["values"])


def is_account_command(program: str) -> bool:
    """Whether a program makes users or groups in any distribution."""
    return any(program in commands for commands in table("system-commands")["accounts"].values())


def login_shell(path: str, manager: str) -> str:
    """The login shell that stands for `path` where `manager` is at home."""
    shell: str = table("system-commands")["login_shells"][manager].get(path, path)
    return shell


def is_only_with(program: str, manager: str) -> bool:
    """Whether a program belongs to the distribution of `manager` and is not found in the other one."""
    return program in manager_facts(manager)["only"]


def tool_package(tool: str, manager: str) -> str | None:
    """The package that brings a tool; None when it is not known."""
    package = table("system-commands")["tool_packages"].get(tool)
    return None if package is None else translate(package, "apt", manager) or None


def is_compiler(program: str) -> bool:
    """Whether a program belongs to what compiles C, which slim images lack."""
    return program in word_set("system-commands", "compilers")


def is_everywhere(program: str) -> bool:
    """Whether a program is a builtin of every shell, or so plain that it works alike in GNU's and BusyBox's version."""
    return program in word_set("system-commands", "everywhere")


def is_shell(program: str) -> bool:
    """Whether a program is a command interpreter."""
    return program in word_set("system-commands", "shells")


def busybox_lacks(program: str, arguments: Sequence[str]) -> str | None:
    """The first argument that BusyBox's version of a program does not understand."""
    unknown = table("system-commands")["busybox_lacks"].get(program, ())
    for word in arguments:
        if word.startswith("-") and word.partition("=")[0] in unknown:
            return word
    return None


def holds_node_modules(path: str) -> bool:
    """Whether a path names a folder into which a Node framework's build copies installed packages."""
    return any(f"/{each}/" in f"/{path.strip('/')}/" for each in table("portable-files")["folders_with_node_modules"])


def is_portable_file(path: str) -> bool:
    """Whether a path names something that no C library or processor matters to: a script, a picture, certificates."""
    known = table("portable-files")
    name = path.rpartition("/")[2]
    suffix = "." + name.rpartition(".")[2] if "." in name else ""
    return suffix in known["suffixes"] or any(path == each or path.startswith(each + "/") for each in known["folders"])
