"""A FROM that names a stage further down.

FROM sees earlier stages only; for a later one BuildKit silently pulls an image of that name instead, which fails, or
worse, works with a stranger's image.

Nothing is said if the name is that of an official image (`FROM golang` above a stage `golang`), and nothing of
`FROM tool AS tool`, the usual way to give an image a stage of its own name.

The fix moves the named stage above the first FROM that names it, with its comments and all that it needs itself, and
counts on in `--from=N`. It is not applied by itself, for the base of the stage becomes another. There is none if it
would change the default target (the last stage) or what another reference means.

```dockerfile
FROM runtime AS server
     ^^^^^^^ error: stage `runtime` is declared further down, so BuildKit pulls an image of that name
COPY server /bin/server

FROM alpine AS runtime
RUN apk add tini

FROM server
```

->

```dockerfile
FROM alpine AS runtime
RUN apk add tini

FROM runtime AS server
COPY server /bin/server

FROM server
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Reference, Resolution, lifted_with

#: in a file with more of them than this, moving stages is no way to mend it
MOST_MOVES = 50


@graph_rule(severity=Severity.ERROR, theme="stages")
def forward_from(graph: Graph) -> Iterator[Finding]:
    """Look at every FROM whose name belongs to a later stage."""
    from dockls.knowledge import is_plausible_image

    forward = [node.base for node in graph.nodes if node.base and node.base.resolution is Resolution.FORWARD]
    for base in forward:
        if base.target is not None and base.target != base.source and not is_plausible_image(base.value):
            fixes = _fixes(graph, forward, base.target) if len(forward) <= MOST_MOVES else ()
            yield _finding(graph, base, base.target)._replace(fixes=fixes)


def _finding(graph: Graph, base: Reference, target: int) -> Finding:
    later = graph.nodes[target]
    message = f"stage {later.title} is declared further down, so BuildKit pulls an image of that name"
    related = (Related(later.place, f"stage {later.title} is declared here"),)
    return Finding(base.mention.place, message, related=related)


def _fixes(graph: Graph, forward: list[Reference], target: int) -> tuple[Fix, ...]:
    """Move the stage above the first FROM that names it: the same fix for all of them."""
    first = min(base.source for base in forward if base.target == target)
    if not lifted_with(graph, target, first):
        return ()
    title = f"Move stage {graph.nodes[target].title} up"
    return (Fix(title, lambda model: edits.move_stage_up(model, target, first, rebase=True), safe=False),)
