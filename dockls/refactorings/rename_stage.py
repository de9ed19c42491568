"""Renames a stage wherever it is meant: FROM, COPY --from, mounts and triggers.

With the setting `name` it gives any name. Without, it mends a name that misleads: capitals, which BuildKit ignores
(and FROM then does not find the stage as written), and a name that a later stage takes again, so that `--from` means
the later one. References by number stay as they are, and so do mentions of another stage of the same name; what other
files name as a target is changed by the editor's own "Rename Symbol".

It is refused if the name is invalid, taken, or that of an image which the file uses (it would then mean the stage), and
if a FROM selects the stage by a variable (`FROM base-${VARIANT}`). Comments are left alone.

```dockerfile
FROM node:24 AS <|>Assets
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=Assets /dist /usr/share/nginx/html
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
from dockls.semantics import Model, Stage
from dockls.semantics.renaming import Renaming, is_image, unusable
from dockls.semantics.renaming import rename_stage as renamed
from dockls.text import Span


@refactoring(title="Rename this stage", kind="refactor.rewrite.stage", grade="preserving", settings=("name",))
def rename_stage(model: Model, selection: Span, name: str | None = None) -> Plan | Refused | None:
    """Offered on a FROM with a name, and on every mention of a stage."""
    stage = _stage_at(model, selection.start)
    if stage is None or stage.name is None:
        return None
    written = stage.node.interface.written_name or ""
    wanted = name or _better_name(model, stage)
    if wanted is None or wanted == written:
        return None
    renaming = renamed(model, stage, wanted)
    if not isinstance(renaming, Renaming):
        return Refused(renaming)
    assumptions = tuple(
        [
            f"{use.path.rpartition('/')[2]} builds the stage as `{use.name}`, which must follow."
            for use in renaming.other_files
        ]
    )
    if wanted.lower() == stage.name:
        assumptions = ()
    return Plan(renaming.edits, assumptions=assumptions, title=f"Rename stage `{written}` to `{wanted}`")


def _stage_at(model: Model, offset: int) -> Stage | None:
    reference = model.reference_at(offset)
    if reference is not None and reference.target is not None and not reference.by_index and not is_image(reference):
        return model.stages[reference.target]
    stage = model.stage_at(offset)
    if stage is not None and model.instruction_at(offset) is stage.declaration:
        return stage
    return None


def _better_name(model: Model, stage: Stage) -> str | None:
    """Its name in lower case, with a number if a later stage takes the name again; None if it is good as it is."""
    name = stage.name or ""
    if any(node.name == name for node in model.graph.nodes[stage.index + 1 :]):
        number = 2
        while unusable(model, f"{name}-{number}", stage) is not None and number < 100:
            number += 1
        return f"{name}-{number}"
    return name if name != stage.node.interface.written_name else None
