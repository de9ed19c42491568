"""Moves a stage above the first one that copies from it.

BuildKit refuses to copy or mount from a stage that stands further down. The stage moves with its comments and with all
that it needs itself, and numbers of stages in `--from=N` are adjusted.

It is refused if the two stages need each other, if the last stage would move (it is what a build makes by default), and
if anything else would mean another stage afterwards. A FROM that names a later stage means an image of that name as it
stands; moving would change the result, so it is not offered there.

```dockerfile
FROM nginx:1.30-alpine AS site
COPY --from=assets<|> /dist /usr/share/nginx/html

# compiles the style sheets
FROM node:24 AS assets
RUN npm run build

FROM site
```

->

```dockerfile
# compiles the style sheets
FROM node:24 AS assets
RUN npm run build

FROM nginx:1.30-alpine AS site
COPY --from=assets /dist /usr/share/nginx/html

FROM site
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Reference, Resolution, Stage, why_not_lifted
from dockls.text import Span


@refactoring(title="Move this stage up", kind="refactor.move.stage", grade="preserving")
def move_stage_up(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a reference to a later stage, and on the FROM of a stage that is used further up."""
    stage = _stage_at(model, selection.start)
    if stage is None:
        return None
    first = min([reference.source for reference in _forward(model, stage)], default=None)
    if first is None:
        return None
    user = model.stages[first]
    reason = why_not_lifted(model.graph, stage.index, first)
    if reason is not None:
        return Refused(reason)
    changes = edits.move_stage_up(model, stage.index, first)
    if changes is None:
        return Refused("another line would then mean a different stage")
    return Plan(changes, title=f"Move stage {stage.title} above {user.title}")


def _forward(model: Model, stage: Stage) -> list[Reference]:
    return [
        reference
        for reference in model.graph.dependents[stage.index]
        if reference.resolution is Resolution.FORWARD and reference.mention.kind != "from"
    ]


def _stage_at(model: Model, offset: int) -> Stage | None:
    """The later stage that the reference at `offset` names, or the stage whose FROM stands there."""
    stage, instruction = model.stage_at(offset), model.instruction_at(offset)
    if stage is None or instruction is None:
        return None
    here = model.reference_at(offset)
    for reference in stage.references:
        is_here = reference.mention.instruction is instruction and here in (None, reference)
        if is_here and reference.target is not None and reference.resolution is Resolution.FORWARD:
            return model.stages[reference.target]
    return stage if instruction is stage.declaration else None
