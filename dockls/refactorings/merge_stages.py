"""Merges a stage with an earlier one that builds the same, or into the one that takes its files to where they lie.

Two stages with the same image and the same instructions are built twice and kept equal by hand. Everything that used
the later one uses the earlier one then, and the later one goes; numbers of stages in `--from=N` are adjusted, the
comments above its FROM go to the other FROM. What each stage builds stays the same.

A stage that starts from the same image as the only one that takes files of it, and whose files are copied to where they
lay, gains little by being apart. The other one does its work itself then, and the COPY goes. All that the stage leaves
besides is in the image then, too, which is the price; the rest of the other stage stays as it was. It is the inverse of
extracting a builder stage.

It is refused where the stage is built by its name from outside, or selected by a variable, where a comment in it would
be lost, and, of a stage whose files are taken, where it sets something for the finished image, where a COPY of its
files sets an owner or the like, and where the other stage runs commands, which might find more than they did.

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
from dockls.semantics.beginnings import start_alike
from dockls.semantics.outside import built_by_name, built_by_number
from dockls.semantics.renaming import Renaming, is_image, line_of, name_stage, numbered_name
from dockls.semantics.selection import selecting
from dockls.syntax import Place
from dockls.text import Edit, Span, changed_lines


@refactoring(title="Merge stages", kind="refactor.inline.stage", grade="preserving")
def merge_stages(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that builds what an earlier one builds, or whose files stay where they are."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or not stage.instructions:
        return None
    twin = _twin(model, stage)
    if twin is not None:
        return _with_twin(model, stage, twin)
    user = _only_user(model, stage)
    return None if user is None else _into(model, stage, user)


def _twin(model: Model, stage: Stage) -> Stage | None:
    """The first stage above that builds the same and can be named."""
    first = stage.instructions[0]
    alike = [other for other in model.stages[: stage.index] if other.name is not None and other.instructions]
    alike = [other for other in alike if other.instructions[0].keyword == first.keyword]
    mine = recipe(model, stage) if alike else None
    same = [other for other in alike if recipe(model, other) == mine and _variables(other) == _variables(stage)]
    twin = same[0] if same else None
    return twin if twin is not None and model.graph.named(twin.name or "") is twin.node else None


def _variables(stage: Stage) -> list[str]:
    """The FROM words with variables that a stage goes back to: a build may give those another value."""
    found: list[str] = []
    below: Stage | None = stage
    while below is not None:
        if below.base is not None and below.base.mention.has_variable:
            found.append(below.base.mention.text)
        below = below.parent
    return found


def _only_user(model: Model, stage: Stage) -> Stage | None:
    """The stage on the same image that alone uses the stage, and does not start from it."""
    references = [one for one in model.graph.dependents[stage.index] if not is_image(one)]
    users = {reference.source for reference in references}
    if len(users) != 1 or any(reference.mention.kind == "from" for reference in references):
        return None
    user = model.stages[users.pop()]
    return user if user.index > stage.index and start_alike(stage, user) else None


def _needed(model: Model, stage: Stage) -> str | None:
    base = selecting(model.graph, stage.node)
    if base is not None:
        line = line_of(model, base.mention.place)
        return f"stage {stage.title} may be selected by `FROM {base.mention.text}` in line {line}"
    return built_by_name(model, stage) or built_by_number(model, stage.index)


def _unbuilt(model: Model, stage: Stage) -> tuple[str, ...]:
    # A later stage of the same name hides it from ``--target``, too.
    is_target = stage.name is not None and model.graph.named(stage.name) is stage.node
    return (f"nobody builds the stage with `--target {stage.name}`",) if is_target else ()


def _with_twin(model: Model, stage: Stage, twin: Stage) -> Plan | Refused:
    reason = _needed(model, stage)
    if reason is not None:
        return Refused(reason)
    body = Span(model.start_of(stage.declaration), edits.stage_span(model, stage).end)
    kept = edits.comments_within(model, edits.stage_span(model, twin))
    if any(comment not in kept for comment in edits.comments_within(model, body)):
        return Refused(f"a comment in stage {stage.title} would be lost")
    name = twin.node.interface.written_name or ""
    changes = [
        edits.replace(model, one.mention.place, name.lower() if one.mention.kind == "from" else name)
        for one in model.graph.dependents[stage.index]
        if not is_image(one)
    ]
    above = [one for one in edits.leading_comments(model, stage.declaration) if one.content not in kept]
    start = model.start_of(twin.declaration)
    changes.append(Edit(Span(start, start), "".join([comment.text for comment in above])))
    after = model.updated(model.tree.edited(changes))
    removed = edits.remove_stages(after, [stage.index])
    if removed is None:
        return Refused("another line would then mean a different stage")
    text = after.tree.edited(removed).text
    title = f"Merge stage {stage.title} with {twin.title}"
    return Plan(tuple(changed_lines(model.tree.text, text)), _unbuilt(model, stage), title)


def _into(model: Model, stage: Stage, user: Stage) -> Plan | Refused | None:
    from dockls.semantics.taking import taking

    references = [one for one in model.graph.dependents[stage.index] if not is_image(one)]
    found = taking(model, stage, user, references)
    if found is None:
        return None
    reason = found if isinstance(found, str) else _needed(model, stage)
    if reason is not None or isinstance(found, str):
        return Refused(reason or "")
    doubled = user.instructions[: found.shared]
    if doubled:
        span = Span(edits.block_span(model, doubled[0]).start, edits.block_span(model, doubled[-1]).end)
        kept = edits.comments_within(model, edits.stage_span(model, stage))
        if any(comment not in kept for comment in edits.comments_within(model, span)):
            return Refused(f"a comment in stage {user.title} would be lost")
    if stage.name is None:
        named = name_stage(model, stage, numbered_name(model, "stage"))
        if not isinstance(named, Renaming):
            return Refused(named)
        after = model.updated(model.tree.edited(named.edits))
    else:
        after = model
    needless = [place for place, one in enumerate(user.instructions) if one in (*doubled, *found.copies)]
    text = _joined(after, stage.index, user.index, needless)
    if text is None:
        return Refused("another line would then mean a different stage")
    paths = ", ".join([f"`{path}`" for path in found.paths])
    assumptions = [f"what stage {stage.title} leaves, changes and removes besides {paths} does no harm in the image"]
    assumptions += [f"`{path}` is a file" for path in found.files]
    title = f"Merge stage {stage.title} into {user.title}"
    changes = tuple(changed_lines(model.tree.text, text))
    return Plan(changes, (*assumptions, *_unbuilt(model, stage)), title, grade="equivalent")


def _joined(model: Model, number: int, into: int, needless: list[int]) -> str | None:
    """The text with stage `number` in the place of the FROM of stage `into`, and without some of that one's lines."""
    name, declaration = model.stages[number].name or "", model.stages[into].declaration
    for gone, position in enumerate(needless):
        # One by one, so that no two blank lines are left where several stood together.
        instruction = model.stages[into].instructions[position - gone]
        model = model.updated(model.tree.edited([edits.delete(model, instruction)]))
    head = (declaration.flags[0] if declaration.flags else declaration.words[0]).span.start
    place = Place(declaration, Span(head, declaration.words[0].span.end))
    model = model.updated(model.tree.edited([edits.replace(model, place, name)]))
    joined = edits.inline_base(model, number, into)
    return None if joined is None else model.tree.edited(joined).text
