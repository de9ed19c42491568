"""A stage that copies or mounts from itself.

A stage can be read only when it is finished, so BuildKit refuses the file ("circular dependency detected"), whichever
stage is built. To copy within a stage, use `RUN cp`.

`FROM golang AS golang` is no such case: FROM looks at earlier stages only, and here means the image. Nor is a trigger
(`ONBUILD COPY --from=…`), which runs in the stage that builds on this one.

```dockerfile
FROM golang AS build
RUN go build -o /app .
COPY --from=build /app /usr/local/bin/app
            ^^^^^ error: stage `build` copies from itself, so it can never be built
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, graph_rule
from dockls.semantics import Graph, Resolution


@graph_rule(severity=Severity.ERROR, theme="stages", aliases=("DL3023",))
def self_reference(graph: Graph) -> Iterator[Finding]:
    """Look at every reference that leads back to its own stage."""
    for reference in graph.references:
        if reference.resolution is not Resolution.SELF:
            continue
        node = graph.nodes[reference.source]
        verb = "mounts" if reference.mention.kind == "mount" else "copies"
        message = f"stage {node.title} {verb} from itself, so it can never be built"
        earlier = [] if reference.by_index else [one for one in graph.nodes[: node.number] if one.name == node.name]
        related = tuple([Related(one.place, "of two stages of one name the last is meant") for one in earlier])
        yield Finding(reference.mention.place, message, related=related)
