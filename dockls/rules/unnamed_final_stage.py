"""A last stage without a name, in a file with several.

A plain `docker build` builds it anyway. With a name it can also be asked for (`--target production`), and stays what it
is when a stage for debugging is added below it.

```dockerfile
FROM golang:1.26 AS build
RUN go build -o /app .

FROM alpine:3.24
^^^^^^^^^^^^^^^^ hint: the final stage has no name, so no `--target` can ask for it
COPY --from=build /app /app
```

->

```dockerfile
FROM golang:1.26 AS build
RUN go build -o /app .

FROM alpine:3.24 AS runtime
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph
from dockls.semantics.first_line import on_first_line


@graph_rule(severity=Severity.HINT, theme="stages", group="style")
def unnamed_final_stage(graph: Graph) -> Iterator[Finding]:
    """Look at the last FROM."""
    if len(graph.nodes) < 2:
        return
    node = graph.nodes[-1]
    declaration = node.interface.declaration
    if node.name is None and len(declaration.words) == 1:
        place = on_first_line(declaration, declaration.head_span)
        fix = Fix("Name this stage", edits.using_name(node.number))
        yield Finding(place, "the final stage has no name, so no `--target` can ask for it", fixes=(fix,))
