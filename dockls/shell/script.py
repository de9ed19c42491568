"""What a shell text consists of: commands, their words and redirections; plain values without behavior."""

from typing import NamedTuple

from dockls.text import Span


class ShellWord(NamedTuple):
    """One word as the shell splits them."""

    #: the characters as written, quotes, escapes and line continuations included
    text: str
    #: what the command receives, or None if only the running shell knows (variables, substitutions);
    #: globs, braces and a leading ``~`` stay as written
    value: str | None
    #: where the word stands in the text given to ``parse``
    span: Span


class Redirect(NamedTuple):
    """One redirection of a command."""

    #: without the descriptor: ``>``, ``>>``, ``<``, ``>&``, ``&>``, ``<<``, ``<<-``, ``<<<`` ...
    operator: str
    #: the file, descriptor, string or heredoc name; None if it is not typed yet or the operator closes a descriptor
    target: ShellWord | None
    #: from the descriptor to the end of the target
    span: Span
    #: the descriptor in front of the operator (``2`` in ``2>x``), else ""
    descriptor: str = ""
    #: the lines of a heredoc without its terminator, None for everything else
    content: Span | None = None


class Command(NamedTuple):
    """A simple command: assignments, words and redirections."""

    #: the value of the first word as written, directories included; "" if it is dynamic or there is none
    name: str
    #: the command word and its arguments, without assignments in front and without redirections
    words: tuple[ShellWord, ...]
    #: the ``NAME=value`` words in front of the command word, or alone
    assignments: tuple[ShellWord, ...]
    redirects: tuple[Redirect, ...]
    #: from the first assignment, redirection or word to the last, without the lines of a heredoc
    span: Span
    #: what joins it to what stands before it in the same list: "" for the first one, else ``&&``, ``||``, ``;``
    #: (a new line as well), ``|`` or ``&``
    connector: str
    #: 0 in the top level list; deeper in groups, branches, loops, functions, substitutions and ``sh -c`` scripts
    depth: int

    @property
    def arguments(self) -> tuple[str, ...]:
        """The values of the words behind the command word; the raw text of those that have none."""
        return tuple(word.text if word.value is None else word.value for word in self.words[1:])

    @property
    def program(self) -> str:
        """The name without its directories: ``apt-get`` for ``/usr/bin/apt-get``."""
        return self.name.rpartition("/")[2]


class Script(NamedTuple):
    """Everything a shell text runs."""

    #: in source order, those of groups, branches, substitutions and ``sh -c`` scripts included
    commands: tuple[Command, ...]
    #: whether the text is not, or not yet, valid shell; the commands are then the recognizable ones
    errors: bool
    #: whether the top level is nothing but simple commands joined by ``&&``, ``;`` or a new line, without heredocs:
    #: the text may be cut at any connector
    simple: bool

    @property
    def top(self) -> tuple[Command, ...]:
        """The commands of the top level list."""
        return tuple(command for command in self.commands if command.depth == 0)
