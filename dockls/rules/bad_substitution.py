"""A variable or quote that BuildKit cannot make out.

Docker expands words itself in FROM, ARG, ENV, LABEL, COPY, ADD, WORKDIR, USER, EXPOSE, VOLUME and STOPSIGNAL, and by
rules of its own: it knows `${name:-word}`, `:+`, `:?`, `#`, `%` and `/`, but not all that a shell knows. A modifier it
does not know, a `${` without end or an odd quote stops the build.

Nothing is said of RUN, CMD and ENTRYPOINT, where a shell expands, nor of a trigger (`ONBUILD`), whose words are read
only where it runs.

```dockerfile
FROM alpine
WORKDIR /srv/${NAME^^}
             ^^^^^^^^^ error: unsupported modifier (^) in substitution
LABEL title="it's
            ^^^^^ error: unexpected end of statement while looking for matching double-quote
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, instruction_rule
from dockls.syntax import Instruction, Place
from dockls.text import Span

_EXPANDED = ("ADD", "COPY", "EXPOSE", "FROM", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
_MARKS = ("$", "'", '"', "\\", "`")


@instruction_rule(severity=Severity.ERROR, theme="variables")
def bad_substitution(instruction: Instruction) -> Iterator[Finding]:
    """Expand every word as if all variables had a value."""
    if not any(mark in instruction.text for mark in _MARKS) or instruction.problems:
        return
    from dockls.semantics.expansion import ExpansionError, expand

    for text, span in _words(instruction):
        try:
            expand(text, lambda _: "x", instruction.escape)
        except ExpansionError as error:
            yield Finding(_place(instruction, text, span, error.offset), error.message)


def _words(instruction: Instruction) -> Iterator[tuple[str, Span]]:
    """What BuildKit expands: source text and where it stands."""
    if instruction.keyword in ("ARG", "ENV", "LABEL"):
        for pair in instruction.pairs:
            if pair.value is not None and pair.value_span is not None:
                yield pair.value, pair.value_span
    elif instruction.keyword in _EXPANDED:
        words = instruction.words[:1] if instruction.keyword == "FROM" else instruction.words
        for word in words:
            yield word.value if instruction.is_json else word.text, word.span


def _place(instruction: Instruction, text: str, span: Span, offset: int) -> Place:
    """From the quote or substitution on to its end, where the word is written as it is read."""
    if instruction.text[span.start : span.end] != text:
        return Place(instruction, span)
    end = text.find("}", offset) + 1 if text.startswith("${", offset) else 0
    return Place(instruction, Span(span.start + offset, span.start + end if end else span.end))
