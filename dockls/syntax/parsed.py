"""The inside of an instruction: flags, words, JSON form, trigger, as BuildKit's parser splits them.

Source of the rules: BuildKit frontend/dockerfile/parser/{line_parsers,split_command,parser}.go. All spans are
relative to the start of the item.
"""

import re
from typing import NamedTuple

from dockls.syntax.logical import SPACE, LogicalLine
from dockls.text import Span


class Word(NamedTuple):
    """A word after the flags: `text` as it reaches the parser (continuations removed), where it stands.

    A word of the JSON form is the string's content, its span lies inside the quotes, `value` is decoded.
    """

    text: str
    span: Span
    value: str


class Flag(NamedTuple):
    """A ``--name[=value]``: `text` without quotes and escapes; spans cover the source as written."""

    name: str
    value: str | None
    span: Span
    name_span: Span
    value_span: Span | None

    @property
    def text(self) -> str:
        """The flag as BuildKit's parser yields it."""
        return f"--{self.name}" if self.value is None else f"--{self.name}={self.value}"


class Heredoc(NamedTuple):
    """One here-document; `span` is its ``<<NAME`` word, `content_span` its body without the terminator."""

    name: str
    content: str
    expand: bool
    strip_tabs: bool
    span: Span
    content_span: Span
    terminator_span: Span | None


class Problem(NamedTuple):
    """What BuildKit's parser refuses, and where."""

    span: Span
    message: str


class Pair(NamedTuple):
    """One name and value of ENV, LABEL or ARG; `value` raw (quotes and variables in place), None for a bare ARG."""

    name: str
    value: str | None
    name_span: Span
    value_span: Span | None
    legacy: bool


_WHITESPACE = re.compile(r"[\t\v\f\r ]+")
_NOT_WHITESPACE = re.compile(r"[^\t\v\f\r ]+")
_JSON_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
#: BuildKit refuses a second ONBUILD behind the first, so nobody asks what stands behind this many
_DEEPEST_TRIGGER = 16
NOT_ALL_STRINGS = "when using JSON array syntax, arrays must be comprised of strings only"


class Parsed:
    """One instruction line: what stands behind the keyword, split by the rules of that keyword."""

    __slots__ = (
        "arguments",
        "flags",
        "inner",
        "is_json",
        "keyword",
        "keyword_span",
        "level",
        "pairs",
        "problems",
        "raw_keyword",
        "rest",
        "rest_span",
        "words",
    )

    def __init__(self, line: LogicalLine, start: int, escape: str, level: int = 0) -> None:
        """Split ``line.text[start:]``; never raises, faults are collected in `problems`.

        `level` is how many ONBUILD it stands behind.
        """
        self.level = level
        text = line.text
        start, end = _trim(text, start, len(text))
        gap = _WHITESPACE.search(text, start, end)
        keyword_end = gap.start() if gap else end
        self.raw_keyword = text[start:keyword_end]
        self.keyword = self.raw_keyword.upper()
        self.keyword_span = line.span(start, keyword_end)
        self.problems: list[Problem] = []
        self.inner: Parsed | None = None
        self.is_json = False
        self.pairs: tuple[Pair, ...] = ()
        self.words: tuple[Word, ...] = ()
        self.arguments: tuple[str, ...] = ()
        flags, rest = _flags(line, gap.end() if gap else end, end)
        self.flags = tuple(flags)
        rest, end = _trim(text, rest, end)
        self.rest = text[rest:end]
        self.rest_span = line.span(rest, end)
        _FORMS.get(self.keyword, _ignored)(self, line, rest, end, escape)

    def flag(self, name: str) -> Flag | None:
        """The last flag of that name, as the last one wins in BuildKit; None if there is none."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in SPACE:
        start += 1
    while end > start and text[end - 1] in SPACE:
        end -= 1
    return start, end


def _flags(line: LogicalLine, start: int, end: int) -> tuple[list[Flag], int]:
    """The leading ``--`` words and the offset behind them (split_command.go, ``extractBuilderFlags``)."""
    text = line.text
    flags: list[Flag] = []
    position = start
    while True:
        while position < end and text[position] in SPACE:
            position += 1
        if not text.startswith("--", position, end):
            return flags, position
        word_start = position
        value: list[str] = []
        position, blank = _flag_word(text, position, end, value)
        word = "".join(value)
        if word == "--":
            return flags, position
        if word or blank:
            flags.append(_flag(line, word_start, position, word))


def _flag_word(text: str, position: int, end: int, value: list[str]) -> tuple[int, bool]:
    quote = ""
    blank = False
    while position < end:
        character = text[position]
        if not quote and character in SPACE:
            break
        if character == "\\":
            position += 1
            if position == end:
                break
            value.append(text[position])
        elif quote:
            if character == quote:
                quote = ""
            else:
                value.append(character)
        elif character in "'\"":
            quote = character
            blank = True
        else:
            value.append(character)
        position += 1
    return min(position, end), blank


def _flag(line: LogicalLine, start: int, end: int, word: str) -> Flag:
    name, equals, value = word[2:].partition("=")
    raw_equals = line.text.find("=", start, end)
    split = raw_equals if equals and raw_equals >= 0 else end
    value_span = line.span(split + 1, end) if equals else None
    return Flag(
        name,
        value if equals else None,
        line.span(start, end),
        line.span(min(start + 2, split), split),
        value_span,
    )


def _ignored(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    """An unknown keyword: BuildKit's parser ignores the rest and yields one empty word (``parseIgnore``)."""
    parsed.arguments = ("",)


def _string(parsed: Parsed, line: LogicalLine, start: int, end: int, _: str) -> None:
    if start < end:
        rest = line.text[start:end]
        parsed.words = (Word(rest, line.span(start, end), rest),)
        parsed.arguments = (rest,)


def _strings(parsed: Parsed, line: LogicalLine, start: int, end: int, _: str) -> None:
    parsed.words = tuple(
        [
            Word(match[0], line.span(match.start(), match.end()), match[0])
            for match in _NOT_WHITESPACE.finditer(line.text, start, end)
        ]
    )
    parsed.arguments = tuple([word.text for word in parsed.words])


def _maybe_json(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    if not _json(parsed, line, start, end):
        _string(parsed, line, start, end, escape)


def _maybe_json_list(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    if not _json(parsed, line, start, end):
        _strings(parsed, line, start, end, escape)


def _json(parsed: Parsed, line: LogicalLine, start: int, end: int) -> bool:
    """Take ``[start:end]`` as the JSON form; False if it is no JSON array, hence shell form."""
    text = line.text
    while start < end and text[start] in SPACE:
        start += 1
    if not text.startswith("[", start, end):
        return False
    values = _json_values(text[start:end])
    if values is None:
        return False
    if not all(isinstance(value, str) for value in values):
        parsed.problems.append(Problem(line.span(start, end), NOT_ALL_STRINGS))
        return True
    parsed.is_json = True
    words: list[Word] = []
    for match, value in zip(_JSON_STRING.finditer(text, start, end), values, strict=False):
        words.append(Word(match[1], line.span(match.start(1), match.end(1)), str(value)))
    parsed.words = (*parsed.words, *words)
    parsed.arguments = (*parsed.arguments, *(word.value for word in words))
    return True


def _json_values(text: str) -> list[object] | None:
    import json

    def refuse(constant: str) -> object:
        raise ValueError(constant)  # NaN and Infinity are Python's, not JSON's

    try:
        values = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) else None


def _name_values(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    """ENV and LABEL: ``k=v …``, or the legacy ``k v`` (``parseNameVal``)."""
    words = _quoted_words(line.text, start, end, escape)
    if not words:
        return
    if "=" not in words[0][2]:
        _legacy_pair(parsed, line, start, end)
        return
    pairs: list[Pair] = []
    arguments: list[str] = []
    for word_start, word_end, word in words:
        name, equals, value = word.partition("=")
        if not equals:
            message = f"Syntax error - can't find = in {go_quote(word)}. Must be of the form: name=value"
            parsed.problems.append(Problem(line.span(word_start, word_end), message))
            continue
        split = line.text.find("=", word_start, word_end)
        value_span = line.span(split + 1, word_end)
        pairs.append(Pair(name, value, line.span(word_start, split), value_span, legacy=False))
        arguments += (name, value, "=")
    parsed.pairs = tuple(pairs)
    parsed.words = tuple([Word(word, line.span(a, b), word) for a, b, word in words])
    parsed.arguments = tuple(arguments)


def _legacy_pair(parsed: Parsed, line: LogicalLine, start: int, end: int) -> None:
    gap = _WHITESPACE.search(line.text, start, end)
    if gap is None:
        message = f"{parsed.keyword} must have two arguments"
        parsed.problems.append(Problem(line.span(start, end), message))
        return
    name, value = line.text[start : gap.start()], line.text[gap.end() : end]
    name_span, value_span = line.span(start, gap.start()), line.span(gap.end(), end)
    parsed.pairs = (Pair(name, value, name_span, value_span, legacy=True),)
    parsed.words = (Word(name, name_span, name), Word(value, value_span, value))
    parsed.arguments = (name, value, "")


def _name_or_name_value(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    """ARG: names with or without a default (``parseNameOrNameVal``)."""
    pairs: list[Pair] = []
    words: list[Word] = []
    for word_start, word_end, word in _quoted_words(line.text, start, end, escape):
        name, equals, value = word.partition("=")
        split = line.text.find("=", word_start, word_end) if equals else word_end
        value_span = line.span(split + 1, word_end) if equals else None
        pairs.append(Pair(name, value if equals else None, line.span(word_start, split), value_span, legacy=False))
        words.append(Word(word, line.span(word_start, word_end), word))
    parsed.pairs = tuple(pairs)
    parsed.words = tuple(words)
    parsed.arguments = tuple([word.text for word in words])


def _quoted_words(text: str, position: int, end: int, escape: str) -> list[tuple[int, int, str]]:
    """Words split at blanks outside quotes, kept raw: start, end, text (``parseWords``)."""
    words: list[tuple[int, int, str]] = []
    while True:
        while position < end and text[position] in SPACE:
            position += 1
        if position >= end:
            return words
        start = position
        quote = ""
        while position < end and (quote or text[position] not in SPACE):
            character = text[position]
            if character == escape and quote != "'":
                position += 1
            elif quote:
                if character == quote:
                    quote = ""
            elif character in "'\"":
                quote = character
            position += 1
        # An escape character at the very end of the instruction is skipped.
        stop = min(position, end)
        word = text[start:stop]
        if position > end:
            word = word[:-1]
        if word:
            words.append((start, stop, word))


def _health(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    """HEALTHCHECK: its type, then a command in either form (``parseHealthConfig``)."""
    split = start
    while split < end and line.text[split] not in SPACE:
        split += 1
    if split == start:
        return
    kind = line.text[start:split]
    word = Word(kind, line.span(start, split), kind)
    parsed.words = (word,)
    parsed.arguments = (kind,)
    command, end = _trim(line.text, split, end)
    if not _json(parsed, line, command, end) and command < end:
        rest = line.text[command:end]
        parsed.words = (word, Word(rest, line.span(command, end), rest))
        parsed.arguments = (kind, rest)


def _trigger(parsed: Parsed, line: LogicalLine, start: int, end: int, escape: str) -> None:
    if start < end and parsed.level < _DEEPEST_TRIGGER:
        parsed.inner = Parsed(line, start, escape, parsed.level + 1)
        parsed.problems += parsed.inner.problems


def go_quote(text: str) -> str:
    """The text in double quotes as Go's ``%q`` prints it (for all but exotic control characters)."""
    import json

    return json.dumps(text, ensure_ascii=False)


_FORMS = {
    "ADD": _maybe_json_list,
    "ARG": _name_or_name_value,
    "CMD": _maybe_json,
    "COPY": _maybe_json_list,
    "ENTRYPOINT": _maybe_json,
    "ENV": _name_values,
    "EXPOSE": _strings,
    "FROM": _strings,
    "HEALTHCHECK": _health,
    "LABEL": _name_values,
    "MAINTAINER": _string,
    "ONBUILD": _trigger,
    "RUN": _maybe_json,
    "SHELL": _maybe_json,
    "STOPSIGNAL": _string,
    "USER": _string,
    "VOLUME": _maybe_json_list,
    "WORKDIR": _string,
}

#: every keyword that BuildKit knows, upper case
KEYWORDS = tuple(_FORMS)
