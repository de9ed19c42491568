"""A RUN as a chain of commands joined by ``&&``, each of which could as well be a RUN of its own.

``RUN a && b`` and ``RUN a``, ``RUN b`` make the same files: the shell stops at the first command that fails, and so
does BuildKit. What a shell keeps in mind does not get from one RUN to the next, so nothing may stand behind a command
that changes its folder, variables or options; nor does what is written into a mount that is made anew for each RUN.
"""

from typing import NamedTuple

from dockls.semantics.mounts import mounts_of
from dockls.semantics.stage import Stage
from dockls.shell import Command, neutralize, parse
from dockls.syntax import Instruction
from dockls.text import Span

#: what a POSIX shell or bash does itself and keeps in mind
_REMEMBERED = frozenset(
    (
        ".", "alias", "bg", "cd", "command", "declare", "disown", "dirs", "enable", "eval", "exec", "exit", "export",
        "fc", "getopts", "hash", "let", "local", "mapfile", "popd", "pushd", "read", "readarray", "readonly", "return",
        "set", "shift", "shopt", "source", "trap", "typeset", "ulimit", "umask", "unalias", "unset", "wait",
    )
)  # fmt: skip
_SHELLS = frozenset(("sh", "bash", "ash", "dash"))


class Link(NamedTuple):
    """One command, or several joined by pipes; `span` is relative to the instruction."""

    commands: tuple[Command, ...]
    span: Span
    text: str

    @property
    def remembered(self) -> str | None:
        """What the shell keeps in mind of it, as it is written; None where that is nothing."""
        for command in self.commands:
            if not command.words:
                return command.assignments[0].text if command.assignments else self.text
            if command.name in _REMEMBERED or command.words[0].value is None:
                return command.words[0].text
        return None


def chain_of(stage: Stage, instruction: Instruction, forgetting: bool = False) -> tuple[Link, ...] | None:
    """The links of a RUN of the stage; None where it is more than a chain, or not for a shell like sh.

    One with a mount that forgets counts as no chain unless `forgetting` is asked for.
    """
    shell = stage.state_before(instruction).shell
    if instruction.keyword != "RUN" or shell[0].rpartition("/")[2] not in _SHELLS:
        return None
    return None if forgets(instruction) and not forgetting else links_of(instruction)


def forgets(instruction: Instruction) -> bool:
    """Whether a RUN has a mount in which nothing that is written stays."""
    return any(mount.forgets for mount in mounts_of(instruction))


def links_of(instruction: Instruction) -> tuple[Link, ...] | None:
    """The same for a shell like sh; remembered on the instruction."""
    if links_of not in instruction.memo:
        instruction.memo[links_of] = _links(instruction)
    found: tuple[Link, ...] | None = instruction.memo[links_of]
    return found


def _links(instruction: Instruction) -> tuple[Link, ...] | None:
    if instruction.is_json or instruction.heredocs or not instruction.words:
        return None
    body = instruction.body_span
    text = neutralize(instruction.text[body.start : body.end], instruction.escape)
    script = parse(text)
    commands = script.commands
    if script.errors or not commands or any(command.depth > 0 for command in commands):
        return None
    if any(redirect.content is not None for command in commands for redirect in command.redirects):
        return None
    links: list[list[Command]] = []
    for command in commands:
        if command.connector == "|" and links:
            links[-1].append(command)
        elif command.connector == ("&&" if links else ""):
            links.append([command])
        else:
            return None
    found = [_link(link, text, body.start) for link in links]
    return tuple(found) if _nothing_between(text, found, body.start) else None


def _link(commands: list[Command], text: str, offset: int) -> Link:
    span = Span(commands[0].span.start, commands[-1].span.end)
    return Link(tuple(commands), span.shifted(offset), text[span.start : span.end])


def _nothing_between(text: str, links: list[Link], offset: int) -> bool:
    """Whether only ``&&`` and line ends stand around the links: no negation, comment, semicolon or ampersand."""
    place = 0
    for number, link in enumerate(links):
        between = text[place : link.span.start - offset].replace("\\\n", " ").strip()
        if between != ("&&" if number else ""):
            return False
        place = link.span.end - offset
    return not text[place:].replace("\\\n", " ").strip()
