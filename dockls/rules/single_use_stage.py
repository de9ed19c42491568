"""A stage of one or two steps that only one other stage continues.

It starts from a stage and is the base of exactly one: the reader has to follow three FROMs where two say the same, and
nothing is built in parallel or shared. Its lines can stand in the stage that continues it, which is what the fix and
the refactoring `inline-stage` do.

Nothing is said of a stage that starts from an image, for it names what the image is for, of one that is called for a
purpose of its own (`test`, `dev`, `release` ...), that something outside builds or a variable may select, from which
files are copied, too, or whose FROM has a variable or a flag.

```dockerfile
FROM node:24 AS dependencies
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM dependencies AS build-deps
     ^^^^^^^^^^^^ hint: only stage `builder` continues stage `build-deps`, which adds 1 step to `dependencies`
RUN npm install webpack

FROM build-deps AS builder
COPY . .
RUN npm run build
```

->

```dockerfile
FROM node:24 AS dependencies
WORKDIR /app
COPY package*.json ./
RUN npm ci

FROM dependencies AS builder
RUN npm install webpack
COPY . .
RUN npm run build
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Graph, Model, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.text import Edit

_MOST_STEPS = 2


@file_rule(severity=Severity.HINT, theme="stages", group="strict")
def single_use_stage(model: Model) -> Iterator[Finding]:
    """Look at every short stage between two others."""
    for stage in model.stages[:-1]:
        if stage.parent is None or not 0 < len(stage.instructions) <= _MOST_STEPS or not _is_plain(stage):
            continue
        user = _only_user(model, stage)
        if user is None or _is_wanted(model, stage):
            continue
        count = len(stage.instructions)
        steps = "1 step" if count == 1 else f"{count} steps"
        message = f"only stage {user.title} continues stage {stage.title}, which adds {steps} to {stage.parent.title}"
        place = on_first_line(stage.declaration, stage.declaration.words[0].span)
        related = Related(user.node.place, "continues it")
        fix = Fix(f"Inline stage {stage.title} into {user.title}", partial(_inlined, stage.index), safe=False)
        yield Finding(place, message, (related,), (fix,))


def _is_plain(stage: Stage) -> bool:
    base = stage.base
    if base is None or base.mention.has_variable or stage.declaration.flags:
        return False
    return not any(one.keyword in ("ONBUILD", "CMD", "ENTRYPOINT") for one in stage.instructions)


def _only_user(model: Model, stage: Stage) -> Stage | None:
    """The stage that starts from this one, if nothing else mentions it."""
    mentions = model.graph.dependents[stage.index]
    if len(mentions) != 1 or mentions[0].mention.kind != "from" or mentions[0].resolution is not Resolution.STAGE:
        return None
    user = model.stages[mentions[0].source]
    return None if mentions[0].mention.has_variable or user.declaration.flags else user


def _is_wanted(model: Model, stage: Stage) -> bool:
    """Whether the stage may be built by its name."""
    from dockls.knowledge import names_purpose
    from dockls.semantics.selection import selecting

    name = stage.name or ""
    if names_purpose(name) or name in model.graph.target_names:
        return True
    return _has_variables(model.graph) and selecting(model.graph, stage.node) is not None


def _has_variables(graph: Graph) -> bool:
    """Whether any reference could select a stage by a variable; remembered on the graph."""
    found = graph.memo.get(_has_variables)
    if found is None:
        found = graph.memo[_has_variables] = any(one.mention.has_variable for one in graph.references)
    return bool(found)


def _inlined(number: int, model: Model) -> tuple[Edit, ...] | None:
    if number >= len(model.stages):
        return None
    user = _only_user(model, model.stages[number])
    return None if user is None else edits.inline_base(model, number, user.index)
