"""A stage without a name, in a file with several.

Only a name can be given to `--target`, and only a name says in `COPY --from` what the files are. The last stage needs
none.

```dockerfile
FROM golang:1.25
^^^^^^^^^^^^^^^^ hint: this stage has no name by which others could mean it
RUN go build -o /app .

FROM alpine:3.24
COPY --from=0 /app /app
```

->

```dockerfile
FROM golang:1.25 AS builder
RUN go build -o /app .

FROM alpine:3.24
COPY --from=builder /app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph
from dockls.semantics.first_line import on_first_line


@graph_rule(severity=Severity.HINT, theme="stages", group="style")
def unnamed_stage(graph: Graph) -> Iterator[Finding]:
    """Look at every FROM but the last."""
    for node in graph.nodes[:-1]:
        declaration = node.interface.declaration
        if node.name is None and len(declaration.words) == 1:
            place = on_first_line(declaration, declaration.head_span)
            fix = Fix("Name this stage", edits.using_name(node.number))
            yield Finding(place, "this stage has no name by which others could mean it", fixes=(fix,))
