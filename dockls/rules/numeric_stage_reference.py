"""A stage that is named by its number.

`COPY --from=0` means the first stage, whichever that is: a stage that is put above it makes it mean another one, and
nothing fails until the files are missed. Who reads it has to count. A name says what is meant.

The fix names the stage where it has no name yet, and uses the name everywhere.

```dockerfile
FROM golang:1.25 AS build
RUN go build -o /app .

FROM alpine:3.24
COPY --from=0 /app /app
            ^ hint: stage `build` is named by its number, which changes when a stage is put above it
```

->

```dockerfile
FROM golang:1.25 AS build
RUN go build -o /app .

FROM alpine:3.24
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph, Resolution


@graph_rule(severity=Severity.HINT, theme="stages", group="style")
def numeric_stage_reference(graph: Graph) -> Iterator[Finding]:
    """Look at every `--from` with a number."""
    for node in graph.nodes:
        for reference in node.references:
            if reference.by_index and reference.target is not None and reference.resolution is not Resolution.SELF:
                named = graph.nodes[reference.target]
                whose = f"stage {named.title}" if named.name else "this stage"
                message = f"{whose} is named by its number, which changes when a stage is put above it"
                fix = Fix("Use its name", edits.using_name(reference.target))
                yield Finding(reference.mention.place, message, fixes=(fix,))
