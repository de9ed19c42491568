"""FROM names an image, but a stage above is called like that image.

A stage wins over an image of the same name. Where a stage on another image is called `alpine`, a later `FROM alpine`
starts from that stage, with its compiler and sources, and the image is not pulled at all.

It is a warning where the stage copies files from the one that it starts from, which it has already: there the image was
meant. Elsewhere it is a hint, for a stage may be called `python` because it installs Python. Nothing is said where the
stage starts from an image of that name itself (`FROM node:24 AS node`), where its image is a variant of it
(`FROM golang:alpine AS alpine`), and of `COPY --from`, which means a stage nearly always.

```dockerfile
FROM golang:1.26 AS alpine
RUN go build -o /app .

FROM alpine
     ^^^^^^ warning: `alpine` is the stage above on `golang:1.26`, not the image `alpine`
COPY --from=0 /app /app
```

->

```dockerfile
FROM golang:1.26 AS alpine
RUN go build -o /app .

FROM alpine:latest
COPY --from=0 /app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Node, Resolution
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place


@graph_rule(severity=Severity.HINT, theme="stages")
def image_shadowing_stage(graph: Graph) -> Iterator[Finding]:
    """Look at every FROM of a stage that is called like an official image."""
    if not any(node.name in _images() for node in graph.nodes if node.name):
        return
    roots = _roots(graph)
    for node in graph.nodes:
        base = node.base
        if base is None or base.resolution is not Resolution.STAGE or base.target is None:
            continue
        image = roots[base.target]
        if base.value in _images() and image is not None and not _is_of(image, base.value):
            copied = any(one.target == base.target for one in node.references)
            if copied or base.value not in image:
                yield _finding(graph.nodes[base.target], node, image, copied)


def _images() -> frozenset[str]:
    from dockls.knowledge import official_images

    return official_images()


def _roots(graph: Graph) -> list[str | None]:
    """For each stage the image at the bottom of its FROM chain; None where that is not known or `scratch`."""
    found: list[str | None] = []
    for node in graph.nodes:
        base = node.base
        if base is None:
            found.append(None)
        elif base.target is not None and base.target < node.number:
            found.append(found[base.target])
        else:
            known = base.resolution is Resolution.IMAGE and not base.mention.has_variable
            found.append(base.value if known else None)
    return found


def _is_of(image: str, name: str) -> bool:
    """Whether the image is the one of that name, perhaps of another registry or with words around it."""
    from dockls.knowledge import parse_reference

    known = parse_reference(image)
    return known is None or name in (last := known.path.rpartition("/")[2]).split("-") or name == last


def _finding(stage: Node, user: Node, image: str, copied: bool) -> Finding:
    name = stage.name or ""
    declaration = user.interface.declaration
    place = on_first_line(declaration, declaration.words[0].span)
    message = f"`{name}` is the stage above on `{image}`, not the image `{name}`"
    related = (Related(stage.place, "the stage of that name"),)
    if not copied:
        return Finding(place, message, related)
    word = Place(declaration, declaration.words[0].span)
    fix = Fix(f"Start from the image `{name}`", edits.replacing(word, f"{name}:latest"), safe=False)
    return Finding(place, message, related, (fix,), severity=Severity.WARNING)
