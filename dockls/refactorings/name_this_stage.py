"""Gives an unnamed stage a telling name and uses it wherever the stage was meant by its number.

A number is right only until a stage is added above; a name says what the stage is for, and `--target` can build it. The
name tells what the stage runs: `builder` if it builds something, `test`, `deps` if it installs what others need,
`runtime` for the last stage, else `stage-N`. The setting `name` gives another one.

It is never the name of another stage or of an image that the file uses, which it would hide, nor `scratch` or
`context`. A mount takes no stage number (`RUN --mount=from=0` is the image `0`), so none is replaced there.

```dockerfile
FROM golang:1.26<|>
COPY . .
RUN CGO_ENABLED=0 go build -o /app .

FROM scratch
COPY --from=0 /app /app
```

->

```dockerfile
FROM golang:1.26 AS builder
COPY . .
RUN CGO_ENABLED=0 go build -o /app .

FROM scratch
COPY --from=builder /app /app
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.renaming import Renaming, name_stage
from dockls.semantics.stage_purpose import telling_name
from dockls.text import Span


@refactoring(title="Name this stage", kind="refactor.rewrite.stage", grade="preserving", settings=("name",))
def name_this_stage(model: Model, selection: Span, name: str | None = None) -> Plan | Refused | None:
    """Offered on a FROM without a name."""
    stage = model.stage_at(selection.start)
    if stage is None or stage.name is not None or model.instruction_at(selection.start) is not stage.declaration:
        return None
    if len(stage.declaration.words) != 1:
        return None
    wanted = name or telling_name(model, stage)
    renaming = name_stage(model, stage, wanted)
    if not isinstance(renaming, Renaming):
        return Refused(renaming)
    return Plan(renaming.edits, title=f"Name this stage `{wanted}`")
