"""A version that is written into the command that builds.

`-ldflags "-X main.version=1.0.0"` says 1.0.0 until someone thinks of it. As an ARG right above the RUN, the build says
what it is: `--build-arg VERSION=$(git describe)`; nothing above it is built again for a new version.

```dockerfile
FROM golang:1.26
COPY . .
RUN go build -ldflags="-s -w -X main.version=1.0.0" -o /app .
                                             ^^^^^ hint: this version stays until someone changes the line
```

->

```dockerfile
FROM golang:1.26
COPY . .
ARG VERSION=1.0.0
RUN go build -ldflags="-s -w -X main.version=${VERSION}" -o /app .
```
"""

import re
from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span


@stage_rule(severity=Severity.HINT, theme="style", group="strict")
def fixed_version_in_flags(stage: Stage) -> Iterator[Finding]:
    """Look for the linker's option in RUN lines."""
    for instruction in stage.instructions:
        if instruction.keyword != "RUN" or "ersion=" not in instruction.text:
            continue
        # A variable of the program whose name speaks of a version, and a version that is written out.
        found = re.search(r"-X[ =]['\"]?[\w./-]*[vV]ersion=v?(\d+\.\d[\w.-]*)", instruction.text)
        if found is not None:
            span = Span(*found.span(1))
            fixes: tuple[Fix, ...] = ()
            if not instruction.is_json and stage.state_before(instruction).variable("VERSION") is None:
                fixes = (Fix("Take it from an ARG", partial(_from_argument, instruction, span), safe=False),)
            message = "this version stays until someone changes the line"
            yield Finding(Place(instruction, span), message, fixes=fixes)


def _from_argument(instruction: Instruction, span: Span, model: Model) -> list[Edit] | None:
    """An ARG above the RUN; None in single quotes, where the shell would not expand it."""
    if "'" in instruction.text:
        return None
    version = instruction.text[span.start : span.end]
    declared = edits.insert_before(model, instruction, [f"{edits.keyword(model, 'ARG')} VERSION={version}"])
    return [declared, edits.replace(model, Place(instruction, span), "${VERSION}")]
