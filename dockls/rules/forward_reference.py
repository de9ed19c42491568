"""A `COPY --from` or a mount that names a stage further down.

BuildKit knows the stage and refuses to use it: "it needs to be defined before current stage". It does so when it builds
the stage that copies; if neither the default target nor a target named in the workspace needs that stage, this is a
warning.

A trigger (`ONBUILD`) is told at the FROM of each stage of this file that runs it.

The fix moves the named stage up, with its comments and all that it needs itself, and counts on in `--from=N`. There is
none if it would change the default target (the last stage) or what another reference means, or if two stages share the
name, where the last one counts.

```dockerfile
FROM nginx AS site
COPY --from=assets /dist /usr/share/nginx/html
            ^^^^^^ error: stage `assets` is declared further down, so BuildKit refuses to copy from it

# compiles the style sheets
FROM node AS assets
RUN npm run build

FROM site
```

->

```dockerfile
# compiles the style sheets
FROM node AS assets
RUN npm run build

FROM nginx AS site
COPY --from=assets /dist /usr/share/nginx/html

FROM site
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Reference, Resolution, lifted_with, need_each_other

#: in a file with more forward references than this, moving stages is no way to mend it
MOST_MOVES = 50


@graph_rule(severity=Severity.ERROR, theme="stages")
def forward_reference(graph: Graph) -> Iterator[Finding]:
    """Look at every reference to a later stage that is in no cycle."""
    forward = [
        reference
        for reference in graph.references
        if reference.resolution is Resolution.FORWARD and reference.mention.kind != "from"
    ]
    yield from _fired(graph)
    if not forward:
        return
    built = graph.needed()
    first: dict[str | None, int] = {}
    for node in graph.nodes:
        first.setdefault(node.name, node.number)
    for reference in forward:
        target = reference.target
        if target is not None and not need_each_other(graph, reference.source, target):
            fixes = _fixes(graph, reference, target) if len(forward) <= MOST_MOVES else ()
            is_again = first[graph.nodes[target].name] < target
            yield _finding(graph, reference, target, is_again, reference.source in built)._replace(fixes=fixes)


def _fired(graph: Graph) -> Iterator[Finding]:
    """Triggers that a stage of the same file runs, and that name one further down than that stage."""
    for node in graph.nodes:
        for trigger in graph.fired(node):
            if node.base is None or trigger.target is None or trigger.target <= node.number:
                continue
            is_built = node.number in graph.needed()
            title = graph.nodes[trigger.target].title
            message = f"a trigger of {graph.nodes[trigger.source].title} runs here and copies from stage {title}, "
            message += "which is declared further down: BuildKit refuses it"
            message += "" if is_built else " once this stage is built"
            related = (Related(trigger.mention.place, "the trigger"),)
            severity = None if is_built else Severity.WARNING
            yield Finding(node.base.mention.place, message, related=related, severity=severity)


def _finding(graph: Graph, reference: Reference, target: int, is_again: bool, is_built: bool) -> Finding:
    node = graph.nodes[target]
    verb = "mount" if reference.mention.kind == "mount" else "copy"
    message = f"stage {node.title} is declared further down, so BuildKit refuses to {verb} from it"
    if not reference.by_index and is_again:
        message = f"of the stages named {node.title} the last is meant, so BuildKit refuses to {verb} from it"
    if not is_built:
        message += " once this stage is built"
    severity = None if is_built else Severity.WARNING
    related = (Related(node.place, f"stage {node.title} is declared here"),)
    return Finding(reference.mention.place, message, related=related, severity=severity)


def _fixes(graph: Graph, reference: Reference, target: int) -> tuple[Fix, ...]:
    if not lifted_with(graph, target, reference.source):
        return ()
    title = f"Move stage {graph.nodes[target].title} up"
    return (Fix(title, lambda model: edits.move_stage_up(model, target, reference.source)),)
