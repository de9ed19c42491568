"""Two stages of one name.

`COPY --from`, mounts and `--target` mean the last stage of that name in the file, even if it stands further down, where
BuildKit then refuses it; FROM means the last one above it. Names are compared in any case.

Numbers still tell the stages apart, and nothing else can be said for it: the rule has no exceptions.

```dockerfile
FROM golang AS build
RUN go build -o /app .

FROM node AS build
             ^^^^^ warning: another stage is named `build` already; `--from=build` means this one, the last
RUN npm run build
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, graph_rule
from dockls.semantics import Graph, Node


@graph_rule(severity=Severity.WARNING, theme="stages", aliases=("DuplicateStageName", "DL3024"))
def duplicate_stage_name(graph: Graph) -> Iterator[Finding]:
    """Look at every name that stands a second time."""
    first: dict[str, Node] = {}
    for node in graph.nodes:
        if node.name is None or first.setdefault(node.name, node) is node:
            continue
        name = node.interface.written_name
        which = "this one" if graph.named(node.name) is node else "the last of them"
        message = f"another stage is named `{name}` already; `--from={name}` means {which}"
        if which == "this one":
            message += ", the last"
        yield Finding(node.place, message, related=(Related(first[node.name].place, "the first of that name"),))
