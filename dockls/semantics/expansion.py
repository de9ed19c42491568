"""What the words of a Dockerfile expand to, and (from ``variable_uses``) which variables they mention.

BuildKit expands the arguments of most instructions itself, with rules that only resemble a shell's; its
``frontend/dockerfile/shell/lex.go`` is the source of every fact here. All offsets are code points from the start of
the given word. Words are read with a stack of open quotes and substitutions instead of recursion, so that nesting
may be as deep as it likes.
"""

from collections.abc import Callable
from typing import NamedTuple

from dockls.semantics.shell_patterns import PatternError, all_replaced, replaced, without_prefix, without_suffix
from dockls.semantics.variable_uses import VariableUse, name_end, variables

__all__ = (
    "Expanded",
    "ExpansionError",
    "Lookup",
    "VariableUse",
    "expand",
    "expand_with_origin",
    "expand_words",
    "variables",
)

Lookup = Callable[[str], "str | None"]

# What one expansion may produce and compare before it is given up: a file of a few lines can double a variable again
# and again. Linux takes no single argument or environment variable above 128 KiB, so no working build comes near.
_WORK_LIMIT = 1 << 18

_GO_SPACES = frozenset(
    "\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_MISSING_BRACE = "syntax error: missing '}'"
_MISSING_SLASH = "syntax error: missing '/' in ${}"
_UNFINISHED = "unexpected end of statement while looking for matching "


class ExpansionError(ValueError):
    """BuildKit refuses to expand a word, or the result would be absurdly long.

    `message` is BuildKit's wording; `offset` is where the quote or substitution it is about begins in the word.
    """

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class Expanded(NamedTuple):
    """An expanded word with the names that were looked up and those of them that had no value, each name once.

    As in BuildKit, the names in a default count even if the default is not needed.
    """

    text: str
    used: tuple[str, ...]
    unset: tuple[str, ...]


def expand(word: str, lookup: Lookup, escape: str = "\\", quotes: bool = True) -> str:
    """The word with its variables, quotes and escapes resolved (BuildKit's ``ProcessWord``).

    `lookup` gives the value of a name, or None if it has none. With `quotes` off, quotes are ordinary characters, as
    in the body of a here-document. Raises ExpansionError.
    """
    return expand_with_origin(word, lookup, escape, quotes).text


def expand_with_origin(word: str, lookup: Lookup, escape: str = "\\", quotes: bool = True) -> Expanded:
    """As `expand`, with the names that were looked up on the way. Raises ExpansionError."""
    if "$" not in word and escape not in word and "'" not in word and '"' not in word:
        return Expanded(word.removeprefix("\ufeff"), (), ())
    expansion = _Expansion(word, lookup, escape, quotes)
    text = "".join([piece.text for piece in expansion.run()])
    used = expansion.consulted
    return Expanded(text, tuple(used), tuple([name for name, is_set in used.items() if not is_set]))


def expand_words(word: str, lookup: Lookup, escape: str = "\\") -> list[str]:
    """The expanded text split at the white space outside quotes (``ProcessWords``); raises ExpansionError.

    White space from the value of a variable outside quotes splits too, and empty quotes are no word.
    """
    words: list[str] = []
    current: list[str] = []
    for piece in _Expansion(word, lookup, escape, quotes=True).run():
        if piece.is_quoted:
            current.append(piece.text)
            continue
        for character in piece.text:
            if character not in _GO_SPACES:
                current.append(character)
            elif current:
                words.append("".join(current))
                current = []
    words.append("".join(current))
    return [found for found in words if found]


class _Piece(NamedTuple):
    text: str
    is_quoted: bool


class _Open:
    """A part of the word that is being read: all of it, a double-quoted part, or a word of a substitution.

    `stop` is the character that ends it, '' for the whole word. `modifier` is '' except in a substitution. In a raw
    part the escape characters stay, because a pattern needs them.
    """

    __slots__ = ("is_raw", "modifier", "name", "offset", "pattern", "pieces", "stop")

    def __init__(self, stop: str, offset: int, is_raw: bool) -> None:
        self.stop = stop
        self.offset = offset
        self.is_raw = is_raw
        self.name = self.modifier = self.pattern = ""
        self.pieces: list[_Piece] = []


class _Expansion:
    """One pass over one word."""

    def __init__(self, word: str, lookup: Lookup, escape: str, quotes: bool) -> None:
        self.word = word
        self.lookup = lookup
        self.escape = escape
        self.special = frozenset("$" + escape + ("'\"" if quotes else ""))
        self.position = 1 if word.startswith("\ufeff") else 0
        self.open = [_Open("", 0, is_raw=False)]
        self.consulted: dict[str, bool] = {}
        self.work_left = _WORK_LIMIT + 4 * len(word)

    def run(self) -> list[_Piece]:
        """The pieces of the expanded word; raises ExpansionError."""
        word = self.word
        while True:
            part = self.open[-1]
            if self.position >= len(word):
                if not part.stop:
                    return part.pieces
                raise self.failure(_UNFINISHED + "double-quote", part.offset)
            character = word[self.position]
            if character == part.stop:
                self.close()
            elif character not in self.special:
                self.read_plain(part)
            elif character == "$":
                self.read_dollar()
            elif character == self.escape:
                self.read_escape(part)
            elif part.stop == '"':
                self.add("'")
                self.position += 1
            else:
                self.read_quote(part, character)

    def add(self, text: str, is_quoted: bool = False) -> None:
        """Append to the innermost open part."""
        self.spend(len(text))
        self.open[-1].pieces.append(_Piece(text, is_quoted))

    def spend(self, work: int) -> None:
        """Count work done, so that no word can take endless time or memory; raises ExpansionError."""
        self.work_left -= work
        if self.work_left < 0:
            raise ExpansionError("the expansion is too large", self.open[-1].offset)

    def failure(self, message: str, offset: int) -> ExpansionError:
        """The error to raise; at the end of the word BuildKit blames the outermost open substitution instead."""
        if self.position >= len(self.word):
            for part in self.open:
                if part.modifier:
                    return ExpansionError(_MISSING_SLASH if part.stop == "/" else _MISSING_BRACE, part.offset)
        return ExpansionError(message, offset)

    def read_plain(self, part: _Open) -> None:
        word, start, end = self.word, self.position, self.position + 1
        while end < len(word) and word[end] != part.stop and word[end] not in self.special:
            end += 1
        self.position = end
        self.add(word[start:end])

    def read_escape(self, part: _Open) -> None:
        """An escape character; inside double quotes it escapes only a double quote, a dollar sign and itself."""
        following = self.word[self.position + 1 : self.position + 2]
        if part.is_raw:
            self.add(self.escape, is_quoted=True)
        self.position += 1
        if part.stop == '"' and following not in ('"', "$", self.escape):
            self.add(self.escape)
        elif following:
            self.add(following, is_quoted=True)
            self.position += 1

    def read_quote(self, part: _Open, quote: str) -> None:
        start = self.position
        self.position += 1
        if quote == '"':
            self.open.append(_Open('"', start, part.is_raw))
            return
        end = self.word.find("'", self.position)
        if end < 0:
            self.position = len(self.word)
            raise self.failure(_UNFINISHED + "single-quote", start)
        self.add(self.word[start + 1 : end], is_quoted=True)
        self.position = end + 1

    def read_dollar(self) -> None:
        start = self.position
        name_start = start + 1
        if self.word.startswith("{", name_start):
            self.read_substitution(start)
            return
        self.position = name_end(self.word, name_start)
        name = self.word[name_start : self.position]
        self.add(self.value_of(name) or "" if name else "$")

    def read_substitution(self, start: int) -> None:
        """``${``, the name, and the modifier or the closing brace."""
        word = self.word
        name_start = self.position = start + 2
        if name_start >= len(word):
            raise self.failure(_MISSING_BRACE, start)
        if word[name_start] in "{}:":
            raise self.failure("syntax error: bad substitution", start)
        end = name_end(word, name_start)
        name = word[name_start:end]
        modifier = word[end : end + 2] if word.startswith((":", "//"), end) else word[end : end + 1]
        self.position = end + len(modifier)
        if modifier == "}":
            self.add(self.value_of(name) or "")
        elif modifier in ("", ":"):
            raise self.failure(_MISSING_BRACE, start)
        elif modifier[0] not in ":+-?#%/" or modifier in (":#", ":%"):
            raise self.failure(f"unsupported modifier ({modifier}) in substitution", start)
        else:
            part = _Open("/" if modifier[0] == "/" else "}", start, is_raw=modifier[0] in "#%/")
            part.name, part.modifier = name, modifier
            self.open.append(part)

    def close(self) -> None:
        """The innermost open part has ended."""
        part = self.open.pop()
        self.position += 1
        text = "".join([piece.text for piece in part.pieces])
        if part.stop == '"':
            self.add(text, is_quoted=True)
        elif part.stop == "/":
            replacement = _Open("}", part.offset, is_raw=True)
            replacement.name, replacement.modifier, replacement.pattern = part.name, part.modifier, text
            self.open.append(replacement)
        else:
            self.add(self.substituted(part, text))

    def substituted(self, part: _Open, text: str) -> str:
        """What ``${NAME`` with a modifier and the given expanded text behind it comes to."""
        value = self.value_of(part.name)
        kind = part.modifier[-1]
        is_unset = value is None or (part.modifier[0] == ":" and not value)
        if kind == "-":
            return text if is_unset else value or ""
        if kind == "+":
            return "" if is_unset else text
        if kind == "?":
            if is_unset:
                reason = text or f"is not allowed to be {'unset' if value is None else 'empty'}"
                raise self.failure(f"{part.name}: {reason}", part.offset)
            return value or ""
        if part.modifier[0] == ":":
            raise self.failure(f"unsupported modifier ({part.modifier}) in substitution", part.offset)
        return self.matched(part, text, value or "")

    def matched(self, part: _Open, text: str, value: str) -> str:
        """The modifiers with a pattern."""
        pattern = text if part.modifier in "#%" else part.pattern
        self.spend(4 * len(value) + len(value) * min(len(pattern), len(value)) // 64)
        kind = part.modifier[0]
        try:
            if part.modifier == "//":
                return all_replaced(pattern, text, value, self.spend)
            if kind == "/":
                return replaced(pattern, text, value)
            longest = pattern.startswith(kind)
            pattern = pattern[1:] if longest else pattern
            trimmed = without_prefix if kind == "#" else without_suffix
            return trimmed(pattern, value, longest)
        except PatternError as error:
            raise self.failure(f"invalid pattern ({pattern}) in substitution: {error}", part.offset) from None

    def value_of(self, name: str) -> str | None:
        value = self.lookup(name)
        if name:
            self.consulted.setdefault(name, value is not None)
        return value
