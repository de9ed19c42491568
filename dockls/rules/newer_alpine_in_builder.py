"""A dynamically linked program that was built on a newer Alpine than the one it runs on.

It may use functions and libraries that the older release lacks: “Error relocating /app: …: symbol not found”. Built on
the same or an older release it runs. A tag as `golang:1.26-alpine` names no release of Alpine and moves on to newer
ones, while `alpine:3.18` stays.

Nothing is said of static programs, as Go builds them without cgo and Rust by default on Alpine, of C where both
releases have the same musl, and where one of the releases is not known.

```dockerfile
FROM alpine:3.24 AS build
RUN apk add --no-cache gcc musl-dev
COPY server.c .
RUN gcc -O2 -o /server server.c

FROM alpine:3.20
COPY --from=build /server /server
                  ^^^^^^^ hint: `server` is built on Alpine 3.24, but this image is Alpine 3.20: symbols may be missing
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM alpine:3.24 AS build
RUN apk add --no-cache gcc musl-dev
COPY server.c .
RUN gcc -O2 -o /server server.c

FROM alpine:3.24
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.linking import Taken, programs_taken
from dockls.syntax import Place

#: digits of a number that is a version
_LONGEST = 6


@linked_rule(severity=Severity.HINT, theme="compatibility")
def newer_alpine_in_builder(linked: Linked) -> Iterator[Finding]:
    """Compare the release of Alpine with that of the stages that built a stage's programs."""
    known = base_facts(linked.stage)
    if known is None or known.distribution != "alpine" or not known.release:
        return
    own = _numbers(known.release)
    for taken in programs_taken(linked.stages, linked.stage):
        builder = base_facts(taken.linked.stage)
        release = (builder.release or builder.likely_release or "") if builder is not None else ""
        if builder is None or builder.distribution != "alpine" or not own or _numbers(release) <= own:
            continue
        if not taken.linked.is_certain or (builder.musl == known.musl is not None and not _is_cpp(taken)):
            continue
        message = f"`{taken.name}` is built on Alpine {release}, but this image is Alpine {known.release}"
        related = (Related(taken.linked.build.place, "builds it"),)
        yield Finding(taken.place, f"{message}: symbols may be missing", related, _fixes(linked.stage, release))


def _is_cpp(taken: Taken) -> bool:
    """Whether the program needs a library of the compiler as well."""
    return "++" in taken.linked.build.command.program


def _fixes(stage: Stage, release: str) -> tuple[Fix, ...]:
    """The builder's release for the plain image of Alpine, where the stage or the one below it names that."""
    declaration = stage.root.declaration
    image, colon, tag = declaration.words[0].text.rpartition(":") if declaration.words else ("", "", "")
    if image.removeprefix("docker.io/").removeprefix("library/") != "alpine" or not colon or not _numbers(tag):
        return ()
    place = Place(declaration, declaration.words[0].span)
    return (Fix(f"Use Alpine {release} here as well", edits.replacing(place, f"{image}:{release}"), safe=False),)


def _numbers(release: str) -> tuple[int, ...]:
    """``3.20`` as numbers; empty for what is none, as ``edge``."""
    parts = release.split(".")
    return tuple([int(part) for part in parts]) if all(map(_is_number, parts)) else ()


def _is_number(part: str) -> bool:
    return part.isdecimal() and len(part) < _LONGEST
