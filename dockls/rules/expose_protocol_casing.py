"""A protocol of EXPOSE in capital letters.

`8080/TCP` works, but is written `tcp` everywhere else: in `docker ps`, in Compose files, in what `docker inspect`
shows. The check is BuildKit's `ExposeProtoCasing`; docs.docker.com/reference/build-checks/expose-proto-casing.

```dockerfile
FROM nginx:1.30-alpine
EXPOSE 8080/TCP
       ^^^^^^^^ info: the protocol of `8080/TCP` is written in lower case
```

->

```dockerfile
FROM nginx:1.30-alpine
EXPOSE 8080/tcp
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place


@instruction_rule(severity=Severity.INFORMATION, theme="style", aliases=("ExposeProtoCasing",))
def expose_protocol_casing(instruction: Instruction) -> Iterator[Finding]:
    """Look behind the slash of each port."""
    if instruction.keyword != "EXPOSE":
        return
    for word in instruction.words:
        port, slash, protocol = word.text.partition("/")
        wanted = port + slash + protocol.lower()
        if "$" not in protocol and protocol != protocol.lower():
            place = Place(instruction, word.span)
            fix = Fix(f"Write `{wanted}`", edits.replacing(place, wanted))
            message = f"the protocol of `{word.text}` is written in lower case"
            yield Finding(on_first_line(instruction, word.span), message, fixes=(fix,))
