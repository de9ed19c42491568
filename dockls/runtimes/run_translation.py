"""Rewriting a RUN for another distribution: every command kept, replaced in place, or left out; nothing else moves.

A RUN is translated as a whole or not at all: a command whose counterpart is not certain is refused by name.
"""

from collections.abc import Sequence
from typing import NamedTuple

from dockls.knowledge import package_install
from dockls.knowledge.system_commands import busybox_lacks, is_only_with, manager_facts
from dockls.runtimes.accounts import Groups, account_of, busybox, shadow
from dockls.runtimes.package_translation import Translation, cleaned_removal, package_edits
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.mounts import mounts_of
from dockls.shell import scripts
from dockls.syntax import Instruction
from dockls.text import Edit, Span


class Rewritten(NamedTuple):
    """What becomes of a RUN: edits relative to the instruction, or all of it is left out.

    `notes` are assumptions; `uses` are the programs that stay.
    """

    edits: tuple[Edit, ...]
    gone: bool
    notes: tuple[str, ...]
    uses: tuple[Executed, ...]


class Systems(NamedTuple):
    """The package managers before and after, and the groups known by number."""

    before: str
    after: str
    groups: Groups


_DROPPED = "dropped"


def rewritten(stage: Stage, instruction: Instruction, systems: Systems) -> Rewritten:
    """A RUN of the stage for another distribution; raises CannotSwitchError where that is not certain."""
    commands = executed_by(stage, instruction)
    pieces = scripts(instruction)
    if (
        any(
            document.content.startswith("#!") and "bash" in document.content.split("\n")[0]
            for document in instruction.heredocs
        )
        and systems.after == "apk"
    ):
        raise CannotSwitchError("a script in RUN is for bash, and there is no such command on Alpine")
    if not commands or any(piece.script.errors for piece in pieces):
        raise CannotSwitchError(f"`{shown_run(instruction)}` cannot be read")
    translation = Translation(systems.before, systems.after, _last_install(commands))
    edits: list[Edit] = []
    kept: list[Executed] = []
    dropped: list[Executed] = []
    for command in commands:
        found = _rewritten_command(command, systems, translation)
        if isinstance(found, str):
            dropped.append(command)
        elif found is None:
            kept.append(command)
        else:
            edits += found
    if (edits or dropped) and (instruction.is_json or not all(piece.script.simple for piece in pieces)):
        first = min([*dropped, *[each for each in commands if each not in kept]], key=lambda each: each.place.span)
        raise CannotSwitchError(
            f"`{' '.join(first.words[:2])}` does not stand in a plain list of commands, and is translated there only"
        )
    if len(dropped) == len(commands):
        return Rewritten((), True, tuple(translation.notes), ())
    edits += _mounts(instruction, systems.before)
    edits += removals(instruction, commands, dropped)
    return Rewritten(tuple(edits), False, tuple(translation.notes), tuple(kept))


def shown_run(instruction: Instruction) -> str:
    """The first words of an instruction, for a sentence."""
    words = " ".join(instruction.text[: instruction.head_end].replace("\\\n", " ").split())
    return words if len(words) <= 50 else words[:47].rstrip() + "..."


def _last_install(commands: Sequence[Executed]) -> Executed | None:
    installs = [command for command in commands if package_install(list(command.words)) is not None]
    return installs[-1] if installs else None


def _rewritten_command(command: Executed, systems: Systems, translation: Translation) -> list[Edit] | str | None:
    """The edits of one command, ``dropped``, or None where it stays."""
    program = command.command.program
    facts = manager_facts(systems.before)
    if program in facts["programs"]:
        edits = package_edits(command, translation)
        return _DROPPED if edits is None else edits
    if program == "rm":
        return cleaned_removal(command, facts["caches"], _DROPPED)
    if any(word.startswith(tuple(facts["caches"])) for word in _files(command)) and program in ("echo", "mkdir", "rm"):
        return _DROPPED
    shown = " ".join(word.text for word in command.command.words[:3])
    account = account_of([word.text for word in command.command.words], systems.before, shown)
    if account is not None:
        text = busybox(account, systems.groups, shown) if systems.after == "apk" else shadow(account)
        first, last = command.command.words[0], command.command.words[-1]
        return [Edit(Span(first.span.start, last.span.end).shifted(command.offset), text)]
    if package_install(list(command.words)) is not None or is_only_with(program, systems.before):
        where = "Alpine" if systems.after == "apk" else "Debian"
        raise CannotSwitchError(f"`{program}` is called in RUN, and there is no such command on {where}")
    lacking = busybox_lacks(program, command.words[1:]) if systems.after == "apk" else None
    if lacking is not None and not _installed(program, translation):
        raise CannotSwitchError(f"`{program} {lacking}` is not understood by Alpine's `{program}`, which is BusyBox's")
    return None


def _installed(program: str, translation: Translation) -> bool:
    """Whether the GNU version of a program is installed by the same RUN."""
    return program in translation.packages


def _files(command: Executed) -> list[str]:
    targets = [redirect.target for redirect in command.command.redirects if redirect.target is not None]
    return [*[target.value or target.text for target in targets], *command.words[1:]]


def _mounts(instruction: Instruction, manager: str) -> list[Edit]:
    """Takes the cache mounts away that only the old package manager would use."""
    edits = []
    for mount in mounts_of(instruction):
        if mount.target.rstrip("/").startswith(tuple(manager_facts(manager)["caches"])):
            start, end = mount.flag.span
            edits.append(Edit(Span(start, _behind_gap(instruction, end)), ""))
    return edits


def _behind_gap(instruction: Instruction, position: int) -> int:
    text = instruction.text
    while position < len(text) and (text[position] in " \t\r\n" or text[position] == instruction.escape):
        position += 1
    return position


def removals(instruction: Instruction, commands: Sequence[Executed], dropped: Sequence[Executed]) -> list[Edit]:
    """Edits that take commands out of a plain list, each with the connector that it no longer needs.

    A comment between two commands stays.
    """
    edits: list[Edit] = []
    gone = {id(command) for command in dropped}
    listed = [command for command in commands if command.command.depth == 0]
    for number, command in enumerate(listed):
        if id(command) not in gone:
            continue
        start, end = command.place.span
        after = next((each for each in listed[number + 1 :] if each.piece == command.piece), None)
        before = next((each for each in reversed(listed[:number]) if each.piece == command.piece), None)
        if before is not None and (id(before) not in gone or after is None) and not _keeps_own(command, after):
            edits.append(Edit(Span(before.place.span.end, end), ""))
        elif after is None:
            edits.append(Edit(Span(start, end), ""))
        elif _has_comment(instruction.text[end : after.place.span.start]):
            edits.append(Edit(Span(start, _behind_connector(instruction, start, end, after)), ""))
        else:
            edits.append(Edit(Span(start, after.place.span.start), ""))
    return _joined(edits)


def _keeps_own(command: Executed, after: Executed | None) -> bool:
    """Whether what follows should take this command's connector: ``a; b && c`` without b is ``a; c``."""
    return after is not None and command.command.connector == ";" and after.command.connector != ";"


def _has_comment(gap: str) -> bool:
    return any(line.lstrip().startswith("#") for line in gap.split("\n")[1:])


def _behind_connector(instruction: Instruction, start: int, position: int, after: Executed) -> int:
    """The offset behind the connector and the blanks after it on its line; comments are skipped."""
    text = instruction.text
    while position < after.place.span.start:
        if text[position] == "#":
            position = text.index("\n", position)
        elif text.startswith(("&&", "||"), position):
            position += 2
            break
        elif text[position] == ";":
            position += 1
            break
        position += 1
    while position < after.place.span.start and text[position] in " \t":
        position += 1
    line = text[text.rfind("\n", 0, start) + 1 : start]
    if not line.strip() and "\n" in text[:start] and text[position] == instruction.escape:
        # The command stood on lines of its own, which go.
        return _behind_gap(instruction, position)
    return position


def _joined(edits: list[Edit]) -> list[Edit]:
    """Deletions that meet or overlap as one."""
    found: list[Edit] = []
    for edit in sorted(edits):
        if found and edit.span.start <= found[-1].span.end:
            found[-1] = Edit(Span(found[-1].span.start, max(found[-1].span.end, edit.span.end)), "")
        else:
            found.append(edit)
    return found
