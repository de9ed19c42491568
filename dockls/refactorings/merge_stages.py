"""Merges a stage with an earlier one that builds the same.

Two stages with the same image and the same instructions are built twice and kept equal by hand. Everything that used
the later one uses the earlier one then, and the later one goes; numbers of stages in `--from=N` are adjusted. What each
stage builds stays the same.

It is refused where the later stage is built by its name from outside, or selected by a variable, and where a comment in
it would be lost.

```dockerfile
FROM node:24-alpine AS deps
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM node:24-alpine AS modules<|>
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM deps AS build
COPY . .
RUN npm run build

FROM node:24-alpine
WORKDIR /app
COPY --from=modules /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
```

->

```dockerfile
FROM node:24-alpine AS deps
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM deps AS build
COPY . .
RUN npm run build

FROM node:24-alpine
WORKDIR /app
COPY --from=deps /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, recipe
from dockls.semantics.renaming import is_image
from dockls.semantics.selection import selecting
from dockls.syntax import Comment
from dockls.text import Span, changed_lines


@refactoring(title="Merge stages", kind="refactor.inline.stage", grade="preserving")
def merge_stages(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that builds what an earlier one builds."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or not stage.instructions:
        return None
    first = stage.instructions[0]
    alike = [other for other in model.stages[: stage.index] if other.name is not None and other.instructions]
    alike = [other for other in alike if other.instructions[0].keyword == first.keyword]
    mine = recipe(model, stage) if alike else None
    twin = next((other for other in alike if recipe(model, other) == mine), None)
    if twin is None or model.graph.named(twin.name or "") is not twin.node:
        return None
    reason = _reason(model, stage, twin)
    if reason is not None:
        return Refused(reason)
    text = _merged(model, stage, twin)
    if text is None:
        return Refused("another line would then mean a different stage")
    return Plan(tuple(changed_lines(model.tree.text, text)), title=f"Merge stage {stage.title} with {twin.title}")


def _reason(model: Model, stage: Stage, twin: Stage) -> str | None:
    for use in model.surroundings.targets:
        if use.name.lower() == stage.name:
            return f"{use.path.rpartition('/')[2]} builds stage {stage.title}"
    if selecting(model.graph, stage.node) is not None:
        return f"stage {stage.title} may be selected by a variable"
    texts = [item.content for item in twin.section.items if isinstance(item, Comment)]
    own = [item for item in stage.section.items if isinstance(item, Comment)]
    following = edits.stage_span(model, stage).end
    if any(item.content not in texts and model.tree.start_of(item) < following for item in own):
        return f"a comment in stage {stage.title} would be lost"
    return None


def _merged(model: Model, stage: Stage, twin: Stage) -> str | None:
    """The text with the twin in the place of the stage, and without it."""
    name = twin.node.interface.written_name or ""
    mentions = [one for one in model.graph.dependents[stage.index] if not is_image(one)]
    changes = [
        edits.replace(model, one.mention.place, name.lower() if one.mention.kind == "from" else name)
        for one in mentions
    ]
    after = model.updated(model.tree.edited(changes))
    removed = edits.remove_stages(after, [stage.index])
    return None if removed is None else after.tree.edited(removed).text
