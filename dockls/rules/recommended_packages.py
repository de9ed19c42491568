"""`apt-get install` with all that the packages recommend.

Debian and Ubuntu install recommended packages by default, which are of use on a desktop and seldom in an image: a
compiler brings manual pages, a server its mail program. `--no-install-recommends` leaves them out; what is needed then
has to be named.

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y tini
                      ^^^^^^^^^^^^^^^ hint: without `--no-install-recommends` it brings what packages recommend
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install --no-install-recommends -y tini
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import executed
from dockls.syntax import Place
from dockls.text import Span


@stage_rule(severity=Severity.HINT, theme="size", aliases=("DL3015",), group="strict")
def recommended_packages(stage: Stage) -> Iterator[Finding]:
    """Look for the option in every install by APT."""
    for command in executed(stage):
        if command.command.program not in ("apt-get", "apt", "aptitude"):
            continue
        number = command.subcommand
        if number is None or command.words[number] != "install" or len(command.words) == number + 1:
            continue
        if any("ecommends" in word or "$" in word for word in command.words) or _is_configured(stage):
            continue
        span = command.span_through(number)
        message = "without `--no-install-recommends` it brings what packages recommend"
        adding = edits.replacing(Place(command.instruction, Span(span.end, span.end)), " --no-install-recommends")
        fix = Fix("Leave them out", adding, safe=False)
        yield Finding(Place(command.instruction, span), message, fixes=(fix,))


def _is_configured(stage: Stage) -> bool:
    return any("Install-Recommends" in one.text for each in stage.chain for one in each.instructions)
