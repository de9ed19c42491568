"""A RUN that only prints.

It makes a layer with nothing in it, and is silent from the second build on, when it comes from the cache. A comment
tells readers of the file, `--progress=plain` shows what a build does.

```dockerfile
FROM golang:1.26
ARG TARGETPLATFORM
RUN echo "building for $TARGETPLATFORM"
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: this prints once and leaves a layer with nothing in it
RUN go build -o /app .
```

->

```dockerfile
FROM golang:1.26
ARG TARGETPLATFORM
RUN go build -o /app .
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.syntax import Instruction
from dockls.text import Edit

_PRINTING = frozenset(("echo", "printf"))
#: what may do more than print: substitution, redirection, pipes
_DOING = ("$(", "`", ">", "|", "<")


@stage_rule(severity=Severity.HINT, theme="style", group="style")
def message_only_run(stage: Stage) -> Iterator[Finding]:
    """Look at RUNs of nothing but `echo`."""
    for instruction in stage.instructions:
        if instruction.keyword != "RUN" or ("echo" not in instruction.text and "printf" not in instruction.text):
            continue
        commands = executed_by(stage, instruction)
        only = bool(commands) and all(one.command.program in _PRINTING for one in commands)
        if only and not instruction.flags and not any(mark in instruction.text for mark in _DOING):
            fix = Fix("Remove the RUN", partial(_without, instruction), safe=False)
            message = "this prints once and leaves a layer with nothing in it"
            yield Finding(commands[0].place, message, fixes=(fix,), unnecessary=True)


def _without(instruction: Instruction, model: Model) -> list[Edit]:
    return [edits.delete(model, instruction)]
