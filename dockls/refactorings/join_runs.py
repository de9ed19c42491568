r"""Joins a RUN with those directly below it into one, by `&&`.

One layer takes the place of several, so that what a later command deletes (package lists, sources, build dependencies)
does not stay in the image. Where RUN instructions are selected those are joined; at a cursor, the one there and all
that follow without another instruction between. Comments stay above the commands they are about; blank lines between
go. The files of the image stay the same. It is the inverse of splitting a RUN.

It is refused where the instructions have different flags (`--mount`, `--network`), are no chains of commands but lists,
branches or here-documents, or where one of them leaves something in the shell's mind (`cd`, `export`, `set`) that the
next one would find. Only the last one may do that.

```dockerfile
FROM debian:trixie-slim
RUN <|>apt-get update
RUN apt-get install -y --no-install-recommends curl
RUN rm -rf /var/lib/apt/lists/*
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \
    apt-get install -y --no-install-recommends curl && \
    rm -rf /var/lib/apt/lists/*
```
"""

from collections.abc import Sequence
from itertools import pairwise

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.run_chain import chain_of, forgets
from dockls.syntax import Blank, Comment, Instruction
from dockls.text import Edit, Span


@refactoring(title="Join RUN instructions", kind="refactor.rewrite.run", grade="preserving")
def join_runs(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN with another one directly below."""
    stage = model.stage_at(selection.start)
    first = model.instruction_at(selection.start)
    if stage is None or first is None or first.keyword != "RUN":
        return None
    group = _group(model, stage, first, selection)
    if len(group) < 2:
        return None
    reason = _reason(model, stage, group)
    if reason is not None:
        return Refused(reason)
    return Plan(_joined(model, group), title=f"Join {len(group)} RUN instructions")


def _group(model: Model, stage: Stage, first: Instruction, selection: Span) -> list[Instruction]:
    """The RUN instructions from the first on without another one between; those selected where it is more than one."""
    instructions = stage.instructions
    if first not in instructions:
        return []
    found: list[Instruction] = []
    for instruction in instructions[instructions.index(first) :]:
        if instruction.keyword != "RUN":
            break
        found.append(instruction)
    selected = [one for one in found if model.start_of(one) < selection.end]
    return selected if len(selected) > 1 else found


def _reason(model: Model, stage: Stage, group: list[Instruction]) -> str | None:
    for number, instruction in enumerate(group):
        line = model.tree.line_index.position(model.start_of(instruction)).line + 1
        if [flag.text for flag in instruction.flags] != [flag.text for flag in group[0].flags]:
            return f"the RUN in line {line} has other flags"
        if forgets(instruction):
            return f"the RUN in line {line} mounts what is empty or unchanged again in the next one"
        links = chain_of(stage, instruction)
        if links is None:
            return f"the RUN in line {line} is more than commands joined by `&&`"
        remembered = [link.remembered for link in links if link.remembered is not None]
        if remembered and number < len(group) - 1:
            return f"what `{remembered[0]}` in line {line} tells the shell would reach the commands of the next RUN"
    return None


def _joined(model: Model, group: Sequence[Instruction]) -> tuple[Edit, ...]:
    ending, escape = edits.line_ending(model), group[0].escape
    changes: list[Edit] = []
    for above, below in pairwise(group):
        start, end = model.start_of(above) + len(above.text.rstrip()), model.start_of(below)
        comments: list[str] = []
        place = model.start_of(above) + len(above.text)
        while place < end:
            item = model.tree.item_at(place)
            assert isinstance(item, Comment | Blank), "nothing else stands between two instructions"
            if isinstance(item, Comment):
                comments.append(f"    {item.text.strip()}{ending}")
            place += len(item.text)
        text = f" && {escape}{ending}{''.join(comments)}    "
        changes.append(Edit(Span(start, end + below.body_span.start), text))
    return tuple(changes)
