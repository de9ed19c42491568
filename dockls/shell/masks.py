"""Overwrites what the grammar misreads, character for character, so that no offset moves.

Heredocs become plain input redirections and their lines blanks (the grammar knows one per line and nothing behind
it), and so do here-strings. Signs of extended globs and all characters outside printable ASCII become commas: to the
shell they are ordinary word characters, and one byte each keeps byte and character offsets equal.
"""

import re
from functools import cache
from typing import NamedTuple

from dockls.text import Span

_PLAIN = ","
_GLOBS = ("!(", "@(", "?(", "*(", "+(")


class Here(NamedTuple):
    """A heredoc: where its operator starts, and its lines without the terminator."""

    start: int
    name: str
    content: Span
    #: whether the shell expands variables and substitutions in it
    expands: bool


class Masked(NamedTuple):
    """A text ready for the grammar, of the same length as the original and ASCII only."""

    text: str
    heredocs: tuple[Here, ...]
    #: whether a heredoc's terminator is missing
    unclosed: bool


@cache
def tokens() -> re.Pattern[str]:
    """Steps over quotes and escapes; stops at comments, heredoc operators, extended globs and line ends."""
    return re.compile(
        r"""\\[\s\S]
        | '[^']*+'?
        | "(?:[^"\\]|\\[\s\S])*+"?
        | (?P<comment> (?:(?<=[\s;&|()])|\A) \# [^\n]*+ )
        | (?P<arithmetic> \(\( )
        | (?P<string> <<< )
        | (?P<heredoc> <<(?P<strip>-?)[ \t]*+ (?P<name> (?:[^\s;&|()<>"'\\]|\\.|'[^'\n]*+'|"[^"\n]*+")++ ) )
        | (?P<glob> (?<=[\s/]) [!@?*+] \( (?P<patterns>[^\s()'"$`;&<>]*+) \) )
        | (?P<end> \n )""",
        re.VERBOSE,
    )


@cache
def _foreign() -> re.Pattern[str]:
    return re.compile(r"[^\t\n\r -~]")


def ascii_only(text: str) -> str:
    """The text with every character the shell reads as part of a word replaced by one of a single byte."""
    return text if text.isascii() and text.isprintable() else _foreign().sub(_PLAIN, text)


def mask(text: str) -> Masked:
    """The text as the grammar should see it."""
    plain = ascii_only(text)
    if "<<" not in text and not any(glob in text for glob in _GLOBS):
        return Masked(plain, (), False)
    return _Masker(plain).run()


class _Masker:
    __slots__ = ("arithmetic_free", "copied", "heredocs", "pending", "result", "text", "unclosed")

    def __init__(self, text: str) -> None:
        self.text = text
        self.result: list[str] = []
        self.copied = 0
        #: no arithmetic ends before this offset
        self.arithmetic_free = 0
        self.heredocs: list[Here] = []
        self.pending: list[re.Match[str]] = []
        self.unclosed = False

    def run(self) -> Masked:
        position, search = 0, tokens().search
        while (match := search(self.text, position)) is not None:
            position = match.end()
            kind = match.lastgroup
            if kind == "arithmetic":
                position = self._arithmetic_end(position)
            elif kind == "end":
                if self.pending:
                    position = self._bodies(position)
            elif match["string"] is not None:
                self._overwrite(position - 2, position, " ")
            elif match["heredoc"] is not None:
                self.pending.append(match)
                self._overwrite(match.start() + 1, match.start("name"), " ")
            elif match["glob"] is not None:
                opening = match.start("patterns")
                inside = match["patterns"].replace("|", _PLAIN).replace("#", _PLAIN)
                self._replace(opening - 2, match.end(), _PLAIN * 2 + inside + _PLAIN)
        self.heredocs += [
            Here(match.start(), match["name"], Span(len(self.text), len(self.text)), False) for match in self.pending
        ]
        self.result.append(self.text[self.copied :])
        return Masked("".join(self.result), tuple(self.heredocs), self.unclosed)

    def _arithmetic_end(self, position: int) -> int:
        if position < self.arithmetic_free:
            return position
        line_end = self.text.find("\n", position)
        line_end = len(self.text) if line_end < 0 else line_end
        end = self.text.find("))", position, line_end)
        if end < 0:
            self.arithmetic_free = line_end
            return position
        return end + 2

    def _bodies(self, position: int) -> int:
        for match in self.pending:
            name = _unquoted(match["name"])
            expands = name == match["name"]
            start = end = position
            while position < len(self.text):
                end = position
                line_end = self.text.find("\n", position)
                line_end = len(self.text) if line_end < 0 else line_end
                line = self.text[position:line_end].removesuffix("\r")
                position = min(line_end + 1, len(self.text))
                if (line.lstrip("\t") if match["strip"] else line) == name:
                    break
            else:
                self.unclosed = True
                end = position
            self.heredocs.append(Here(match.start(), name, Span(start, end), expands))
            self._blank(start, position)
        self.pending.clear()
        return position

    def _blank(self, start: int, end: int) -> None:
        self._replace(start, end, re.sub(r"[^\n]", " ", self.text[start:end]))

    def _overwrite(self, start: int, end: int, character: str) -> None:
        self._replace(start, end, character * (end - start))

    def _replace(self, start: int, end: int, replacement: str) -> None:
        self.result += (self.text[self.copied : start], replacement)
        self.copied = end


def _unquoted(name: str) -> str:
    return name.replace('"', "").replace("'", "").replace("\\", "")
