"""`--platform=$TARGETPLATFORM`, which is the default.

Every stage is built for the target platform unless FROM says otherwise, so the flag says nothing. The check is
BuildKit's `RedundantTargetPlatform`; docs.docker.com/reference/build-checks/redundant-target-platform.

```dockerfile
FROM --platform=$TARGETPLATFORM alpine:3.24
     ^^^^^^^^^^^^^^^^^^^^^^^^^^ info: stages are built for `$TARGETPLATFORM` anyway
RUN apk add --no-cache tini
```

->

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache tini
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Span


@instruction_rule(severity=Severity.INFORMATION, theme="style", aliases=("RedundantTargetPlatform",))
def redundant_target_platform(instruction: Instruction) -> Iterator[Finding]:
    """Look at the platform of a FROM."""
    flag = instruction.parsed.flag("platform") if instruction.keyword == "FROM" else None
    if flag is None or flag.value not in ("$TARGETPLATFORM", "${TARGETPLATFORM}") or not instruction.words:
        return
    rest = instruction.text[flag.span.end :]
    behind = flag.span.end + len(rest) - len(rest.lstrip(" \t"))
    place = Place(instruction, Span(flag.span.start, behind))
    yield Finding(
        on_first_line(instruction, flag.span),
        f"stages are built for `{flag.value}` anyway",
        fixes=(Fix("Remove the flag", edits.replacing(place, "")),),
        unnecessary=True,
    )
