"""Replaces the number of a stage in `--from=0` by the stage's name.

The number is that of another stage as soon as one is added, moved or removed above. A stage that has no name yet gets a
telling one first. All numbers that mean the stage are replaced, also in triggers (`ONBUILD COPY --from=0`).

It is refused where the name would mean something else: another stage of that name further down, or a context of that
name that a Compose or Bake file gives; and where there is no stage of that number.

```dockerfile
FROM node:24 AS assets
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=<|>0 /dist /usr/share/nginx/html
```

->

```dockerfile
FROM node:24 AS assets
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=assets /dist /usr/share/nginx/html
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Reference, Resolution
from dockls.semantics.renaming import Renaming, name_stage, use_name
from dockls.semantics.stage_purpose import telling_name
from dockls.text import Span


@refactoring(
    title="Replace the stage number by its name", kind="refactor.rewrite.stage", grade="preserving", improves=40
)
def replace_index_by_name(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on an instruction with a number in `--from`."""
    reference = _numbered(model, selection.start)
    if reference is None or reference.resolution is Resolution.SELF:
        return None
    if reference.target is None:
        return Refused(f"there is no stage number {reference.value}; the last one is {len(model.stages) - 1}")
    stage = model.stages[reference.target]
    name = stage.node.interface.written_name or telling_name(model, stage)
    renaming = use_name(model, stage) if stage.name else name_stage(model, stage, name)
    if not isinstance(renaming, Renaming):
        return Refused(renaming)
    return Plan(renaming.edits, title=f"Replace `--from={reference.value}` by `--from={name}`")


def _numbered(model: Model, offset: int) -> Reference | None:
    stage, instruction = model.stage_at(offset), model.instruction_at(offset)
    if stage is None or instruction is None:
        return None
    for reference in stage.references:
        if reference.by_index and reference.mention.instruction is instruction:
            return reference
    return None
