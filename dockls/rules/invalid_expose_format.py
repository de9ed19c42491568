"""EXPOSE with an address or a port of the host.

EXPOSE tells which ports of the container serve; what they are called on the host is said by `docker run --publish` or
Compose. BuildKit drops the rest without a word of its own in older versions. The check is BuildKit's
`ExposeInvalidFormat`; docs.docker.com/reference/build-checks/expose-invalid-format.

```dockerfile
FROM nginx:1.30-alpine
EXPOSE 127.0.0.1:8080:80
       ^^^^^^^^^^^^^^^^^ warning: EXPOSE takes a port of the container: `80`
```

->

```dockerfile
FROM nginx:1.30-alpine
EXPOSE 80
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place


@instruction_rule(severity=Severity.WARNING, theme="syntax", aliases=("ExposeInvalidFormat",))
def invalid_expose_format(instruction: Instruction) -> Iterator[Finding]:
    """Look for colons outside of variables."""
    if instruction.keyword != "EXPOSE":
        return
    for word in instruction.words:
        port = word.text.rpartition(":")[2]
        if ":" not in word.text or not port or "$" in word.text:
            continue
        place = Place(instruction, word.span)
        fix = Fix(f"Write `{port}`", edits.replacing(place, port))
        message = f"EXPOSE takes a port of the container: `{port}`"
        yield Finding(on_first_line(instruction, word.span), message, fixes=(fix,))
