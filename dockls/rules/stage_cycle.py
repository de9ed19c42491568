"""Stages that need each other.

None of them can be built first, so BuildKit refuses the file ("circular dependency detected"), even if the target needs
none of them. A circle that goes through a FROM or a trigger it finds only when it builds one of the stages: if no known
target needs them, this is a warning. One of the references has to go: often the files that both need belong into a
third stage.

A stage that copies from itself is told by `self-reference`, a reference to a later stage without a cycle by
`forward-reference`.

```dockerfile
FROM alpine AS one
COPY --from=two /b /b
            ^^^ error: stages `one` and `two` need each other, so neither can be built

FROM alpine AS two
COPY --from=one /a /a
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, graph_rule
from dockls.semantics import Graph, always_refused, cycles


@graph_rule(severity=Severity.ERROR, theme="stages")
def stage_cycle(graph: Graph) -> Iterator[Finding]:
    """Tell one cycle of each group of stages."""
    for cycle in cycles(graph):
        titles = [graph.nodes[step.source].title for step in cycle]
        if len(titles) == 2:
            message = f"stages {titles[0]} and {titles[1]} need each other, so neither can be built"
        else:
            message = f"stages {' → '.join([*titles, titles[0]])} need each other in a circle, so none can be built"
        related = tuple(
            [
                Related(
                    step.reference.mention.place,
                    f"stage {graph.nodes[step.source].title} needs {graph.nodes[step.target].title}",
                )
                for step in cycle[1:]
            ]
        )
        is_refused = always_refused(graph, cycle) or any(step.source in graph.needed() for step in cycle)
        severity = None if is_refused else Severity.WARNING
        yield Finding(cycle[0].reference.mention.place, message, related=related, severity=severity)
