"""Creates the stage that a `--from` names and the file does not have.

BuildKit takes an unknown name for an image and pulls it from the registry. Where it is a stage that is still to be
written, this writes its FROM above the stage that needs it, on the image of that stage; what it does is left to you.

It is offered for names that are hardly an image's: one word without a tag that is no official image. It is refused
where the name cannot be that of a stage.

```dockerfile
FROM alpine:3.24
COPY --from=assets<|> /site /srv/site
```

->

```dockerfile
FROM alpine:3.24 AS assets

FROM alpine:3.24
COPY --from=assets /site /srv/site
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, is_template, meant_stage
from dockls.semantics.renaming import is_valid_name
from dockls.text import Span


@refactoring(title="Create this stage", kind="refactor.extract.stage", grade="changing")
def create_missing_stage(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a `--from` or a mount's `from` that names no stage and hardly an image."""
    reference = model.reference_at(selection.start)
    if reference is None or reference.mention.kind == "from" or reference.resolution is not Resolution.IMAGE:
        return None
    from dockls.knowledge import is_plausible_image

    name = reference.mention.text
    if (
        is_template(model.graph)
        or is_plausible_image(name)
        or reference.mention.onbuild
        or meant_stage(model.graph, name, reference.source)
    ):
        return None
    if not is_valid_name(name):
        return Refused(f"`{name}` is no stage name: letters, digits, `-`, `_` and `.` are allowed, a letter first")
    others = [one for one in model.references if one.value.lower() == name.lower()]
    first = model.stages[min(one.source for one in others)]
    if not first.declaration.words:
        return None
    image = first.declaration.words[0].text
    line = f"{edits.keyword(model, 'FROM')} {image} {edits.keyword(model, 'AS')} {name}"
    added = edits.insert_before(model, first.declaration, [line, ""])
    changes = (added, *edits.counted_on(model, first.index))
    return Plan(changes, (f"`{name}` is to be a stage, and no image",), f"Create stage `{name}`")
