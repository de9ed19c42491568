"""`sudo` in a RUN that is root already.

RUN works as root unless USER says otherwise, and most images have no `sudo`: the step fails with “sudo: not found”.
Where it is installed it only adds a program that is of use to whoever breaks in.

Nothing is said behind a USER who is not root.

```dockerfile
FROM debian:trixie-slim
RUN sudo apt-get update
    ^^^^ info: RUN is root already; `sudo` is not needed, and missing in most images
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import executed
from dockls.syntax import Place
from dockls.text import Span


@stage_rule(severity=Severity.INFORMATION, theme="security", aliases=("DL3004",))
def sudo_in_build(stage: Stage) -> Iterator[Finding]:
    """Look for commands that `sudo` starts."""
    for command in executed(stage):
        if command.words[0] != "sudo" or len(command.words) < 2:
            continue
        if stage.state_before(command.instruction).user not in ("root", "0"):
            continue
        fixes: tuple[Fix, ...] = ()
        if not command.words[1].startswith("-") and "=" not in command.words[1]:
            gone = Place(command.instruction, Span(command.word_span(0).start, command.word_span(1).start))
            fixes = (Fix("Remove sudo", edits.replacing(gone, ""), safe=False),)
        message = "RUN is root already; `sudo` is not needed, and missing in most images"
        yield Finding(Place(command.instruction, command.word_span(0)), message, fixes=fixes)
