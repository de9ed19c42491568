"""Reads shell text into commands, with tree-sitter's grammar for bash (which sh, dash and ash are subsets of)."""

from functools import cache, lru_cache
from time import thread_time
from typing import TYPE_CHECKING

from dockls.shell.masks import Masked, ascii_only, mask
from dockls.shell.nested import reads_script, script_text
from dockls.shell.script import Command, Script
from dockls.shell.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

#: how deep scripts within scripts are read (``sh -c "sh -c '...'"``, substitutions in heredocs)
_DEEPEST = 8
#: The grammar recovers from errors in quadratic time: texts longer than this are given up after so many seconds
#: of processor time, or at once if they have more pipes than anyone writes (recovery from those cannot be stopped).
_SHORT = 4096
_SECONDS = 0.5
_MOST_PIPES = 2000


@lru_cache(maxsize=512)
def parse(text: str) -> Script:
    """The commands of a shell text; any text has an answer, spans are offsets into `text`.

    A text so long and broken that reading it takes half a second has errors and no commands.

    PowerShell and cmd texts do no harm, but their commands are what a POSIX shell would see.
    """
    commands, errors, simple = _read(text, 0)
    return Script(tuple(commands), errors, simple and not errors)


def _read(text: str, level: int, masked: Masked | None = None) -> tuple[list[Command], bool, bool]:
    masked = masked or mask(text)
    root = _grammar()(masked.text.encode("ascii"))
    if root is None:
        return [], True, False
    walk = Walk(text, masked)
    walk.run(root)
    commands = walk.commands()
    if level < _DEEPEST:
        commands = _with_scripts(commands, level)
        commands += _heredocs(text, masked, commands, level)
        commands.sort(key=_position)
    return commands, walk.errors or masked.unclosed, walk.simple and not masked.heredocs


@cache
def _grammar() -> "Callable[[bytes], Node | None]":
    from tree_sitter import Language, Parser
    from tree_sitter_bash import language

    bash = Language(language())

    def root(text: bytes) -> "Node | None":
        # One parser a call: they must not be shared between threads, and creating one costs a microsecond.
        if len(text) <= _SHORT:
            return Parser(bash).parse(text).root_node
        if text.count(b"|") > _MOST_PIPES:
            return None
        stop = thread_time() + _SECONDS
        try:
            tree = Parser(bash).parse(
                lambda offset, _: text[offset:], progress_callback=lambda *_: thread_time() > stop
            )
        except ValueError:
            return None
        return tree.root_node

    return root


def _position(command: Command) -> tuple[int, int]:
    return command.span.start, command.depth


def _with_scripts(commands: list[Command], level: int) -> list[Command]:
    """The commands and those of every ``sh -c`` argument whose characters are the script's own."""
    result = list(commands)
    for command in commands:
        script = script_text(command)
        if script is not None:
            end = script.start + len(script.text)
            if "$(" in script.text or "`" in script.text:
                # they have been read as the outer shell's, and are again as the script's
                result = [each for each in result if not script.start <= each.span.start < end]
            inner = _read(script.text, level + 1)[0]
            result += [_moved(each, script.start, command.depth + 1) for each in inner]
    return result


def _heredocs(text: str, masked: Masked, commands: list[Command], level: int) -> list[Command]:
    """The commands in heredocs: those of a shell that reads one as its script, and those substituted into it."""
    result: list[Command] = []
    owners: dict[tuple[int, int], Command] = {}
    for command in commands:
        for redirect in command.redirects:
            if redirect.content:
                owners.setdefault(redirect.content, command)
    for heredoc in masked.heredocs:
        start, end = heredoc.content
        content = text[start:end]
        owner = owners.get((start, end))
        depth = owner.depth if owner else 0
        if owner and reads_script(owner):
            result += [_moved(each, start, depth + 1) for each in _read(content, level + 1)[0]]
        elif heredoc.expands and ("$(" in content or "`" in content):
            # one heredoc without anything behind it is what the grammar reads well
            head = f": <<{heredoc.name}\n"
            alone = f"{head}{content}\n{heredoc.name}"
            inner = _read(alone, level + 1, Masked(ascii_only(alone), (), False))[0]
            limit = len(head) + len(content)
            result += [_moved(each, start - len(head), depth) for each in inner if each.depth and _end(each) <= limit]
    return result


def _end(command: Command) -> int:
    """Where a command and its heredocs end."""
    return max([command.span.end, *(each.content.end for each in command.redirects if each.content)])


def _moved(command: Command, offset: int, depth: int) -> Command:
    return command._replace(
        words=tuple(word._replace(span=word.span.shifted(offset)) for word in command.words),
        assignments=tuple(word._replace(span=word.span.shifted(offset)) for word in command.assignments),
        redirects=tuple(
            redirect._replace(
                span=redirect.span.shifted(offset),
                target=redirect.target and redirect.target._replace(span=redirect.target.span.shifted(offset)),
                content=redirect.content and redirect.content.shifted(offset),
            )
            for redirect in command.redirects
        ),
        span=command.span.shifted(offset),
        depth=command.depth + depth,
    )
