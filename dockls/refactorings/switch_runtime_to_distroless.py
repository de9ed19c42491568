"""Puts a distroless image under a stage: a program's libraries, without shell, package manager and tools.

Go programs get `static` or `base`, by how they are linked; Node servers get the image of their major version. RUN may
only install what distroless images have anyway or make users, which become numbers; commands in shell form that are
plain words become exec form; `node server.js` becomes `server.js`, as the image starts Node itself. Whatever needs a
shell is refused by name. The program keeps its user.

Not offered for stages that others use, and where the image is distroless already.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server ./cmd/server

FROM alpine:3.24<|>
RUN apk add --no-cache ca-certificates tzdata
RUN adduser -D -u 1001 app
COPY --from=build /server /server
USER app
CMD /server --port 8080
```
->
```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server ./cmd/server

FROM gcr.io/distroless/static-debian13
COPY --from=build /server /server
USER 1001:1001
CMD ["/server", "--port", "8080"]
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes import CannotSwitchError, subject_at
from dockls.semantics import Model
from dockls.text import Span


@refactoring(title="Switch runtime to distroless", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_distroless(model: Model, selection: Span) -> Plan | Refused | None:
    """Switch the stage at the selection."""
    subject = subject_at(model, selection)
    if subject is None:
        return None
    from dockls.runtimes.shellless import to_distroless

    try:
        switch = to_distroless(subject)
    except CannotSwitchError as error:
        return Refused(error.reason)
    return switch and Plan(switch.edits, switch.assumptions, switch.title, switch.changes)
