"""A FROM that names a stage, but for the case of its letters.

BuildKit lower-cases the name of a stage when it is declared, and compares the word behind FROM with it letter by
letter: `FROM Base` never finds a stage. It is then taken for an image and refused, since a repository name must be
lower case. (`COPY --from`, a mount's `from` and `--target` are compared in any case.)

A name in another case than any stage above it is no matter of this rule.

```dockerfile
FROM alpine AS Base
RUN apk add tini

FROM Base
     ^^^^ error: FROM sees stage `Base` as `base` only, so BuildKit takes `Base` for an image and refuses the name
```

->

```dockerfile
FROM alpine AS Base
RUN apk add tini

FROM base
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Node, Reference, stage_in_other_case


@graph_rule(severity=Severity.ERROR, theme="stages")
def from_case_mismatch(graph: Graph) -> Iterator[Finding]:
    """Compare each FROM with the stages above it in any case."""
    for node in graph.nodes:
        stage = None if node.base is None else stage_in_other_case(graph, node.base)
        if node.base is not None and stage is not None:
            yield _finding(node.base, stage)


def _finding(base: Reference, stage: Node) -> Finding:
    place, name = base.mention.place, stage.name or ""
    message = (
        f"FROM sees stage {stage.title} as `{name}` only, "
        f"so BuildKit takes `{base.value}` for an image and refuses the name"
    )
    fixes: tuple[Fix, ...] = ()
    if not base.mention.has_variable:
        fixes = (Fix(f"Write `{name}`", lambda model: [edits.replace(model, place, name)]),)
    return Finding(place, message, related=(Related(stage.place, "the stage is declared here"),), fixes=fixes)
