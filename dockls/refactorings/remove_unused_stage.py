"""Removes a stage that nothing refers to, with the comments above it.

BuildKit skips such a stage, so the image stays the same; the stage only costs the reader's time. Numbers of stages in
`--from=N` are adjusted.

It is not offered on the last stage, which is what a build makes by default, nor where a reference exists. It is
refused if a file of the workspace (Compose, Bake, a workflow, a script) builds the stage by name, and if a FROM may
select it by a variable. Whether somebody types `--target` by hand cannot be known; for a named stage that is an
assumption to confirm.

```dockerfile
FROM alpine:3.24<|> AS tools
RUN apk add --no-cache jq

FROM golang:1.26 AS build
RUN go build -o /app .

FROM scratch
COPY --from=1 /app /app
```

->

```dockerfile
FROM golang:1.26 AS build
RUN go build -o /app .

FROM scratch
COPY --from=0 /app /app
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.renaming import is_image, line_of
from dockls.semantics.selection import selecting
from dockls.text import Span


@refactoring(title="Remove this unused stage", kind="refactor.rewrite.stage", grade="preserving")
def remove_unused_stage(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that no other one mentions."""
    stage = model.stage_at(selection.start)
    if stage is None or model.instruction_at(selection.start) is not stage.declaration:
        return None
    if stage is model.target or _is_mentioned(model, stage):
        return None
    reason = _needed_outside(model, stage)
    if reason is not None:
        return Refused(reason)
    changes = edits.remove_stages(model, (stage.index,))
    if changes is None:
        return Refused(f"without stage {stage.title} another line would mean something else")
    # A later stage of the same name hides it from ``--target``, too.
    is_target = stage.name is not None and model.graph.named(stage.name) is stage.node
    assumptions = (f"Nobody builds the stage with `--target {stage.name}`.",) if is_target else ()
    title = f"Remove unused stage {stage.title}" if stage.name else None
    return Plan(changes, assumptions=assumptions, title=title)


def _is_mentioned(model: Model, stage: Stage) -> bool:
    return any(
        reference.source != stage.index and not is_image(reference) for reference in model.graph.dependents[stage.index]
    )


def _needed_outside(model: Model, stage: Stage) -> str | None:
    for use in model.surroundings.targets:
        if use.name.lower() == stage.name:
            return f"{use.path.rpartition('/')[2]} builds stage {stage.title}"
    if stage.name in [name.lower() for name in model.surroundings.declared_targets]:
        return f"the settings say that stage {stage.title} is built"
    base = selecting(model.graph, stage.node)
    if base is not None:
        line = line_of(model, base.mention.place)
        return f"`FROM {base.mention.text}` in line {line} may select stage {stage.title}"
    return None
