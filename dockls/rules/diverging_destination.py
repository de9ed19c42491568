"""A file is copied to a relative path in stages that a variable selects among, and lands in another folder in each.

A stage without WORKDIR works in the folder of its base image: `/` in `alpine`, `/go` in `golang`. What is written below
the FROM that selects one of them, a CMD with a path or a COPY of more files, finds the file in one variant only.

Told is the COPY or ADD of the same files to the same relative path, in a stage that has no WORKDIR, where the folders
of both are known. Nothing is said where every stage sets a WORKDIR, for then they differ by design. The path that such
a COPY means in `/` is told by `copy-without-workdir`.

```dockerfile
ARG VARIANT=prod
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o server .

FROM alpine:3.24 AS runtime-prod
WORKDIR /srv
COPY --from=build /src/server .

FROM golang:1.26-alpine AS runtime-dev
COPY --from=build /src/server .
                              ^ hint: `.` means `/go` here, but `/srv` in stage `runtime-prod`

FROM runtime-${VARIANT}
CMD ["/srv/server"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.selection import selections
from dockls.syntax import Place


@file_rule(severity=Severity.HINT, theme="files", group="strict")
def diverging_destination(model: Model) -> Iterator[Finding]:
    """Compare the copies of the stages that a FROM may select."""
    told: set[int] = set()
    for selection in selections(model.graph):
        stages = [model.stages[node.number] for node in selection.variants]
        first = stages[0].once(_relative)
        for stage in stages[1:]:
            found = _diverging(stage, first) if stage.index not in told else None
            if found is not None:
                told.add(stage.index)
                yield _finding(*found, stages[0])


#: what is copied and where to, as written, and whether it comes from another stage or image
_Key = tuple[tuple[str, ...], str, int | None]


def _relative(stage: Stage) -> dict[_Key, Copy]:
    """The copies to relative paths in a known folder."""
    found: dict[_Key, Copy] = {}
    for copy in copies_of(stage):
        word = copy.instruction.words[-1].value
        if copy.destination is not None and not word.startswith(("/", "\\", "$")) and not copy.from_image:
            found.setdefault((copy.sources, word, copy.stage), copy)
    return found


def _diverging(stage: Stage, first: dict[_Key, Copy]) -> tuple[Copy, Copy] | None:
    """A copy to another folder than that of the first variant; None where the stages chose their folders."""
    if any(one.keyword == "WORKDIR" for each in stage.chain for one in each.instructions):
        return None
    for key, copy in stage.once(_relative).items():
        other = first.get(key)
        if other is not None and other.destination != copy.destination:
            return copy, other
    return None


def _finding(copy: Copy, other: Copy, first: Stage) -> Finding:
    word = copy.instruction.words[-1]
    message = f"`{word.value}` means `{copy.destination}` here, but `{other.destination}` in stage {first.title}"
    related = (Related(Place(other.instruction, other.instruction.words[-1].span), "the same, elsewhere"),)
    return Finding(on_first_line(copy.instruction, word.span), message, related)
