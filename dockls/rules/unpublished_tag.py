"""A tag that an official image never had.

The image cannot be pulled, so the build fails. Maven, for example, was published with `openjdk-17` up to version 3.8.5;
GCC never had a variant on Alpine, and Go none that is called `slim`.

Told is what a table of all tags of the common official images of Docker Hub rules out, whose date is 2026-08-21: tags
of versions that are no longer built, and variants that an image never had. Nothing is said of tags that existed once,
of newer versions, of other registries and of images for Windows.
Source: https://github.com/docker-library/official-images with its history.

```dockerfile
FROM gcc:15-alpine AS build
     ^^^^^^^^^^^^^ warning: `gcc` was never published with the tag `15-alpine`; `gcc:15` was
COPY main.c .
RUN gcc -o /main main.c
```

->

```dockerfile
FROM gcc:15 AS build
COPY main.c .
RUN gcc -o /main main.c
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Reference, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def unpublished_tag(stage: Stage) -> Iterator[Finding]:
    """Look up the tags of the images that the stage names."""
    for reference in (stage.base, *stage.references):
        if reference is not None and reference.resolution is Resolution.IMAGE and ":" in reference.value:
            yield from _looked_up(reference)


def _looked_up(reference: Reference) -> Iterator[Finding]:
    from dockls.knowledge import unpublished

    found = unpublished(reference.value)
    if found is None:
        return
    message = f"`{found.reference.name}` was never published with the tag `{found.reference.tag}`"
    place = reference.mention.place
    fixes: tuple[Fix, ...] = ()
    if found.near is not None:
        message += f"; `{found.near}` was"
        if not reference.mention.has_variable:
            fixes = (Fix(f"Write `{found.near}`", edits.replacing(place, found.near), safe=False),)
    shown = on_first_line(place.item, place.span) if isinstance(place.item, Instruction) else place
    yield Finding(shown, message, fixes=fixes)
