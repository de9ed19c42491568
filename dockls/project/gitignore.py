"""What `.gitignore` files keep out of a search. Source: https://git-scm.com/docs/gitignore#_pattern_format."""

import posixpath
from typing import NamedTuple

from dockls.project.wildcards import Token, Wildcards


class _Rule(NamedTuple):
    wildcards: Wildcards
    negated: bool
    folders_only: bool
    anchored: bool


class GitIgnore:
    """The rules of one `.gitignore`, for paths relative to its folder."""

    __slots__ = ("_rules",)

    def __init__(self, text: str) -> None:
        rules = (_rule(line.rstrip("\r")) for line in text.removeprefix("\ufeff").split("\n"))
        self._rules = [rule for rule in rules if rule is not None]

    def decide(self, path: str, folder: bool) -> bool | None:
        """Whether the file ignores the path (True), lets it in again (False), or does not speak of it (None).

        Parents are not looked at: a search that does not enter ignored folders need not.
        """
        name = posixpath.basename(path)
        for rule in reversed(self._rules):
            if rule.folders_only and not folder:
                continue
            if rule.wildcards.matches(path if rule.anchored else name):
                return not rule.negated
        return None


def _rule(line: str) -> _Rule | None:
    if line.startswith("#"):
        return None
    body = line.rstrip(" ")
    if body.endswith("\\") and len(body) < len(line):
        body += " "  # "\ " at the end is a blank that counts
    negated = body.startswith("!")
    body = body[negated:]
    folders_only = body.endswith("/")
    body = body[:-1] if folders_only else body
    if not body:
        return None
    tokens = _tokens(body.removeprefix("/"))
    if tokens is None:
        return None
    return _Rule(Wildcards(tokens), negated, folders_only, "/" in body)


def _tokens(pattern: str) -> list[Token] | None:
    """The tokens of a pattern; None for one that can match nothing."""
    tokens: list[Token] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        first = position == 0 or pattern[position - 1] == "/"
        position += 1
        if character == "*":
            stars = 1
            while pattern.startswith("*", position):
                position += 1
                stars += 1
            if stars == 2 and first and pattern.startswith("/", position):
                tokens.append(Token("deep"))
                position += 1
            elif stars == 2 and first and position == len(pattern):
                tokens += (Token("any"), Token("all"))
            else:
                tokens.append(Token("star"))
        elif character == "?":
            tokens.append(Token("any"))
        elif character == "[":
            read = _class(pattern, position)
            if read is None:
                return None
            token, position = read
            tokens.append(token)
        elif character == "\\":
            if position >= len(pattern):
                return None
            tokens.append(Token("character", pattern[position]))
            position += 1
        else:
            tokens.append(Token("character", character))
    return tokens


def _class(pattern: str, position: int) -> tuple[Token, int] | None:
    """The class whose ``[`` stands before `position`; here ``!`` negates too and a first ``]`` is a character."""
    negated = pattern[position : position + 1] in ("!", "^")
    position += negated
    ranges: list[tuple[str, str]] = []
    while position < len(pattern) and not (ranges and pattern[position] == "]"):
        low, position = _class_character(pattern, position)
        high = low
        if pattern.startswith("-", position) and pattern[position + 1 : position + 2] not in ("]", ""):
            high, position = _class_character(pattern, position + 1)
        ranges.append((low, high))
    if position >= len(pattern):
        return None
    return Token("class", ranges=tuple(ranges), negated=negated, slash=False), position + 1


def _class_character(pattern: str, position: int) -> tuple[str, int]:
    if pattern[position] == "\\" and position + 1 < len(pattern):
        position += 1
    return pattern[position], position + 1
