"""Finds the script in ``sh -c SCRIPT`` and its like."""

from itertools import pairwise
from typing import NamedTuple

from dockls.shell.script import Command, ShellWord

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "busybox"})
_LAST_LETTERS = frozenset(name[-1] for name in _SHELLS)


class ScriptText(NamedTuple):
    """The characters of a script within a text, and where they start."""

    text: str
    start: int


def is_shell(program: str) -> bool:
    """Whether a program, with or without its directories, is a POSIX shell."""
    return program.rpartition("/")[2] in _SHELLS


def script_text(command: Command) -> ScriptText | None:
    """The characters of the script that `command` hands to a shell with ``-c``.

    None also if the word is not the script character for character (escapes, several quotes); its line
    continuations count as the script's own, since the result is the same.
    """
    argument = script_argument(command)
    return None if argument is None else _characters(argument)


def script_argument(command: Command) -> ShellWord | None:
    """The word behind ``-c`` of a shell named anywhere in `command`, so of ``sudo -u x sh -ec '...'`` too."""
    words = command.words
    if len(words) < 3:
        return None
    for index, word in enumerate(words):
        if word.value and word.value[-1] in _LAST_LETTERS and is_shell(word.value):
            argument = _script_argument(words, index + 1)
            if argument is not None:
                return argument
    if command.program == "su":
        for option, argument in pairwise(words):
            if option.value in ("-c", "--command"):
                return argument
    return None


def reads_script(command: Command) -> bool:
    """Whether `command` is a shell that reads its script from the standard input: ``bash -e <<EOF``."""
    if not is_shell(command.name):
        return False
    return all(argument[:1] in ("-", "+") and "c" not in argument for argument in command.arguments)


def _script_argument(words: tuple[ShellWord, ...], index: int) -> ShellWord | None:
    found = skip = False
    for word in words[index:]:
        value = word.value
        if skip:
            skip = False
        elif value and value[0] in "-+" and len(value) > 1:
            if value.startswith("--"):
                continue
            found = found or (value[0] == "-" and "c" in value)
            skip = value.endswith(("o", "O"))
        elif value in ("sh", "ash") and not found:
            continue
        else:
            return word if found else None
    return None


def _characters(word: ShellWord) -> ScriptText | None:
    raw, start = word.text, word.span.start
    inside = raw[1:-1]
    if len(raw) >= 2 and raw[0] == raw[-1] == "'" and "'" not in inside:
        return ScriptText(inside, start + 1)
    if len(raw) >= 2 and raw[0] == raw[-1] == '"' and '"' not in inside:
        return None if "\\" in inside.replace("\\\n", "") else ScriptText(inside, start + 1)
    return ScriptText(raw, start) if word.value == raw else None
