"""Adds a stage that holds nothing but what the final image takes from a builder, to be written to a folder.

`docker build --target artifact --output out .` then gives the files themselves, without an image: binaries for a
release, a site for a server, reports for CI. The image that is built by default stays the same, and an ordinary build
does not build the stage. The setting `name` asks for another name.

It is refused where a stage of that name is there already.

```dockerfile
FROM golang:1.25 AS build<|>
COPY . .
RUN CGO_ENABLED=0 go build -o /out/server .

FROM gcr.io/distroless/static-debian13
COPY --from=build /out/server /usr/bin/server
ENTRYPOINT ["/usr/bin/server"]
```

->

```dockerfile
FROM golang:1.25 AS build
COPY . .
RUN CGO_ENABLED=0 go build -o /out/server .

FROM scratch AS artifact
COPY --from=build /out/server /server

FROM gcr.io/distroless/static-debian13
COPY --from=build /out/server /usr/bin/server
ENTRYPOINT ["/usr/bin/server"]
```
"""

from dockls import edits
from dockls.knowledge import names_windows
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.files import copies_of
from dockls.semantics.renaming import unusable
from dockls.text import Span


@refactoring(title="Add an artifact stage", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def export_artifact_stage(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of a named stage that the last one takes files from."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    target = model.target
    if stage is None or target is None or instruction is not stage.declaration or stage is target:
        return None
    if stage.name is None or model.graph.named(stage.name) is not stage.node or _is_exported(model, stage):
        return None
    if not any(one.keyword == "RUN" for one in stage.instructions) or names_windows(stage.base_image or ""):
        return None
    paths = _taken(target, stage)
    if not paths:
        return None
    wanted = name or "artifact"
    reason = unusable(model, wanted)
    if reason is not None:
        return Refused(reason)
    scratch = f"{edits.keyword(model, 'FROM')} scratch {edits.keyword(model, 'AS')} {wanted}"
    copies = [f"{edits.keyword(model, 'COPY')} --from={stage.name} {path} {_place(path)}" for path in paths]
    added = edits.insert_before(model, target.declaration, [scratch, *copies, ""])
    title = f"Add an artifact stage for docker build --target {wanted} --output"
    return Plan((added, *edits.counted_on(model, target.index)), title=title)


def _taken(target: Stage, stage: Stage) -> list[str]:
    """The paths that the last stage copies from the stage."""
    found: list[str] = []
    for copy in copies_of(target):
        plain = not any(set(source) & set('$"[ ') for source in copy.sources)
        if copy.stage == stage.index and plain:
            found += [source for source in copy.sources if source not in found]
    return found


def _place(path: str) -> str:
    """Where it goes under its own name, be it a file or a folder; what a pattern finds goes to the top."""
    return "/" if set(path) & set("*?[") else f"/{path.rstrip('/').rpartition('/')[2]}"


def _is_exported(model: Model, stage: Stage) -> bool:
    """Whether a stage on scratch takes files of it already."""
    for other in model.stages[:-1]:
        empty = other.base is not None and other.base.resolution is Resolution.SCRATCH
        if empty and any(copy.stage == stage.index for copy in copies_of(other)):
            return True
    return False
