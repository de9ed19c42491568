"""A base image without a tag, or with `latest`.

It means another version from one day to the next: a build that worked fails after the next major release, and nobody
can say what an image of last month was built from. A tag with a version keeps to it.

Nothing is said of stages, `scratch`, digests, and where a variable chooses the tag.

```dockerfile
FROM node
     ^^^^ hint: `node` has no tag: it is another image with every release
RUN npm ci
```

-> Pin `node:24`

```dockerfile
FROM node:24
RUN npm ci
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place


@stage_rule(severity=Severity.HINT, theme="stages", aliases=("DL3006", "DL3007"), group="strict")
def unpinned_base(stage: Stage) -> Iterator[Finding]:
    """Look at the tag of the image of FROM."""
    base = stage.base
    if base is None or base.resolution is not Resolution.IMAGE or base.mention.has_variable:
        return
    from dockls.knowledge import parse_reference, pinned

    reference = parse_reference(base.value)
    if reference is None or reference.digest is not None or reference.tag not in (None, "latest"):
        return
    word = stage.declaration.words[0]
    exact = pinned(base.value)
    fixes: tuple[Fix, ...] = ()
    if exact is not None and exact.image is not None:
        pinning = edits.replacing(Place(stage.declaration, word.span), exact.image)
        fixes = (Fix(f"Pin `{exact.image}`", pinning, safe=False),)
    shown = f"`{base.value}` is" if reference.tag else f"`{base.value}` has no tag: it is"
    message = f"{shown} another image with every release"
    yield Finding(on_first_line(stage.declaration, word.span), message, fixes=fixes)
