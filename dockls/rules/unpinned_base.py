"""A base image, or one that files are taken from, without a tag, or with `latest`.

It means another version from one day to the next: a build that worked fails after the next major release, and nobody
can say what an image of last month was built from. A tag with a version keeps to it.

Told are the images of FROM, `COPY --from` and `RUN --mount=from=`. Nothing is said of stages, `scratch`, digests, and
where a variable chooses the tag, and of distroless images whose name holds the release of Debian; tags that name a
variant alone (`alpine`) are a matter of `floating-tag`.

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
from dockls.semantics import Reference, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction


@stage_rule(severity=Severity.HINT, theme="security", aliases=("DL3006", "DL3007"), group="strict")
def unpinned_base(stage: Stage) -> Iterator[Finding]:
    """Look at the tags of the images that the stage names."""
    for reference in (stage.base, *stage.references):
        if reference is not None and reference.resolution is Resolution.IMAGE and not reference.mention.has_variable:
            yield from _looked_at(reference)


def _looked_at(named: Reference) -> Iterator[Finding]:
    from dockls.knowledge import is_plausible_image, parse_reference, pinned

    reference = parse_reference(named.value)
    if reference is None or reference.digest is not None or reference.tag not in (None, "latest"):
        return
    if "/distroless/" in reference.name and "-debian" in reference.name and reference.tag is None:
        return
    # Of what is rather meant as a stage, `unknown-stage` tells.
    if named.mention.kind != "from" and not is_plausible_image(named.value):
        return
    place = named.mention.place
    exact = pinned(named.value)
    fixes: tuple[Fix, ...] = ()
    if exact is not None and exact.image is not None:
        fixes = (Fix(f"Pin `{exact.image}`", edits.replacing(place, exact.image), safe=False),)
    shown = f"`{named.value}` is" if reference.tag else f"`{named.value}` has no tag: it is"
    shown_at = on_first_line(place.item, place.span) if isinstance(place.item, Instruction) else place
    yield Finding(shown_at, f"{shown} another image with every release", fixes=fixes)
