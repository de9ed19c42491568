"""A program built for one C library in an image that has another, or an older one.

Alpine's C library is musl, that of most other images glibc. A dynamically linked program of one finds no loader in the
other: the container ends at once with “not found”, although the file is there. A newer glibc than that of the final
image fails with “version `GLIBC_2.38' not found”.

Nothing is said of static programs, where Alpine gets `gcompat`, and where it is not known how the program is built.

```dockerfile
FROM rust:1.91 AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM alpine:3.24
COPY --from=build /src/target/release/server /server
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: `server` is linked against glibc, but this image has musl
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, libc_of, version_numbers
from dockls.semantics.linking import Taken, programs_taken

_GLIBC_FOR_ALPINE = ("gcompat", "libc6-compat", "glibc")


@linked_rule(severity=Severity.ERROR, theme="compatibility")
def foreign_libc(linked: Linked) -> Iterator[Finding]:
    """Compare the C library of what a stage takes from others with its own."""
    own = libc_of(linked.stage)
    if own not in ("glibc", "musl") or _installs_glibc(linked.stage):
        return
    for taken in programs_taken(linked.stages, linked.stage):
        if taken.linked.linking.kind != own:
            yield _foreign(taken, own)
        elif own == "glibc":
            yield from _older(taken, linked.stage)


def _installs_glibc(stage: Stage) -> bool:
    return any(name in one.text for each in stage.chain for one in each.instructions for name in _GLIBC_FOR_ALPINE)


def _foreign(taken: Taken, own: str) -> Finding:
    found = taken.linked
    related = (Related(found.build.place, "builds it"),)
    told = f"linked against {found.linking.kind}, but this image has {own}"
    if found.is_certain:
        return Finding(taken.place, f"`{taken.name}` is {told}", related)
    message = f"`{taken.name}` may be {told}: cgo is on by default"
    return Finding(taken.place, message, related, _without_cgo(taken), severity=Severity.WARNING)


def _without_cgo(taken: Taken) -> tuple[Fix, ...]:
    if taken.linked.is_certain:
        return ()
    setting = edits.replacing(taken.linked.start, taken.linked.setting("CGO_ENABLED=0"))
    return (Fix("Build without cgo", setting, safe=False),)


def _older(taken: Taken, stage: Stage) -> Iterator[Finding]:
    found = taken.linked
    built = base_facts(found.stage)
    runs = base_facts(stage)
    if built is None or runs is None or built.glibc is None or runs.glibc is None or not runs.release:
        return
    if version_numbers(built.glibc) > version_numbers(runs.glibc):
        message = f"`{taken.name}` is built with glibc {built.glibc}, but this image has {runs.glibc}"
        related = (Related(found.build.place, "builds it"),)
        yield Finding(taken.place, message, related, _without_cgo(taken), severity=Severity.WARNING)
