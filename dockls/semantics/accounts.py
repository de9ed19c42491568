"""The accounts that a stage's commands make, and those that its base image is known to have with a number.

Options: useradd(8), groupadd(8) of shadow; adduser(8) of Debian; adduser and addgroup of BusyBox.
"""

from collections.abc import Mapping
from typing import NamedTuple

from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.semantics.stage import Stage, expanded


class Account(NamedTuple):
    """A user or group that a command makes; `name` and `number` are None where they are not known or not given.

    `number_word` is the number of the word with the value; `is_system` tells an account of the system, `may_exist` that
    the command is content with an account that is there.
    """

    command: Executed
    is_group: bool
    name: str | None
    number: int | None
    number_word: int | None
    is_system: bool
    may_exist: bool


_VALUED = frozenset(
    ("-u", "--uid", "-g", "--gid", "-G", "--groups", "--ingroup", "-d", "--home", "--home-dir", "-h", "-b",
     "--base-dir", "-s", "--shell", "-c", "--comment", "--gecos", "-k", "--skel", "-p", "--password", "-K", "--key",
     "-e", "--expiredate", "-f", "--inactive", "-R", "--root", "-P", "--prefix", "--conf", "--firstuid", "--lastuid",
     "--firstgid", "--lastgid", "--add_extra_groups", "--selinux-user", "-Z", "-U", "--users")
)  # fmt: skip
#: of these, what takes no value in one of the programs: `useradd -U`, `groupadd -f`, BusyBox's `adduser -D`
_FLAGS = {"useradd": ("-U",), "groupadd": ("-f", "-o"), "addgroup": ("-f",), "adduser": ()}
#: the release of Ubuntu from which on its image has a user `ubuntu` with the number 1000
_WITH_UBUNTU = (23, 4)
#: images whose own user is named there with its number, and has a group of the same name and number
_USERS = {"node": "node", "gradle": "gradle", "groovy": "groovy", "nginx": "nginx", "oven/bun": "bun"}
_LONGEST = 11
_CHANGING = ("userdel", "deluser", "usermod", "groupmod", "groupdel", "delgroup", "/etc/passwd", "/etc/group")


def accounts(stage: Stage) -> tuple[Account, ...]:
    """The users and groups that the RUNs of the stage itself make, in order."""
    return stage.listed(_accounts)


def _accounts(stage: Stage) -> list[Account]:
    made = [_account(stage, one) for one in executed(stage) if one.words[0] in _FLAGS]
    return [one for one in made if one is not None]


def own_users(stage: Stage) -> Mapping[str, int]:
    """The ordinary users that the base image certainly brings, with their numbers; each has a group alike."""
    known = base_facts(stage)
    if known is None:
        return {}
    if known.family == "ubuntu":
        return {"ubuntu": 1000} if _release(stage) >= _WITH_UBUNTU else {}
    name = _USERS.get(known.family, "")
    return {name: known.users[name]} if name in known.users else {}


def changes_accounts(stage: Stage) -> bool:
    """Whether something in the stage or in those it starts from may remove or renumber accounts."""
    return stage.folded(_changes, lambda root: False)


def _changes(stage: Stage, below: bool) -> bool:
    return below or any(word in one.text for one in stage.instructions for word in _CHANGING)


def _release(stage: Stage) -> tuple[int, ...]:
    from dockls.knowledge.tables import table

    known = base_facts(stage)
    name = None if known is None else known.release or known.likely_release
    version = table("releases")["releases"].get(name, {}).get("version", "")
    return tuple([int(part) for part in version.split(".") if part.isdecimal()])


def _account(stage: Stage, command: Executed) -> Account | None:
    is_group = command.words[0] in ("groupadd", "addgroup")
    options, names = _sorted(command)
    # `addgroup app docker` makes nothing: it puts a user into a group.
    if len(names) != 1 or "--help" in options:
        return None
    long, short = ("--gid", "-g") if is_group else ("--uid", "-u")
    number, place = options.get(long) or options.get(short) or ("", None)
    value = expanded(number, stage.state_before(command.instruction), command.instruction.escape) or ""
    may_exist = bool({"--non-unique", "--force", "-o", *(("-f",) if is_group else ())} & options.keys())
    is_system = bool({"--system", "-S", "-r"} & options.keys())
    name = names[0] if not set(names[0]) & set("$`*?") else None
    number_known = int(value) if value.isdecimal() and len(value) < _LONGEST else None
    return Account(command, is_group, name, number_known, place, is_system, may_exist)


def _sorted(command: Executed) -> tuple[dict[str, tuple[str, int]], list[str]]:
    """The options with their values and the numbers of the words where these stand, and the operands."""
    options: dict[str, tuple[str, int]] = {}
    names: list[str] = []
    waiting: str | None = None
    for number, word in enumerate(command.words[1:], start=1):
        if waiting is not None:
            options[waiting] = (word, number)
            waiting = None
        elif not word.startswith("-"):
            names.append(word)
        elif word.startswith("--"):
            name, given, value = word.partition("=")
            options[name] = (value, number)
            waiting = name if name in _VALUED and not given else None
        elif not word[1:].isalpha():
            options[word[:2]] = (word[2:], number)
        else:
            options.update({"-" + letter: ("", number) for letter in word[1:]})
            last = "-" + word[-1]
            waiting = last if last in _VALUED and last not in _FLAGS[command.words[0]] else None
    return options, names
