"""A `COPY --from` with a number that no stage has.

Stages are counted from 0 in the order of the file, so the number of stages itself is already too much. BuildKit refuses
the file, whichever stage is built.

A trigger (`ONBUILD COPY --from=1`) counts the stages of the file that builds on this one, so it is told only at
the FROM of a stage of this file that runs it, as a warning if no known target needs that stage. The `from` of a mount
takes no numbers at all.

```dockerfile
FROM golang
RUN go build -o /app .

FROM alpine
COPY --from=2 /app /app
            ^ error: there is no stage number 2: the file has 2 stages, counted from 0
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, graph_rule
from dockls.semantics import Graph, Resolution


@graph_rule(severity=Severity.ERROR, theme="stages")
def stage_index_out_of_range(graph: Graph) -> Iterator[Finding]:
    """Look at every number in a `--from`."""
    count = len(graph.nodes)
    stages = "one stage, number 0" if count == 1 else f"{count} stages, counted from 0"
    for reference in graph.references:
        if reference.resolution is Resolution.INDEX_OUT_OF_RANGE and not reference.mention.onbuild:
            message = f"there is no stage number {reference.value}: the file has {stages}"
            yield Finding(reference.mention.place, message)
    for node in graph.nodes:
        for trigger in graph.fired(node):
            if node.base is not None and trigger.resolution is Resolution.INDEX_OUT_OF_RANGE:
                message = f"a trigger of {graph.nodes[trigger.source].title} runs here and copies from stage number "
                message += f"{trigger.value}: the file has {stages}"
                related = (Related(trigger.mention.place, "the trigger"),)
                severity = None if node.number in graph.needed() else Severity.WARNING
                yield Finding(node.base.mention.place, message, related=related, severity=severity)
