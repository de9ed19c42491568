"""One image, written in several FROM.

When its version is raised in one place and forgotten in the other, the stages are built on different systems. An ARG
above the first FROM, or a stage that the others start from, says it once.

```dockerfile
FROM node:24-alpine AS build
     ^^^^^^^^^^^^^^ hint: `node:24-alpine` is written in 2 FROM; an ARG above the first would say it once
RUN npm ci

FROM node:24-alpine
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, graph_rule
from dockls.semantics import Graph, Node, Resolution
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place


@graph_rule(severity=Severity.HINT, theme="style", group="style")
def repeated_base(graph: Graph) -> Iterator[Finding]:
    """Count the images of FROM."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        base = node.base
        if base is not None and base.resolution is Resolution.IMAGE and not base.mention.has_variable:
            found.setdefault(base.mention.text, []).append(node)
    for image, nodes in found.items():
        if len(nodes) > 1:
            places = [
                Place(one.interface.declaration, one.interface.declaration.words[0].span)
                for one in nodes
                if one.interface.declaration.words
            ]
            message = f"`{image}` is written in {len(nodes)} FROM; an ARG above the first would say it once"
            related = tuple([Related(place, "the same") for place in places[1:6]])
            first = nodes[0].interface.declaration
            yield Finding(on_first_line(first, first.words[0].span), message, related)
