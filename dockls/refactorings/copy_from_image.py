"""Copies from the image of a stage that does nothing but name it, and removes the stage.

A stage without instructions is an image under another name. Where it is used once, `COPY --from=IMAGE` says the same in
one line. The images stay the same. It is the inverse of naming an image as a stage.

It is refused where other stages start from it, where something outside builds it, and where its FROM has a platform or
a variable, which `--from` cannot have.

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9<|> AS uv

FROM python:3.13-slim
COPY --from=uv /uv /bin/
```

->

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.renaming import is_image
from dockls.text import Span, changed_lines


@refactoring(title="Copy from the image itself", kind="refactor.inline.stage", grade="preserving")
def copy_from_image(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage without instructions that files are copied from."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage.instructions or stage is model.target:
        return None
    if stage.base is None or stage.base.resolution is not Resolution.IMAGE:
        return None
    mentions = [one for one in model.graph.dependents[stage.index] if not is_image(one)]
    if not mentions:
        return None
    reason = _reason(model, stage)
    if reason is not None:
        return Refused(reason)
    changes = [edits.replace(model, one.mention.place, stage.base.value) for one in mentions]
    after = model.updated(model.tree.edited(changes))
    removed = edits.remove_stages(after, [stage.index])
    if removed is None:
        return Refused("another line would then mean a different stage")
    return Plan(tuple(changed_lines(model.tree.text, after.tree.edited(removed).text)))


def _reason(model: Model, stage: Stage) -> str | None:
    assert stage.base is not None
    if stage.declaration.flags:
        return f"`{stage.declaration.flags[0].text}` cannot be said in `--from`"
    if stage.base.mention.has_variable:
        return f"`{stage.base.mention.text}` cannot be said in `--from`, which takes no variables"
    for one in model.graph.dependents[stage.index]:
        if one.mention.kind == "from" and not is_image(one):
            return f"stage {model.graph.nodes[one.source].title} starts from stage {stage.title}"
    for use in model.surroundings.targets:
        if use.name.lower() == stage.name:
            return f"{use.path.rpartition('/')[2]} builds stage {stage.title}"
    return None
