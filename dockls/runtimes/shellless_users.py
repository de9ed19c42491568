"""Users as numbers, for images without the accounts that the old image had or made."""

from collections.abc import Mapping
from typing import NamedTuple

from dockls.runtimes.accounts import Account, accounts_of
from dockls.runtimes.subject import CannotSwitchError, Subject
from dockls.semantics import Stage, State, expanded
from dockls.syntax import Instruction
from dockls.text import Edit


class Numbers(NamedTuple):
    """The numbers of the users (with their groups) and groups of a stage; None where a number is not known."""

    users: Mapping[str, tuple[str, str] | None]
    groups: Mapping[str, str | None]

    def owner(self, written: str, what: str) -> str:
        """``name`` or ``name:group`` as numbers; raises CannotSwitchError where one is not known."""
        name, colon, group = written.partition(":")
        user = self._user(name, what)
        if not colon:
            return ":".join(user)
        return f"{user[0]}:{self._group(group, what)}"

    def _user(self, name: str, what: str) -> tuple[str, str]:
        if name.isdigit():
            # Without an entry in /etc/passwd the group would be 0.
            for found in self.users.values():
                if found is not None and found[0] == name:
                    return found
            return name, "0"
        found = self.users.get(name)
        if found is None:
            raise CannotSwitchError(
                f"{what} names the user `{name}`, whose number is not known: give it one where it is made"
            )
        return found

    def _group(self, name: str, what: str) -> str:
        if name.isdigit():
            return name
        found = self.groups.get(name)
        if found is None:
            raise CannotSwitchError(f"{what} names the group `{name}`, whose number is not known")
        return found


def numbers_of(subject: Subject) -> Numbers:
    """What is known of the accounts of the subject's stage: those of its image, then those that RUN makes."""
    stage = subject.stage
    users: dict[str, tuple[str, str] | None] = {}
    for name, number in subject.facts.users.items():
        users[name] = (str(number), str(number))
    groups: dict[str, str | None] = {name: str(number) for name, number in subject.facts.users.items()}
    groups["nogroup"] = "65533" if subject.facts.package_manager == "apk" else "65534"
    state = stage.final_state
    for account in accounts_of(stage, subject.facts.package_manager or ""):
        if account.makes == "group":
            groups[account.name] = _number(account.given.get("gid"), state, stage)
        elif account.makes == "user":
            users[account.name] = _user_numbers(account, groups, state, stage)
            own = users[account.name]
            if "group" not in account.given:
                groups.setdefault(account.name, None if own is None else own[1])
    return Numbers(users, groups)


def _user_numbers(
    account: Account, groups: Mapping[str, str | None], state: State, stage: Stage
) -> tuple[str, str] | None:
    uid = _number(account.given.get("uid"), state, stage)
    if uid is None:
        return None
    group = account.given.get("group")
    if group is not None:
        gid = groups.get(group) or _number(group, state, stage)
        return None if gid is None else (uid, gid)
    if "system" in account.given and "shadow" not in account.given and "own_group" not in account.given:
        return uid, groups["nogroup"] or "65534"
    # The group of its own gets the user's number where that is free.
    return uid, uid


def _number(written: str | None, state: State, stage: Stage) -> str | None:
    if written is None:
        return None
    value = expanded(written, state, stage.declaration.escape)
    return value if value is not None and value.isdigit() else None


def user_edit(subject: Subject, instruction: Instruction, numbers: Numbers, known: frozenset[str]) -> Edit | None:
    """The edit (relative to the instruction) that makes USER or ``--chown`` numeric; None where it may stay.

    `known` are the users that the new image has by the same number.
    """
    if instruction.keyword == "USER" and instruction.words:
        word = instruction.words[0]
        text, span = word.text, word.span
    else:
        flag = instruction.parsed.flag("chown")
        if flag is None or not flag.value or flag.value_span is None:
            return None
        text, span = flag.value, flag.value_span
    state = subject.stage.state_before(instruction)
    value = expanded(text, state, instruction.escape) or text
    names = value.split(":")
    if all(name.isdigit() for name in names) and (len(names) > 1 or value not in _listed(numbers)):
        return None
    if all(name.isdigit() or name in known for name in names):
        return None
    return Edit(span, numbers.owner(value, instruction.keyword))


def _listed(numbers: Numbers) -> set[str]:
    return {found[0] for found in numbers.users.values() if found is not None}
