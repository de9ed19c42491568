"""Wildcard patterns matched without back-tracking, so that no pattern can hang the program.

A pattern is a row of tokens, each a state of an automaton whose set of live states is one integer (the
"shift-and" method): a match costs at most the length of the text times the length of the pattern.

`go_match` reads the patterns of COPY and ADD, which are those of Go's `filepath.Match`.
"""

from typing import NamedTuple


class BadPatternError(ValueError):
    """The pattern is not well-formed; the message says why, as a part of a sentence."""


class Token(NamedTuple):
    """One part of a pattern.

    `kind` is ``character`` (exactly `text`), ``any`` (one character but ``/``), ``class`` (one character of `ranges`),
    ``star`` (any run without ``/``), ``all`` (any run) or ``deep`` (nothing, or any run that ends in ``/``).
    """

    kind: str
    text: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False
    slash: bool = True  #: whether a class may match "/"


class Wildcards:
    """A compiled row of tokens."""

    __slots__ = ("_anywhere", "_classes", "_final", "_literals", "_moves", "_one", "_run", "_skip", "_skip_two")

    def __init__(self, tokens: list[Token]) -> None:
        self._literals: dict[str, int] = {}
        self._classes: list[tuple[int, Token]] = []
        self._moves: dict[str, tuple[int, int]] = {}
        self._one = self._run = self._anywhere = self._skip = self._skip_two = 0
        bit = 1
        previous = ""
        for token in tokens:
            if token.kind == previous and previous in ("star", "all", "deep"):
                continue
            previous = token.kind
            bit = self._add(token, bit)
        self._final = bit

    def _add(self, token: Token, bit: int) -> int:
        """Enter a token whose first state is `bit`; gives the state behind it."""
        if token.kind == "character":
            self._literals[token.text] = self._literals.get(token.text, 0) | bit
        elif token.kind == "any":
            self._one |= bit
        elif token.kind == "class":
            self._classes.append((bit, token))
        elif token.kind == "deep":
            self._skip |= bit
            self._skip_two |= bit
            bit <<= 1
            self._anywhere |= bit
            self._literals["/"] = self._literals.get("/", 0) | bit
        else:
            self._skip |= bit
            if token.kind == "star":
                self._run |= bit
            else:
                self._anywhere |= bit
        return bit << 1

    def _move(self, character: str) -> tuple[int, int]:
        """The states that `character` leads onward, and those in which it stays."""
        onward = self._literals.get(character, 0)
        stay = self._anywhere
        if character != "/":
            onward |= self._one
            stay |= self._run
        for bit, token in self._classes:
            if character == "/" and not token.slash:
                continue
            if any(low <= character <= high for low, high in token.ranges) != token.negated:
                onward |= bit
        self._moves[character] = (onward, stay)
        return onward, stay

    def _closed(self, states: int) -> int:
        while True:
            wider = states | (states & self._skip) << 1 | (states & self._skip_two) << 2
            if wider == states:
                return states
            states = wider

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` matches."""
        states = self._closed(1)
        for character in text:
            onward, stay = self._moves.get(character) or self._move(character)
            states = (states & onward) << 1 | states & stay
            if not states:
                return False
            states = self._closed(states)
        return bool(states & self._final)


def read_class(pattern: str, position: int) -> tuple[Token, int]:
    """The class whose ``[`` stands before `position`, and the position behind its ``]``; raises BadPatternError.

    The grammar is that of Go's `filepath.Match`: only ``^`` negates, ``-`` and ``]`` need a backslash.
    """
    negated = pattern.startswith("^", position)
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", position)):
        low, position = _class_character(pattern, position)
        high = low
        if pattern.startswith("-", position):
            high, position = _class_character(pattern, position + 1)
        if high < low:
            raise BadPatternError(f"the range `{low}-{high}` runs backward")
        ranges.append((low, high))
    return Token("class", ranges=tuple(ranges), negated=negated), position + 1


def _class_character(pattern: str, position: int) -> tuple[str, int]:
    escaped = pattern.startswith("\\", position)
    position += escaped
    if position >= len(pattern):
        raise BadPatternError("`[` is never closed")
    if not escaped and pattern[position] in "-]":
        raise BadPatternError(f"`{pattern[position]}` stands where a character of `[...]` is needed")
    return pattern[position], position + 1


def read_token(pattern: str, position: int) -> tuple[Token, int]:
    """The token at `position` as `filepath.Match` reads it, and the position behind it; raises BadPatternError."""
    character = pattern[position]
    position += 1
    if character == "*":
        return Token("star"), position
    if character == "?":
        return Token("any"), position
    if character == "[":
        return read_class(pattern, position)
    if character != "\\":
        return Token("character", character), position
    if position >= len(pattern):
        raise BadPatternError("it ends in a lone backslash")
    return Token("character", pattern[position]), position + 1


def go_match(pattern: str) -> Wildcards:
    """The pattern as Go's `filepath.Match` reads it on Unix (no ``**``); raises BadPatternError."""
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        token, position = read_token(pattern, position)
        tokens.append(token)
    return Wildcards(tokens)
