"""ENV or LABEL with a blank in place of `=`.

`ENV NAME value` takes the whole rest of the line for the value: one variable per instruction, quotes and backslashes
read by rules of their own, and a second `NAME=value` becomes part of the first. BuildKit keeps the form for old files
only; docs.docker.com/reference/build-checks/legacy-key-value-format.

The fix adds `=`, and quotes where the value has blanks. It is left out where the value would be read in another way.

```dockerfile
FROM alpine:3.24
ENV GREETING good morning
^^^ info: `ENV GREETING` is written in the old form; `ENV GREETING=…` takes several and reads quotes
```

->

```dockerfile
FROM alpine:3.24
ENV GREETING="good morning"
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics import Model
from dockls.syntax import Instruction, Pair, Place
from dockls.text import Edit, Span


@instruction_rule(severity=Severity.INFORMATION, theme="style", aliases=("LegacyKeyValueFormat",))
def legacy_key_value_format(instruction: Instruction) -> Iterator[Finding]:
    """Look for pairs that a blank divides."""
    if instruction.keyword not in ("ENV", "LABEL"):
        return
    for pair in instruction.pairs:
        if pair.legacy:
            head = f"{instruction.keyword} {pair.name}"
            yield Finding(
                Place(instruction, instruction.keyword_span),
                f"`{head}` is written in the old form; `{head}=…` takes several and reads quotes",
                fixes=(Fix("Write it with `=`", partial(_mended, instruction, pair)),),
            )


def _mended(instruction: Instruction, pair: Pair, model: Model) -> Iterable[Edit] | None:
    """The pair with `=`; None where continuations or quotes would mean something else."""
    value, span = pair.value, pair.value_span
    if not value or span is None:
        return None
    whole = Span(pair.name_span.start, span.end)
    written = instruction.text[span.start : span.end]
    if written != value or "\n" in instruction.text[whole.start : whole.end]:
        return None
    new = _quoted(value, instruction.escape)
    return None if new is None else [edits.replace(model, Place(instruction, whole), f"{pair.name}={new}")]


def _quoted(value: str, escape: str) -> str | None:
    """The value as one word that BuildKit expands to the same; None where that is not plain."""
    if escape in value:
        return None
    marks = [mark for mark in "\"'" if mark in value]
    if not marks:
        plain = not set(value) & set(" \t#")
        return value if plain else f'"{value}"'
    mark = value[0]
    whole = mark in "\"'" and value[-1] == mark and len(value) > 1 and mark not in value[1:-1]
    if whole:
        return value
    return value if not set(value) & set(" \t") and all(value.count(mark) % 2 == 0 for mark in marks) else None
