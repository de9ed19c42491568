"""Everything of another stage is copied over the image.

`COPY --from=build / /` brings the whole file system of the stage: its system over that of this image, with the build
tools, caches and sources that the stages were made to leave behind. Copying the files that are needed is what a second
stage is for.

Nothing is said in a stage that starts from `scratch`, where it makes one layer of another image on purpose, and of
images that are not known to hold a whole system: some are made to be copied like this, as `tonistiigi/xx` is.

```dockerfile
FROM golang:1.25 AS build
RUN go build -o /app .

FROM alpine:3.24
COPY --from=build / /
                  ^ warning: all of stage `build` lands in this image, its system and build tools included
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Severity, linked_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line


@linked_rule(severity=Severity.WARNING, theme="files")
def whole_image_copied(linked: Linked) -> Iterator[Finding]:
    """Look for COPY of a root folder over another."""
    root = linked.stage.root.base
    if root is not None and root.resolution is not Resolution.SCRATCH:
        for copy in copies_of(linked.stage):
            yield from _of_copy(linked.stages, copy)


def _of_copy(stages: tuple[Stage, ...], copy: Copy) -> Iterator[Finding]:
    flag = copy.instruction.parsed.flag("from")
    if flag is None or not flag.value or copy.destination != "/":
        return
    for number, source in enumerate(copy.sources):
        if source.startswith("/") and source.rstrip("/.") == "" and _is_system(stages, copy, flag.value):
            what = f"stage `{flag.value}`" if copy.stage is not None else f"image `{flag.value}`"
            message = f"all of {what} lands in this image, its system and build tools included"
            yield Finding(on_first_line(copy.instruction, copy.instruction.words[number].span), message)


def _is_system(stages: tuple[Stage, ...], copy: Copy, image: str) -> bool:
    """Whether the files come from an image with a whole operating system."""
    from dockls.knowledge import facts

    name = image if copy.stage is None else stages[copy.stage].base_image
    known = facts(name) if name else None
    return known is not None and known.package_manager is not None
