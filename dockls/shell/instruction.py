"""The shell scripts of an instruction: where they stand and what they run."""

from typing import TYPE_CHECKING, NamedTuple

from dockls.shell.lines import neutralize
from dockls.shell.nested import is_shell, script_argument
from dockls.shell.reader import parse
from dockls.shell.script import Command, Script, ShellWord
from dockls.text import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dockls.syntax import Instruction, Word

_MEMO = "dockls.shell.scripts"


class Piece(NamedTuple):
    """A script within an instruction."""

    script: Script
    #: what to add to the script's spans to make them relative to the start of the instruction
    offset: int


def scripts(instruction: "Instruction") -> tuple[Piece, ...]:
    """What RUN, CMD, ENTRYPOINT and HEALTHCHECK (and an ONBUILD with one of them) run; empty for the rest.

    The JSON form is one command, or the script of a ``sh -c`` in it if no character of that is escaped. A RUN
    that is nothing but one heredoc runs its lines as a script, unless they start with ``#!`` and name something
    else than a shell (BuildKit frontend/dockerfile/dockerfile2llb/convert.go, ``dispatchRun``). It is taken for a
    POSIX shell's, whatever SHELL says. The answer is remembered on the instruction.
    """
    pieces: tuple[Piece, ...] | None = instruction.memo.get(_MEMO)
    if pieces is None:
        pieces = instruction.memo[_MEMO] = _scripts(instruction)
    return pieces


def _scripts(instruction: "Instruction") -> tuple[Piece, ...]:
    parsed = instruction.effective
    words, body = parsed.words, parsed.rest_span
    if not words or parsed.keyword not in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        return ()
    if parsed.keyword == "HEALTHCHECK":
        if words[0].value.upper() != "CMD" or len(words) < 2:
            return ()
        words = words[1:]
        body = words[0].span
    if parsed.is_json:
        return (_exec_form(words),)
    if parsed.keyword == "RUN" and instruction.heredocs:
        return _with_heredocs(instruction, body)
    return (Piece(parse(neutralize(instruction.text[body.start : body.end], instruction.escape)), body.start),)


def _with_heredocs(instruction: "Instruction", body: Span) -> tuple[Piece, ...]:
    text, heredocs = instruction.text, instruction.heredocs
    if len(heredocs) == 1 and heredocs[0].span == body:
        content = heredocs[0].content_span
        script = text[content.start : content.end]
        return (Piece(parse(script), content.start),) if _for_a_shell(script) else ()
    # The shell gets the command with the heredocs behind it, as they stand in the file.
    last = heredocs[-1]
    end = last.terminator_span.end if last.terminator_span else last.content_span.end
    head = neutralize(text[body.start : instruction.head_end], instruction.escape)
    return (Piece(parse(head + text[instruction.head_end : end]), body.start),)


def _for_a_shell(script: str) -> bool:
    if not script.startswith("#!"):
        return True
    words = script[2:].partition("\n")[0].split()
    if words and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-")]
    return bool(words) and is_shell(words[0])


def _exec_form(words: "Sequence[Word]") -> Piece:
    shell_words = tuple(ShellWord(word.text, word.value, word.span) for word in words)
    span = Span(shell_words[0].span.start, shell_words[-1].span.end)
    command = Command(shell_words[0].value or "", shell_words, (), (), span, "", 0)
    script = script_argument(command)
    if script is not None and script.text == script.value and len(script.text) == script.span.end - script.span.start:
        return Piece(parse(script.text), script.span.start)
    return Piece(Script((command,), errors=False, simple=True), 0)
