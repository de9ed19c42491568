"""Puts one of Chainguard's images under the stage that runs a Go program.

`cgr.dev/chainguard/static` holds certificates, time zones and nothing else for a static program, `glibc-dynamic` the C
library for others. They are rebuilt daily and run as `nonroot` by themselves; free of charge is their tag `latest`
alone, which is told as an assumption. As with distroless, shell forms become exec forms, users become numbers, and what
needs a shell is refused by name.

Not offered for stages that others use, where the image is Chainguard's already, and in files that build nothing with
Go.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server ./cmd/server

FROM alpine:3.24<|>
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

FROM cgr.dev/chainguard/static
COPY --from=build /server /server
USER 1001:1001
CMD ["/server", "--port", "8080"]
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes import CannotSwitchError, subject_at
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.text import Span


@refactoring(title="Switch runtime to Chainguard", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_chainguard(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage in a file that builds with Go."""
    subject = subject_at(model, selection)
    on_from = subject is not None and model.instruction_at(selection.start) is subject.stage.declaration
    if subject is None or not on_from or not any(_builds_with_go(stage) for stage in model.stages):
        return None
    from dockls.runtimes.shellless import to_chainguard

    try:
        switch = to_chainguard(subject)
    except CannotSwitchError as error:
        return Refused(error.reason)
    return switch and Plan(switch.edits, switch.assumptions, switch.title, switch.changes)


def _builds_with_go(stage: Stage) -> bool:
    known = base_facts(stage)
    return known is not None and known.language == "go"
