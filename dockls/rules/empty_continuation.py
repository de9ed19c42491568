r"""A blank line inside an instruction.

A backslash at the end of a line says that the instruction goes on, and BuildKit passes over blank lines to find where.
It has warned of them since 2017 that they will become an error, because a forgotten backslash looks the same. Comments
between the lines are fine.

As in BuildKit, whose check this is, the last line of the instruction is told: `NoEmptyContinuation`
(docs.docker.com/reference/build-checks/no-empty-continuation).

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \

    apt-get install -y tini
    ^^^^^^^^^^^^^^^^^^^^^^^ warning: a blank line stands in this RUN; BuildKit will refuse it one day
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \
    apt-get install -y tini
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Related, Severity, instruction_rule
from dockls.semantics import Model
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span


@instruction_rule(severity=Severity.WARNING, theme="syntax", aliases=("NoEmptyContinuation",))
def empty_continuation(instruction: Instruction) -> Iterator[Finding]:
    """Tell the first blank line behind a continued one."""
    if instruction.line.has_blank_continuation:
        blank = _blank_lines(instruction)
        yield Finding(
            Place(instruction, _last_line(instruction)),
            f"a blank line stands in this {instruction.keyword}; BuildKit will refuse it one day",
            related=(Related(Place(instruction, Span(blank[0].start, blank[0].start)), "blank"),),
            fixes=(Fix("Remove the blank lines", partial(_removed, instruction, blank)),),
        )


def _last_line(instruction: Instruction) -> Span:
    """The last line of the head without blanks around it, relative to the item."""
    head = instruction.text[: instruction.head_end].rstrip("\r\n")
    start = head.rfind("\n") + 1
    start += len(head[start:]) - len(head[start:].lstrip())
    return Span(start, max(start, len(head.rstrip())))


def _blank_lines(instruction: Instruction) -> list[Span]:
    """The blank lines of the instruction's head with their line ends, relative to the item."""
    found: list[Span] = []
    position = 0
    for line in instruction.text[: instruction.head_end].splitlines(keepends=True):
        if position and not line.strip():
            found.append(Span(position, position + len(line)))
        position += len(line)
    return found


def _removed(instruction: Instruction, blank: list[Span], model: Model) -> Iterable[Edit]:
    start = model.start_of(instruction)
    return [Edit(span.shifted(start), "") for span in blank]
