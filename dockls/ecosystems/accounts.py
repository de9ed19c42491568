"""The user that the finished image runs as, and how the file creates it."""

from typing import NamedTuple

from dockls.ecosystems.steps import purpose
from dockls.semantics import Stage, expanded
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction

_UID_OPTIONS = ("-u", "--uid")
_CREATING = ("useradd", "adduser")
_GROUPS = ("addgroup", "groupadd")
_GID_OPTIONS = ("-g", "--gid")


class Account(NamedTuple):
    """`text` is what USER says, `name` the user in it; `uid` and `commands` are known where the file creates it.

    `gid` is the number of the group that it runs as, None where the file does not tell.
    `assumed` tells that neither the file nor what is known of the base says it.
    """

    text: str
    name: str
    uid: str | None
    commands: tuple[Executed, ...]
    assumed: bool = False
    gid: str | None = None

    @property
    def numbers(self) -> str | None:
        """What USER says without names; a number alone would make the group 0 where no list of users has it."""
        return self.uid if self.uid is None or self.gid is None else f"{self.uid}:{self.gid}"

    @property
    def is_root(self) -> bool:
        """Whether it is the superuser."""
        return self.name in ("root", "0")

    @property
    def is_number(self) -> bool:
        """Whether it is given as a number, which needs no entry in any list of users."""
        return self.text.replace(":", "").isdigit()


def account(stage: Stage) -> Account | None:
    """The user of the finished stage; None where it is not known."""
    text = stage.final_state.user
    if text is None:
        known = any(instruction.keyword == "USER" for instruction in stage.instructions)
        return None if known else Account("root", "root", "0", (), True)
    name = text.partition(":")[0]
    if name.isdigit():
        return Account(text, name, name, ())
    group = text.partition(":")[2] or name
    creating: list[Executed] = []
    uid = None
    for command in executed(stage):
        program = command.command.program
        words = _expanded(stage, command) if program in (*_GROUPS, *_CREATING) else ()
        if program in _GROUPS and (group in words[1:] or name in words[1:]):
            creating.append(command)
        elif program in _CREATING and name in words[1:]:
            creating.append(command)
            uid = _option(command.words, _UID_OPTIONS) or uid
    gid = _group_number(tuple(creating), name, text.partition(":")[2], uid)
    return Account(text, name, uid, tuple(creating), gid=gid)


def _expanded(stage: Stage, command: Executed) -> tuple[str, ...]:
    """The words of a command with the values of the file's own variables."""
    state = stage.state_before(command.instruction)
    return tuple([(expanded(word, state, "\\") or word) if "$" in word else word for word in command.words])


def _group_number(creating: tuple[Executed, ...], name: str, group: str, uid: str | None) -> str | None:
    """The number of the group that USER names, or else of the user's own.

    Without options useradd and adduser give a user a group of its own and, if it is free, of its number (shadow's
    USERGROUPS_ENAB, BusyBox's adduser.c); a system account that adduser makes gets `nogroup`.
    """
    if group.isdigit():
        return group
    for command in creating:
        if group or command.command.program not in _CREATING:
            continue
        adduser = command.command.program == "adduser"
        group = _text_option(command.words, ("-G", "--ingroup", "--gid") if adduser else _GID_OPTIONS) or ""
        if group.isdigit():
            return group
        if not group and ((adduser and {"-S", "--system"} & set(command.words)) or "-N" in command.words):
            return None
    if group in ("root", "0"):
        return "0"
    for command in creating:
        if command.command.program in _GROUPS and group in command.words[1:]:
            return _option(command.words, _GID_OPTIONS)
    return uid if group in ("", name) else None


def _text_option(words: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    for number, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in names:
            return value if equals else words[number + 1] if number + 1 < len(words) else None
    return None


def assumed_of(found: Account) -> tuple[str, ...]:
    """What is taken for granted of a user that nobody named."""
    return ("the image that the builder starts from runs as root",) if found.assumed else ()


def _option(words: tuple[str, ...], names: tuple[str, ...]) -> str | None:
    for number, word in enumerate(words):
        if word in names and number + 1 < len(words) and words[number + 1].isdigit():
            return words[number + 1]
        option, equals, value = word.partition("=")
        if equals and option in names and value.isdigit():
            return value
    return None


def created_by(stage: Stage, found: Account, last: Instruction, owned: bool) -> tuple[tuple[Instruction, ...], str]:
    """The RUN instructions up to `last` that can move, or else the line that creates the account again ("": none).

    They move if they do nothing else and the builder gives no file to the account.
    """
    above = stage.instructions[: stage.instructions.index(last) + 1]
    instructions = [one for one in above if any(command.instruction is one for command in found.commands)]
    if not instructions:
        return (), ""
    if not owned and all(one is not last and purpose(stage, one) == "accounts" for one in instructions):
        return tuple(instructions), ""
    return (), _creation(found)


def _creation(found: Account) -> str:
    """The RUN that creates the account again, by the same commands."""
    texts = [" ".join(word.text for word in command.command.words) for command in found.commands]
    return "RUN " + " && ".join(texts)
