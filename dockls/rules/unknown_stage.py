"""A `--from` that names no stage.

BuildKit then looks for an *image* of that name, so a typing error pulls a stranger's image or fails late with a message
about access to a registry.

A name that is nearly a stage's is an error. One that is like no stage and like no image (`--from=assets` without a
stage `assets`) is a warning, because a named context given on the command line (`--build-context assets=…`) would make
it right; contexts that a Compose or Bake file names are known and never reported. Nothing is said of official images,
of names with a registry, a namespace, a tag or a digest, nor of names that differ from a stage's in digits alone. A
FROM is reported only if it is nearly an earlier stage's name; a trigger (`ONBUILD`) likewise, since it is meant for
other files.

```dockerfile
FROM golang AS build
RUN go build -o /app .

FROM alpine
COPY --from=biuld /app /app
            ^^^^^ error: no stage is named `biuld`; did you mean `build`? BuildKit pulls an image of that name
```

->

```dockerfile
FROM golang AS build
RUN go build -o /app .

FROM alpine
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Node, Reference, Resolution, is_template, meant_stage


@graph_rule(severity=Severity.ERROR, theme="stages", aliases=("DL3022",))
def unknown_stage(graph: Graph) -> Iterator[Finding]:
    """Look at every name that BuildKit takes for an image."""
    from dockls.knowledge import is_plausible_image

    if is_template(graph):
        return
    for reference in graph.references:
        mention = reference.mention
        if reference.resolution is not Resolution.IMAGE or mention.has_variable:
            continue
        if mention.kind == "mount" and mention.text.isdecimal() and int(mention.text[:9]) < len(graph.nodes):
            yield _number_in_mount(graph, reference)
            continue
        near = meant_stage(graph, reference.value, reference.source)
        if near is not None:
            yield _misspelled(reference, near)
        elif mention.kind != "from" and not mention.onbuild and not is_plausible_image(mention.text):
            message = f"no stage is named `{mention.text}`, so BuildKit pulls an image of that name"
            yield Finding(mention.place, message, severity=Severity.WARNING)


def _misspelled(reference: Reference, near: Node) -> Finding:
    mention = reference.mention
    wanted = near.name if mention.kind == "from" else near.interface.written_name
    name = wanted or ""
    return Finding(
        mention.place,
        f"no stage is named `{mention.text}`; did you mean `{name}`? BuildKit pulls an image of that name",
        related=(Related(near.place, f"stage `{name}` is declared here"),),
        fixes=(Fix(f"Name stage `{name}`", lambda model: [edits.replace(model, mention.place, name)], safe=False),),
    )


def _number_in_mount(graph: Graph, reference: Reference) -> Finding:
    """A mount takes no stage number, though COPY does (convert_runmount.go looks for names only)."""
    mention = reference.mention
    node = graph.nodes[int(mention.text)]
    name = node.interface.written_name
    fixes: tuple[Fix, ...] = ()
    if name is not None and node.number < reference.source:
        fixes = (Fix(f"Name stage `{name}`", lambda model: [edits.replace(model, mention.place, name)], safe=False),)
    message = f"a mount takes no stage number, so BuildKit pulls an image named `{mention.text}`"
    return Finding(mention.place, message, related=(Related(node.place, f"stage {node.number}"),), fixes=fixes)
