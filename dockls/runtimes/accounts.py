"""Commands that make users and groups: read in one distribution's spelling, written in another's.

Debian has shadow's `useradd` and its own `adduser`, Alpine BusyBox's `adduser`, whose options are others.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dockls.knowledge.system_commands import account_command, login_shell
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Stage
from dockls.semantics.execution import executed


class Account(NamedTuple):
    """What one command makes or removes.

    `makes` is as in `AccountCommand`; `operands` and the values of `given` are as written, quotes and all; a flag that
    is given has the empty value.
    """

    makes: str
    operands: tuple[str, ...]
    given: Mapping[str, str]

    @property
    def name(self) -> str:
        """The user or group."""
        return self.operands[0]

    def has(self, field: str) -> bool:
        """Whether a field is given."""
        return field in self.given


def account_of(words: Sequence[str], manager: str, shown: str) -> Account | None:
    """The account that a command (program first, as written) makes where `manager` is at home; None if it makes none.

    Raises CannotSwitchError for an option whose meaning is not known; `shown` names the command in the sentence.
    """
    program = words[0].rpartition("/")[2]
    command = account_command(program, manager)
    if command is None:
        return None
    given: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        name, equals, value = word.partition("=")
        if word.startswith("--") and equals and name in command.values:
            given[command.values[name]] = value
        elif word in command.values and rest:
            given[command.values[word]] = rest.pop(0)
        elif word in command.flags:
            given[command.flags[word]] = ""
        elif not _cluster(word, command.flags, command.values, given, rest):
            raise CannotSwitchError(f"`{shown}` has an option that cannot be translated: `{word}`")
    given.pop("", None)
    if program == "usermod" and not given.keys() >= {"groups", "append"}:
        raise CannotSwitchError(f"`{shown}` cannot be translated: of `usermod` only `-aG` is known elsewhere")
    if len(operands) == 2 and (program == "adduser" or (program == "addgroup" and manager == "apk")):
        return Account("membership", tuple(operands), {"groups": operands[1]})
    if len(operands) != 1:
        raise CannotSwitchError(f"`{shown}` cannot be translated")
    if program == "useradd":
        given["shadow"] = ""
    return Account(command.makes, tuple(operands), given)


def _cluster(
    word: str, flags: Mapping[str, str], values: Mapping[str, str], given: dict[str, str], rest: list[str]
) -> bool:
    """Reads ``-ms``: short flags, of which the last may take a value, attached or next; False if one is unknown."""
    if word.startswith("--"):
        return False
    letters = word[1:]
    for position, letter in enumerate(letters):
        option = "-" + letter
        if option in flags:
            given[flags[option]] = ""
        elif option in values:
            attached = letters[position + 1 :]
            if not attached and not rest:
                return False
            given[values[option]] = attached or rest.pop(0)
            return True
        else:
            return False
    return True


class Groups:
    """The groups that RUN makes with a number, to name them where BusyBox wants a name."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` maps numbers to names."""
        self._names = dict(names)

    def name(self, written: str, shown: str) -> str:
        """The name of a group given by name or number; raises CannotSwitchError where it has none that is known."""
        if not written.isdigit():
            return written
        if written not in self._names:
            raise CannotSwitchError(f"`{shown}` gives a group by number, and BusyBox's adduser wants its name")
        return self._names[written]


def busybox(account: Account, groups: Groups, shown: str) -> str:
    """The command for Alpine; several are joined with ``&&``."""
    if account.makes == "user":
        return _busybox_user(account, groups, shown)
    if account.makes == "group":
        options = _options(account, [("system", "-S")], [("gid", "-g")])
        return " ".join(["addgroup", *options, account.name])
    if account.makes == "membership":
        return " && ".join(f"addgroup {account.name} {group}" for group in account.given["groups"].split(","))
    if account.makes == "user removal":
        return " ".join(["deluser", *(["--remove-home"] if account.has("remove_home") else []), account.name])
    return f"delgroup {account.name}"


def _busybox_user(account: Account, groups: Groups, shown: str) -> str:
    name, system = account.name, account.has("system")
    if account.has("no_group") and not account.has("group"):
        raise CannotSwitchError(f"`{shown}` makes a user without a group of its own, which BusyBox's adduser cannot")
    options = ["-S"] if system else []
    options.append("-D")
    # Without -m, useradd only notes the home; Debian's adduser makes it, but for a system user only where one is named.
    unmade = not account.has("make_home") if account.has("shadow") else system and not account.has("home")
    if account.has("no_home") or unmade:
        options.append("-H")
    options += _options(account, [], [("uid", "-u")])
    before = ""
    group = groups.name(account.given["group"], shown) if account.has("group") else None
    if group is None and system and (account.has("shadow") or account.has("own_group")):
        number = f" -g {account.given['uid']}" if account.has("uid") else ""
        before, group = f"addgroup -S{number} {name} && ", name
    if group is not None:
        options += ["-G", group]
    options += _options(account, [], [("home", "-h"), ("comment", "-g")])
    shell = account.given.get("shell")
    if shell is None and system and not account.has("shadow"):
        shell = "/sbin/nologin"
    if shell is not None:
        options += ["-s", login_shell(shell, "apk")]
    more = [each for each in account.given.get("groups", "").split(",") if each]
    after = "".join(f" && addgroup {name} {each}" for each in more)
    return f"{before}adduser {' '.join(options)} {name}{after}"


def shadow(account: Account) -> str:
    """The command for Debian; `useradd` and its kin are in every image, `adduser` no longer is."""
    if account.makes == "user":
        options = _options(account, [("system", "-r")], [])
        options.append("-M" if account.has("no_home") else "-m")
        options += _options(account, [], [("uid", "-u")])
        if account.has("group"):
            options += ["-g", account.given["group"]]
        elif account.has("system"):
            options += ["-g", "nogroup"]
        options += _options(account, [], [("home", "-d"), ("comment", "-c")])
        if account.has("shell"):
            options += ["-s", login_shell(account.given["shell"], "apt")]
        return " ".join(["useradd", *options, account.name])
    if account.makes == "group":
        return " ".join(["groupadd", *_options(account, [("system", "-r")], [("gid", "-g")]), account.name])
    if account.makes == "membership":
        # BusyBox's `addgroup USER GROUP` and `adduser USER GROUP` are the same.
        return f"usermod -aG {account.given['groups']} {account.name}"
    if account.makes == "user removal":
        return " ".join(["userdel", *(["-r"] if account.has("remove_home") else []), account.name])
    return f"groupdel {account.name}"


def _options(account: Account, flags: Iterable[tuple[str, str]], values: Iterable[tuple[str, str]]) -> list[str]:
    found = [option for field, option in flags if account.has(field)]
    for field, option in values:
        if account.has(field):
            found += [option, account.given[field]]
    return found


def accounts_of(stage: Stage, manager: str) -> list[Account]:
    """The users and groups that the RUN instructions of a stage itself make; those that cannot be read are left out."""
    kept = stage.memo.get((accounts_of, manager))
    if kept is None:
        found = []
        for command in executed(stage):
            try:
                account = account_of(command.words, manager, "")
            except CannotSwitchError:
                continue
            if account is not None:
                found.append(account)
        kept = stage.memo[accounts_of, manager] = tuple(found)
    return list(kept)


def groups_of(stages: Iterable[Stage], manager: str) -> Groups:
    """The groups that RUN instructions of stages make with a number."""
    return Groups(
        {
            account.given["gid"]: account.name
            for stage in stages
            for account in accounts_of(stage, manager)
            if account.makes == "group" and account.has("gid")
        }
    )
