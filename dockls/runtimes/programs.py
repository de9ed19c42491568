"""The program that an image starts: which one, in which words, and whether it needs a shell."""

import json
import posixpath
from typing import NamedTuple

from dockls.knowledge.system_commands import is_shell
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Model, Stage, contract
from dockls.semantics.files import made, source_path
from dockls.shell import Command, scripts
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_SPECIAL = frozenset("*?[{~")


class Start(NamedTuple):
    """What the finished stage starts: ENTRYPOINT and CMD as instructions of the file, None for the base image's."""

    entrypoint: Instruction | None
    command: Instruction | None
    healthcheck: Instruction | None


def start_of(stage: Stage) -> Start:
    """The instructions that say what the stage starts."""
    found = contract(stage)
    return Start(
        None if found.entrypoint is None else found.entrypoint.origin,
        None if found.command is None else found.command.origin,
        None if found.healthcheck is None else found.healthcheck.origin,
    )


def commands_of(instruction: Instruction) -> tuple[Command, ...]:
    """The shell commands of CMD, ENTRYPOINT or HEALTHCHECK, whatever their form."""
    return tuple(command for piece in scripts(instruction) for command in piece.script.commands)


def plain_words(instruction: Instruction) -> tuple[str, ...]:
    """The words that CMD, ENTRYPOINT or HEALTHCHECK come to without a shell; raises CannotSwitchError if none do."""
    if instruction.is_json and not _runs_shell(instruction):
        words = tuple(word.value for word in instruction.words)
        return words[1:] if instruction.keyword == "HEALTHCHECK" and words[:1] == ("CMD",) else words
    found = scripts(instruction)
    commands = found[0].script.commands if len(found) == 1 else ()
    if instruction.keyword == "HEALTHCHECK" and len(commands) == 2 and _is_exit(commands[1]):
        # Docker counts every exit status but 0 as unhealthy.
        commands = commands[:1]
    if len(commands) != 1 or found[0].script.errors or not _is_plain(commands[0]):
        raise CannotSwitchError(f"{instruction.keyword} needs a shell, which the new image does not have")
    words = tuple([word.value or "" for word in commands[0].words])
    return words[1:] if words[0] == "exec" else words


def _runs_shell(instruction: Instruction) -> bool:
    words = [word.value for word in instruction.words if word.value != "CMD"]
    return len(words) > 2 and is_shell(words[0].rpartition("/")[2]) and words[1].startswith("-") and "c" in words[1]


def _is_exit(command: Command) -> bool:
    return command.connector == "||" and command.name in ("exit", "false")


def _is_plain(command: Command) -> bool:
    if command.assignments or command.redirects or not command.words:
        return False
    return all(
        word.value is not None and not (word.text == word.value and _SPECIAL & set(word.text)) for word in command.words
    )


def exec_form(words: tuple[str, ...]) -> str:
    """The JSON form of a command."""
    return json.dumps(list(words), ensure_ascii=False)


def written_as(instruction: Instruction, words: tuple[str, ...]) -> Edit | None:
    """The edit (relative to the instruction) that makes it start these words; None if it does so already."""
    start, end = instruction.body_span
    if instruction.keyword == "HEALTHCHECK":
        text = f"CMD {exec_form(words)}"
        if instruction.words[0].value.upper() == "CMD" and len(instruction.words) > 1:
            text = f"{instruction.words[0].text} {exec_form(words)}"
    else:
        text = exec_form(words)
    if instruction.is_json and not _runs_shell(instruction) and plain_words(instruction) == words:
        return None
    return Edit(Span(start, end), text)


def exec_form_edits(instruction: Instruction, model: Model) -> list[Edit] | None:
    """The edits that start a shell form without the shell; None where it needs one or a comment would be lost."""
    if "#" in instruction.text and "\n" in instruction.text.rstrip("\r\n"):
        return None
    # These take no flags: a word that looks like one is an error of its own.
    if instruction.flags and instruction.keyword in ("CMD", "ENTRYPOINT"):
        return None
    try:
        words = plain_words(instruction)
    except CannotSwitchError:
        return None
    edit = written_as(instruction, words) if words else None
    return None if edit is None else [Edit(edit.span.shifted(model.start_of(instruction)), edit.text)]


def program_path(stage: Stage, program: str) -> str | None:
    """The absolute path of a program as the stage finds it; None where nothing tells."""
    state = stage.final_state
    if program.startswith("/"):
        return posixpath.normpath(program)
    if "/" in program:
        return None if state.workdir is None else posixpath.normpath(posixpath.join(state.workdir, program))
    for folder in (state.lookup("PATH") or "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").split(":"):
        path = posixpath.join(folder, program)
        entry = made(stage, path)
        if entry is not None and entry.path in (path, folder):
            return path
    return None


def context_file(model: Model, stage: Stage, path: str, depth: int = 20) -> str | None:
    """The file of the build context, relative to it, that lies at an absolute path of a stage; None if not known."""
    entry = made(stage, path)
    if entry is None or entry.source is None or depth <= 0 or (entry.kind == "file" and entry.path != path):
        return None
    rest = posixpath.relpath(path, entry.path) if entry.path != path else ""
    source = posixpath.join(entry.source, rest) if rest else entry.source
    if entry.origin == "context":
        return posixpath.normpath(source.lstrip("/"))
    if entry.stage is None:
        return None
    return context_file(model, model.stages[entry.stage], source_path(source), depth - 1)
