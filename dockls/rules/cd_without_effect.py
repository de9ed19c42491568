"""A RUN that ends with `cd`.

Each instruction starts in the working directory of the stage; where the shell of a RUN stood in the end is forgotten.
WORKDIR sets it for all that follows.

```dockerfile
FROM node:24
RUN cd /app
    ^^^^^^^ warning: this `cd` has no effect: the next instruction starts in the working directory again; use WORKDIR
RUN npm ci
```

->

```dockerfile
FROM node:24
WORKDIR /app
RUN npm ci
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span


@stage_rule(severity=Severity.WARNING, theme="files", aliases=("DL3003",))
def cd_without_effect(stage: Stage) -> Iterator[Finding]:
    """Look at the last command of each RUN."""
    last: dict[Instruction, list[Executed]] = {}
    for command in executed(stage):
        last.setdefault(command.instruction, []).append(command)
    for instruction, commands in last.items():
        end = commands[-1]
        if end.command.program != "cd" or end.conditional or end.command.depth or instruction.heredocs:
            continue
        message = "this `cd` has no effect: the next instruction starts in the working directory again; use WORKDIR"
        alone = len(commands) == 1 and len(end.words) == 2
        fixes = (Fix("Use WORKDIR", partial(_workdir, instruction, end), safe=False),) if alone else ()
        yield Finding(end.place, message, fixes=fixes)


def _workdir(instruction: Instruction, command: Executed, model: Model) -> Iterable[Edit] | None:
    if instruction.flags or instruction.is_json or "\n" in instruction.text.rstrip("\r\n") or "~" in command.words[1]:
        return None
    folder = command.command.words[1].text
    span = Span(instruction.keyword_span.start, instruction.body_span.end)
    return [edits.replace(model, Place(instruction, span), f"{edits.keyword(model, 'WORKDIR')} {folder}")]
