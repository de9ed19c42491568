"""Where one instruction declares and reads variables: a pure function of its text, remembered on it."""

from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics.variable_uses import variables
from dockls.syntax import Instruction, Parsed
from dockls.text import Span

#: what BuildKit expands by itself (docs.docker.com/reference/dockerfile, "Environment replacement")
_EXPANDED = frozenset(("ADD", "COPY", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"))
_SHELLS = frozenset(("sh", "bash", "ash", "dash", "ksh", "zsh"))


class VariableWord(NamedTuple):
    """A name where it stands, relative to the item.

    `role` is ``arg``, ``bare`` (an ARG without a default), ``env``, ``read`` (by BuildKit), ``shell`` (by the shell of
    a RUN), ``start`` (by the shell of CMD, ENTRYPOINT or HEALTHCHECK, which sees ENV only), or ``text``: written where
    nobody known reads it, as in single quotes.
    """

    role: str
    name: str
    span: Span


def variable_words(instruction: Instruction) -> tuple[VariableWord, ...]:
    """In the order in which they take effect: what an ENV reads comes before what it declares."""
    found = instruction.memo.get(VariableWord)
    if found is None:
        found = instruction.memo[VariableWord] = tuple(_words(instruction, instruction.effective))
    assert isinstance(found, tuple)
    return found


def shell_spans(instruction: Instruction) -> list[Span]:
    """The parts of an instruction that a shell reads, relative to the item."""
    parsed = instruction.effective
    if parsed.keyword not in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        return []
    words = parsed.words
    if parsed.keyword == "HEALTHCHECK":
        words = words[1:]
    if not words:
        return []
    if parsed.is_json:
        return [parsed.words[number].span for number in _script_word(parsed)]
    heredocs = [heredoc.content_span for heredoc in instruction.heredocs]
    return [words[0].span, *heredocs] if parsed.keyword != "HEALTHCHECK" else [words[0].span]


def is_identifier(name: str) -> bool:
    """Whether a shell could read a variable of that name."""
    return name.isascii() and name.replace("_", "a").isalnum() and not name[0].isdecimal()


def _script_word(parsed: Parsed) -> list[int]:
    """The word behind ``-c`` of a shell in the JSON form."""
    values = [word.value for word in parsed.words]
    start = 1 if parsed.keyword == "HEALTHCHECK" else 0
    if len(values) > start + 2 and values[start].rpartition("/")[2] in _SHELLS:
        for number in range(start + 1, len(values) - 1):
            if values[number].startswith("-") and values[number].endswith("c"):
                return [number + 1]
    return []


def _words(instruction: Instruction, parsed: Parsed) -> Iterator[VariableWord]:
    for flag in parsed.flags:
        if flag.value_span is not None and flag.name != "from":
            yield from _read(instruction, flag.value_span)
    if parsed.keyword == "FROM":
        for word in parsed.words[:1]:
            yield from _read(instruction, word.span)
    elif parsed.keyword in _EXPANDED:
        for word in parsed.words:
            yield from _read(instruction, word.span)
        for heredoc in instruction.heredocs:
            yield from _read(instruction, heredoc.content_span, quotes=False, role="read" if heredoc.expand else "text")
    elif parsed.keyword in ("ARG", "ENV"):
        yield from _declared(instruction, parsed)
    else:
        yield from _shell(instruction, parsed)


def _read(instruction: Instruction, span: Span, quotes: bool = True, role: str = "read") -> Iterator[VariableWord]:
    text = instruction.text[span.start : span.end]
    if "$" in text:
        for use in variables(text, instruction.escape, quotes):
            yield VariableWord(role, use.name, use.name_span.shifted(span.start))


def _declared(instruction: Instruction, parsed: Parsed) -> Iterator[VariableWord]:
    declared: list[VariableWord] = []
    for pair in parsed.pairs:
        if pair.value_span is not None:
            yield from _read(instruction, pair.value_span)
        name = instruction.text[pair.name_span.start : pair.name_span.end]
        if name != pair.name or not name or not is_identifier(name):
            yield from _read(instruction, pair.name_span)
            continue
        if parsed.keyword == "ENV":
            # Within one ENV every value sees what was before it.
            declared.append(VariableWord("env", name, pair.name_span))
        else:
            yield VariableWord("arg" if pair.value is not None else "bare", name, pair.name_span)
    yield from declared


def _shell(instruction: Instruction, parsed: Parsed) -> Iterator[VariableWord]:
    spans = shell_spans(instruction)
    if not spans or "$" not in instruction.text:
        return
    from dockls.shell.lines import neutralize
    from dockls.shell.variable_reads import variable_reads

    role = "shell" if parsed.keyword == "RUN" else "start"
    plain = {heredoc.content_span: heredoc.expand for heredoc in instruction.heredocs}
    is_script = len(spans) == 2 and instruction.heredocs[0].span == parsed.rest_span
    for span in spans:
        text = instruction.text[span.start : span.end]
        if span in plain and not is_script:
            yield from _read(instruction, span, quotes=False, role=role if plain[span] else "text")
            continue
        for read in variable_reads(text if span in plain else neutralize(text, instruction.escape)):
            yield VariableWord("text" if read.quoted else role, read.name, read.span.shifted(span.start))
