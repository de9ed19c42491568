"""Joins a stage with the only stage that starts from it.

Its lines go below the FROM of the stage that continues it, comments and blank lines included, and its own FROM goes:
the inverse of splitting a stage. ARG, ENV, WORKDIR, USER and SHELL flow as before, so the image stays the same. Numbers
of stages in `--from=N` are adjusted.

It is refused if something else uses the stage as well: another stage, a `COPY --from`, a file of the workspace that
builds it, or a FROM that may select it by a variable. It is refused too where the joined stage would not build the same
image: triggers (`ONBUILD`) of the stage run in what starts from it, an ENTRYPOINT drops the CMD of its base but not one
of its own stage, and the `--platform` of a FROM that names a stage says something about that stage.

A stage from which only files are copied is not inlined: all that its commands leave behind would end up in the image.

```dockerfile
FROM node:24-alpine<|> AS deps
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM deps AS build
COPY . .
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=build /app/dist /usr/share/nginx/html
```

->

```dockerfile
FROM node:24-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=build /app/dist /usr/share/nginx/html
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Reference, Stage
from dockls.semantics.renaming import is_image, line_of
from dockls.semantics.selection import selecting
from dockls.text import Span


@refactoring(title="Inline this stage", kind="refactor.inline.stage", grade="preserving")
def inline_stage(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that others use, and on its name in the FROM of the stage that continues it."""
    stage = _stage_at(model, selection.start)
    if stage is None:
        return None
    references = [reference for reference in model.graph.dependents[stage.index] if not is_image(reference)]
    if not references or not stage.declaration.words:
        return None
    user = model.stages[references[0].source]
    reason = _used_otherwise(model, stage, references) or _means_more(stage, user)
    if reason is not None:
        return Refused(reason)
    changes = edits.inline_base(model, stage.index, user.index)
    if changes is None:
        return Refused("another line would then mean a different stage")
    return Plan(changes, title=f"Inline stage {stage.title} into {user.title}")


def _stage_at(model: Model, offset: int) -> Stage | None:
    stage = model.stage_at(offset)
    if stage is None or model.instruction_at(offset) is not stage.declaration:
        return None
    reference = model.reference_at(offset)
    if reference is not None and stage.parent is not None and reference is stage.base:
        return stage.parent
    return stage


def _used_otherwise(model: Model, stage: Stage, references: list[Reference]) -> str | None:
    """Who needs the stage besides one FROM."""
    titles = [model.graph.nodes[number].title for number in sorted({reference.source for reference in references})]
    if len(titles) > 1:
        return f"stages {', '.join(titles[:-1])} and {titles[-1]} use stage {stage.title}"
    if all(reference.mention.kind != "from" for reference in references):
        return f"stage {titles[0]} only takes files of stage {stage.title}; all else it makes would end up there, too"
    if len(references) > 1:
        return f"stage {titles[0]} starts from stage {stage.title} and takes files of it, too"
    for use in model.surroundings.targets:
        if use.name.lower() == stage.name:
            return f"{use.path.rpartition('/')[2]} builds stage {stage.title}"
    selected = selecting(model.graph, stage.node)
    if selected is not None:
        line = line_of(model, selected.mention.place)
        return f"stage {stage.title} may be selected by `FROM {selected.mention.text}` in line {line}"
    return None


def _means_more(stage: Stage, user: Stage) -> str | None:
    """Why the joined stage would build another image."""
    own = {instruction.keyword for instruction in stage.instructions}
    later = {instruction.keyword for instruction in user.instructions}
    if user.declaration.flags:
        flags = " ".join([flag.text for flag in user.declaration.flags])
        return f"stage {user.title} starts with `{flags}`, which would be lost"
    if "ONBUILD" in own:
        return f"the triggers (ONBUILD) of stage {stage.title} would no longer run in stage {user.title}"
    if "CMD" in own and "ENTRYPOINT" in later and "CMD" not in later:
        return (
            f"the CMD of stage {stage.title} would stay in force, which the ENTRYPOINT of stage {user.title} drops now"
        )
    return None
