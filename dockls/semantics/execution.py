"""The commands that a stage's RUN instructions execute, each with the directory it runs in."""

from typing import NamedTuple

from dockls.semantics.stage import Stage, expanded, joined
from dockls.shell import Command
from dockls.shell.instruction import scripts
from dockls.syntax import Instruction, Place
from dockls.text import Span

#: shells whose scripts the shell layer can read
_POSIX_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh", "busybox"))


class Executed(NamedTuple):
    """One command of a RUN.

    `words` are literal values (raw text where only the shell knows), `directory` is None where it is not known,
    `place` covers the command. `piece` numbers the script within the instruction, `conditional` tells that the command
    stands in a branch, a loop, or behind ``||``.
    """

    instruction: Instruction
    command: Command
    words: tuple[str, ...]
    directory: str | None
    place: Place
    offset: int
    piece: int
    conditional: bool

    def word_span(self, number: int) -> Span:
        """The item-relative span of a word."""
        return self.command.words[number].span.shifted(self.offset)

    def span_through(self, number: int) -> Span:
        """The item-relative span from the command's first word through another one."""
        return Span(self.word_span(0).start, self.word_span(number).end)

    @property
    def operands(self) -> tuple[str, ...]:
        """The words behind the first that are no options; the value of an option that stands apart is one of them."""
        return tuple([word for word in self.words[1:] if not word.startswith("-")])

    @property
    def subcommand(self) -> int | None:
        """The number of the first operand: the `install` of ``apt-get -y install curl``; None if there is none."""
        return next((number for number, word in enumerate(self.words) if number and not word.startswith("-")), None)


def named_path(stage: Stage, command: Executed, text: str | None) -> str | None:
    """The absolute path that a word of a command names; None where a variable or the directory is not known."""
    if text is not None and "$" in text:
        text = expanded(text, stage.state_before(command.instruction), command.instruction.escape)
    return None if text is None or "$" in text else joined(command.directory, text)


def is_forgiven(stage: Stage, command: Executed) -> bool:
    """Whether something behind ``||`` follows in the same script, so that the RUN may do without the command."""
    known = stage.memo.setdefault(is_forgiven, {})
    if command.instruction not in known:
        commands = executed_by(stage, command.instruction)
        known[command.instruction] = {
            one.piece: one.place.span.start for one in commands if one.command.connector == "||"
        }
    last: int = known[command.instruction].get(command.piece, -1)
    return command.place.span.start < last


def executed(stage: Stage) -> tuple[Executed, ...]:
    """Every command of every RUN of the stage itself (not of its base), in order; remembered on the stage."""
    return stage.listed(_all_executed)


def _all_executed(stage: Stage) -> list[Executed]:
    return [one for run in stage.instructions if run.keyword == "RUN" for one in executed_by(stage, run)]


def executed_by(stage: Stage, instruction: Instruction) -> tuple[Executed, ...]:
    """The commands of one RUN; none where the stage's shell is not a POSIX one.

    Remembered on the instruction for the directory and the shell in force, so that an edit elsewhere costs nothing.
    """
    state = stage.state_before(instruction)
    known = (state.workdir, state.shell[0])
    kept = instruction.memo.get(Executed)
    if kept is None or kept[0] != known:
        kept = instruction.memo[Executed] = (known, _executed(instruction, *known))
    found = kept[1]
    assert isinstance(found, tuple)
    return found


def _executed(instruction: Instruction, workdir: str | None, shell: str) -> tuple[Executed, ...]:
    if not instruction.is_json and shell.rpartition("/")[2] not in _POSIX_SHELLS:
        return ()
    found: list[Executed] = []
    for number, piece in enumerate(scripts(instruction)):
        directory = workdir
        for command in piece.script.commands:
            words = tuple([word.text if word.value is None else word.value for word in command.words])
            if not words:
                continue
            place = Place(instruction, command.span.shifted(piece.offset))
            conditional = command.depth > 0 or command.connector == "||"
            found.append(Executed(instruction, command, words, directory, place, piece.offset, number, conditional))
            if words[0] == "cd" and command.depth == 0 and command.connector != "|":
                directory = _changed(directory, words)
    return tuple(found)


def _changed(directory: str | None, words: tuple[str, ...]) -> str | None:
    """The directory behind a ``cd``."""
    if len(words) != 2 or "$" in words[1] or words[1] in ("-", "~") or "`" in words[1]:
        return None
    return joined(directory, words[1])
