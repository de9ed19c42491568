"""Creates the stage that a `--from` names and the file does not have.

BuildKit takes an unknown name for an image and pulls it from the registry. Where it is a stage that is still to be
written, this writes its FROM above the stage that needs it, on the image of that stage; what it does is left to you.

It is offered for names that are hardly an image's: one word without a tag that is no official image, no number, and no
name that a FROM uses. It is refused where the name cannot be that of a stage, where a FROM with a variable might select
the new stage, and where a file of the workspace builds a stage by a number that would be another one's.

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
from dockls.semantics import Model, Reference, Resolution, Stage, is_template, meant_stage
from dockls.semantics.outside import built_by_number
from dockls.semantics.renaming import RESERVED_NAMES, captured, is_valid_name, line_of
from dockls.text import Span


@refactoring(title="Create this stage", kind="refactor.extract.stage", grade="changing")
def create_missing_stage(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a `--from` or a mount's `from` that names no stage and hardly an image."""
    reference = model.reference_at(selection.start)
    if reference is None or not _is_missing(model, reference):
        return None
    name = reference.mention.text
    same = [one for one in model.references if one.resolution is Resolution.IMAGE and one.value.lower() == name.lower()]
    first = model.stages[min(one.source for one in same)]
    if not first.declaration.words or any(one.mention.kind == "from" for one in same):
        return None
    reason = _reason(model, name, first)
    if reason is not None:
        return Refused(reason)
    head = [*[flag.text for flag in first.declaration.flags], first.declaration.words[0].text]
    line = " ".join([edits.keyword(model, "FROM"), *head, edits.keyword(model, "AS"), name])
    changes = (edits.insert_before(model, first.declaration, [line, ""]), *edits.counted_on(model, first.index))
    return Plan(changes, (f"`{name}` is to be a stage, and no image",), f"Create stage `{name}`")


def _is_missing(model: Model, reference: Reference) -> bool:
    """Whether it is a name of no stage, not nearly one, and hardly an image's."""
    name = reference.mention.text
    if reference.mention.kind == "from" or reference.resolution is not Resolution.IMAGE or reference.mention.onbuild:
        return False
    from dockls.knowledge import is_plausible_image

    if name.isdecimal() or reference.mention.has_variable or is_plausible_image(name) or is_template(model.graph):
        return False
    return meant_stage(model.graph, name, reference.source) is None


def _reason(model: Model, name: str, first: Stage) -> str | None:
    """Why no stage of that name can stand above stage `first`."""
    if not is_valid_name(name):
        return f"`{name}` is no stage name: letters, digits, `-`, `_` and `.` are allowed, the first must be a letter"
    if name.lower() in RESERVED_NAMES:
        return f"`{name.lower()}` has a meaning of its own in a Dockerfile"
    for base in captured(model.graph, name.lower(), first.index - 1):
        if base.mention.kind == "from":
            line = line_of(model, base.mention.place)
            return f"`FROM {base.mention.text}` in line {line} could select a stage of the name `{name.lower()}`"
    return built_by_number(model, first.index)
