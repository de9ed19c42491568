"""Makes an image that files are copied from a stage with a name.

`COPY --from=ghcr.io/astral-sh/uv:0.9` hides an image, and its version, in the middle of a stage. As a stage of its own
it stands at the top, where people and tools that update versions look, and is named once however often it is used. The
images stay the same.

The setting `name` asks for another name than the image's own. It is refused where the name is taken. It is the inverse
of copying from the image of a stage.

```dockerfile
FROM python:3.13-slim
COPY --from=ghcr.io/astral-sh/uv:0.9<|> /uv /bin/
RUN uv --version
```

->

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9 AS uv

FROM python:3.13-slim
COPY --from=uv /uv /bin/
RUN uv --version
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution
from dockls.semantics.renaming import is_valid_name, numbered_name, unusable
from dockls.text import Edit, Span


@refactoring(title="Name this image as a stage", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def name_external_image(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on a `--from` or a mount's `from` that names an image."""
    reference = model.reference_at(selection.start)
    if reference is None or reference.mention.kind == "from" or reference.resolution is not Resolution.IMAGE:
        return None
    from dockls.knowledge import is_plausible_image, parse_reference

    image = parse_reference(reference.value)
    if image is None or reference.mention.onbuild or not is_plausible_image(reference.value):
        return None
    own = image.path.rpartition("/")[2].lower()
    wanted = name or (own if is_valid_name(own) else "tools")
    reason = unusable(model, wanted)
    if reason is not None and name:
        return Refused(reason)
    if reason is not None:
        wanted = numbered_name(model, wanted)
    same = [
        one
        for one in model.references
        if one.mention.kind != "from" and one.resolution is Resolution.IMAGE and one.value == reference.value
    ]
    first = model.stages[min(one.source for one in same)]
    head = f"{edits.keyword(model, 'FROM')} {reference.value} {edits.keyword(model, 'AS')} {wanted}"
    start = edits.block_span(model, first.declaration).start
    changes = [Edit(Span(start, start), edits.lines(model, [head, ""])), *edits.counted_on(model, first.index)]
    changes += [edits.replace(model, one.mention.place, wanted) for one in same if not one.mention.onbuild]
    return Plan(tuple(changes), title=f"Name this image as stage `{wanted}`")
