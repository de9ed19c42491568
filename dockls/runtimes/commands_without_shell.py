"""CMD, ENTRYPOINT and HEALTHCHECK for an image without a shell."""

import json
from typing import NamedTuple

from dockls.knowledge.builds import script_name
from dockls.knowledge.command_words import unwrap
from dockls.runtimes.artifacts import program_at
from dockls.runtimes.programs import Start, context_file, plain_words, program_path, start_of, written_as
from dockls.runtimes.subject import CannotSwitchError, Subject
from dockls.semantics import joined
from dockls.shell import parse
from dockls.syntax import Instruction
from dockls.text import Edit

#: where distroless images keep Node; it is not in their PATH
NODE = "/nodejs/bin/node"
_NODES = ("node", "nodejs")


class Program(NamedTuple):
    """What the stage starts, and the instructions that say so with the words they shall have."""

    words: tuple[str, ...]
    written: tuple[tuple[Instruction, tuple[str, ...]], ...]
    notes: tuple[str, ...]

    def edits(self) -> list[tuple[Instruction, Edit]]:
        """The edits, relative to their instruction."""
        found = [(instruction, written_as(instruction, words)) for instruction, words in self.written]
        return [(instruction, edit) for instruction, edit in found if edit is not None]


def go_program(subject: Subject, absolute: bool) -> Program:
    """The program of a stage that starts one made by Go; raises CannotSwitchError where it starts none.

    `absolute` asks for its whole path in place of a name that is found by PATH.
    """
    start = start_of(subject.stage)
    first = _first(start)
    words = plain_words(first)
    if not words:
        raise CannotSwitchError(f"{first.keyword} names no program")
    path = program_path(subject.stage, words[0])
    if path is None:
        raise CannotSwitchError(f"where `{words[0]}` comes from is not known")
    new = (path, *words[1:]) if absolute else words
    written = [(first, new)]
    notes = [] if first.is_json else [_without_shell(first)]
    if start.entrypoint is not None and start.command is not None:
        if not first.is_json:
            raise CannotSwitchError("CMD has no effect behind the shell form of ENTRYPOINT, but would have without")
        if not start.command.is_json:
            raise CannotSwitchError("CMD needs a shell, which the new image does not have")
    check = start.healthcheck
    if check is not None and check.words[:1] and check.words[0].value.upper() != "NONE":
        words = plain_words(check)
        probe = program_path(subject.stage, words[0])
        if probe is None or program_at(subject.model, subject.stage, probe).kind != "program":
            raise CannotSwitchError(f"HEALTHCHECK calls `{words[0]}`, which the new image does not have")
        written.append((check, (probe, *words[1:]) if absolute else words))
    return Program((path, *new[1:]), tuple(written), tuple(notes))


def node_program(subject: Subject) -> Program:
    """The program of a stage that starts a Node script; raises CannotSwitchError where it starts something else."""
    start = start_of(subject.stage)
    first = _first(start)
    if start.entrypoint is not None and start.entrypoint.words:
        program = _with_entrypoint(start, start.entrypoint)
    else:
        words, notes = _script_words(subject, first)
        kept = (NODE, *words) if start.entrypoint is not None else words
        program = Program(kept, ((first, kept),), tuple(notes))
    if not first.is_json:
        program = program._replace(notes=(*program.notes, _without_shell(first)))
    check = start.healthcheck
    if check is not None and check.words[:1] and check.words[0].value.upper() != "NONE":
        words = plain_words(check)
        if words[0].rpartition("/")[2] not in _NODES:
            raise CannotSwitchError(f"HEALTHCHECK calls `{words[0]}`, which the new image does not have")
        program = program._replace(written=(*program.written, (check, (NODE, *words[1:]))))
    return program


def _first(start: Start) -> Instruction:
    """The instruction that names the program."""
    if start.entrypoint is not None and start.entrypoint.words:
        return start.entrypoint
    if start.command is not None and start.command.words:
        return start.command
    raise CannotSwitchError("neither ENTRYPOINT nor CMD of the stage names a program")


def _without_shell(instruction: Instruction) -> str:
    return f"{instruction.keyword} starts the program without a shell around it, so that it gets signals itself"


def _with_entrypoint(start: Start, entrypoint: Instruction) -> Program:
    words = plain_words(entrypoint)
    if words[:1] and words[0].rpartition("/")[2] not in _NODES:
        raise CannotSwitchError(f"ENTRYPOINT starts `{words[0]}`, which the new image does not have")
    if start.command is not None:
        if not entrypoint.is_json:
            raise CannotSwitchError("CMD has no effect behind the shell form of ENTRYPOINT, but would have without")
        if not start.command.is_json:
            raise CannotSwitchError("CMD needs a shell, which the new image does not have")
    return Program((NODE, *words[1:]), ((entrypoint, (NODE, *words[1:])),), ())


def _script_words(subject: Subject, command: Instruction) -> tuple[tuple[str, ...], list[str]]:
    """The words behind `node` that CMD comes to."""
    words = plain_words(command)
    name = words[0].rpartition("/")[2]
    if name in _NODES:
        if len(words) == 1:
            raise CannotSwitchError("CMD starts Node without a script")
        return words[1:], []
    if words[0].endswith((".js", ".mjs", ".cjs")) and "/" not in words[0]:
        # The image's entry point hands what is no command to Node.
        return words, []
    called = unwrap(words)
    script = None if called is None else script_name(called)
    if script is None:
        raise CannotSwitchError(f"CMD starts `{words[0]}`, which the new image does not have")
    return _of_package(subject, script, " ".join(words))


def _of_package(subject: Subject, script: str, shown: str) -> tuple[tuple[str, ...], list[str]]:
    """The words behind `node` of a script in package.json."""
    text = None
    path = joined(subject.stage.final_state.workdir, "package.json")
    file = None if path is None else context_file(subject.model, subject.stage, path)
    if file is not None:
        text = subject.stage.context.read(file)
    if text is None:
        raise CannotSwitchError(f"CMD calls `{shown}`, and package.json, which says what that starts, is not known")
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    scripts = document.get("scripts") if isinstance(document, dict) else None
    scripts = scripts if isinstance(scripts, dict) else {}
    line = scripts.get(script, "node server.js" if script == "start" else None)
    commands = parse(line).commands if isinstance(line, str) else ()
    plain = len(commands) == 1 and not commands[0].assignments and not commands[0].redirects
    if not plain or commands[0].program not in _NODES or f"pre{script}" in scripts or f"post{script}" in scripts:
        raise CannotSwitchError(f"CMD calls `{shown}`, which comes to more than starting a script with Node")
    words = [word.value for word in commands[0].words[1:]]
    if not words or any(word is None or "*" in word for word in words):
        raise CannotSwitchError(f"CMD calls `{shown}`, which needs a shell")
    note = f"`{shown}` is taken for what package.json says: `{line}`; variables that the package manager sets are gone"
    return tuple(word or "" for word in words), [note]
