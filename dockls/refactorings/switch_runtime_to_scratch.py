"""Starts a stage from nothing: the image holds a static program and what is copied beside it.

Only for programs that Go links statically. CA certificates and time zones that the old image had are copied from a
stage that has them; users become numbers; the program is started by its absolute path. Whatever needs a shell is
refused by name.

Not offered for stages that others use.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.24<|>
RUN apk add --no-cache ca-certificates tzdata
COPY --from=build /src/server /server
CMD ["/server"]
```
->
```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo
COPY --from=build /src/server /server
CMD ["/server"]
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes import CannotSwitchError, subject_at
from dockls.semantics import Model
from dockls.text import Span


@refactoring(title="Switch runtime to scratch", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_scratch(model: Model, selection: Span) -> Plan | Refused | None:
    """Switch the stage at the selection."""
    subject = subject_at(model, selection)
    if subject is None:
        return None
    from dockls.runtimes.shellless import to_scratch

    try:
        switch = to_scratch(subject)
    except CannotSwitchError as error:
        return Refused(error.reason)
    return switch and Plan(switch.edits, switch.assumptions, switch.title, switch.changes)
