"""MAINTAINER, which is deprecated.

It sets one field of the image that hardly anything reads. A label says the same, can be listed with `docker inspect`,
and may be joined by others. The fix writes the label that the OCI image specification has for it. The check is
BuildKit's `MaintainerDeprecated`; docs.docker.com/reference/dockerfile/#maintainer-deprecated.

```dockerfile
FROM alpine:3.24
MAINTAINER jane@example.com
^^^^^^^^^^ info: MAINTAINER is deprecated; a label says it to more tools
```

->

```dockerfile
FROM alpine:3.24
LABEL org.opencontainers.image.authors="jane@example.com"
```
"""

from collections.abc import Iterable, Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics import Model
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span


@instruction_rule(severity=Severity.INFORMATION, theme="style", aliases=("MaintainerDeprecated", "DL4000"))
def deprecated_maintainer(instruction: Instruction) -> Iterator[Finding]:
    """Look for MAINTAINER."""
    if instruction.keyword == "MAINTAINER":
        yield Finding(
            Place(instruction, instruction.keyword_span),
            "MAINTAINER is deprecated; a label says it to more tools",
            fixes=(Fix("Use a label", lambda model: _label(model, instruction)),),
            deprecated=True,
        )


def _label(model: Model, instruction: Instruction) -> Iterable[Edit] | None:
    """The label in place of the instruction; none where it goes over several lines."""
    body, escape = instruction.parsed.rest, instruction.escape
    quoted = len(body) > 1 and body[0] == body[-1] and body[0] in "\"'" and body.count(body[0]) == 2
    name = body[1:-1] if quoted else body
    if not name or "\n" in instruction.text.rstrip("\r\n"):
        return None
    # MAINTAINER takes all as it stands; within quotes a label does not.
    name = "".join([escape + each if each in (escape, '"', "$") else each for each in name])
    line = f'{edits.keyword(model, "LABEL")} org.opencontainers.image.authors="{name}"'
    span = Span(instruction.keyword_span.start, instruction.parsed.rest_span.end)
    return [edits.replace(model, Place(instruction, span), line)]
