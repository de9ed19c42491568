"""Puts what several stages begin with into a stage of its own that all of them start from.

Stages with the same image and the same first instructions are written twice and kept equal by hand. The shared part
becomes the stage `base` above the first of them, lines and comments as they stand there; the others start from it, and
so does the next one who needs it. Where a stage does nothing but the shared part, the others start from that one, and
no stage is added. The images stay the same: ARG, ENV, WORKDIR, USER and SHELL flow from stage to stage. Numbers of
stages in `--from=N` are adjusted. The setting `name` asks for another name.

What is shared ends above CMD, ENTRYPOINT, HEALTHCHECK and ONBUILD, which mean less, or more, in a base. Less than a
step that builds or two that set something is not worth a stage. It is refused where each stage has a comment that the
others lack, for one would be lost, and where a file of the workspace builds a stage below by its number.

```dockerfile
FROM python:3.13-slim AS dev<|>
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements-dev.txt .
CMD ["pytest"]

FROM python:3.13-slim AS prod
ENV PYTHONUNBUFFERED=1
WORKDIR /app
COPY requirements.txt .
CMD ["python", "app.py"]
```

->

```dockerfile
FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1
WORKDIR /app

FROM base AS dev
COPY requirements-dev.txt .
CMD ["pytest"]

FROM base AS prod
COPY requirements.txt .
CMD ["python", "app.py"]
```
"""

from collections.abc import Sequence

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, is_template
from dockls.semantics.beginnings import shared_beginning, start_alike
from dockls.semantics.outside import built_by_number
from dockls.semantics.renaming import numbered_name, unusable
from dockls.syntax import Blank, Instruction, Place
from dockls.text import Edit, Span

#: what takes time, and what a cache holds
_STEPS = frozenset(("RUN", "COPY", "ADD"))


@refactoring(title="Extract common base stage", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def extract_common_base(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of a stage that begins like another one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or not stage.instructions or is_template(model.graph):
        return None
    alike, count = _alike(model, stage)
    if count == 0:
        return None
    donor = _donor(model, alike, count)
    whole = donor if donor is alike[0] and not name and _is_whole(model, donor, count) else None
    reason = _reason(model, alike, count, name if whole is None else None)
    if reason is not None:
        return Refused(reason)
    if donor is None:
        return Refused("each of the stages has a comment that the others lack; one would be lost")
    titles = " and ".join([other.title for other in alike if other is not whole][:3])
    if whole is not None:
        changes = _shortened(model, [other for other in alike if other is not whole], count, whole.name or "")
        return Plan(changes, title=f"Start {titles} from stage {whole.title}")
    wanted = name or ("base" if unusable(model, "base") is None else numbered_name(model, "base"))
    added = _added(model, alike[0], donor, count, wanted)
    return Plan((*added, *_shortened(model, alike, count, wanted)), title=f"Extract common base stage of {titles}")


def _alike(model: Model, stage: Stage) -> tuple[list[Stage], int]:
    """The stages to give a base, in order, and how many instructions that has; the choice that saves most lines.

    No stage and 0 where it would not be worth one.
    """
    lengths = [
        (shared_beginning(stage, other), other)
        for other in model.stages
        if other is not stage and other.instructions and other.declaration.words and start_alike(stage, other)
    ]
    best: tuple[list[Stage], int] = ([], 0)
    most = 0
    for count in sorted({length for length, _ in lengths}, reverse=True):
        shared = stage.instructions[:count]
        group = [other for length, other in lengths if length >= count]
        saved = len(group) * sum(1 for one in shared if one.keyword != "ARG")
        if saved > most and _is_worth(shared):
            most, best = saved, (sorted([stage, *group], key=lambda one: one.index), count)
    return best


def _reason(model: Model, alike: list[Stage], count: int, name: str | None) -> str | None:
    """Why there is no base; `name` is what to call it, empty for any name, None if no stage is added."""
    first = alike[0]
    taken = unusable(model, name) if name else None
    if taken is not None:
        return taken
    for reference in first.references:
        is_shared = reference.mention.place.item in first.instructions[:count]
        if is_shared and reference.target is not None and reference.target >= first.index:
            return f"what they begin with takes files of stage {model.stages[reference.target].title}, further down"
    return built_by_number(model, first.index) if name is not None else None


def _is_worth(shared: Sequence[Instruction]) -> bool:
    return any(one.keyword in _STEPS for one in shared) or sum(1 for one in shared if one.keyword != "ARG") > 1


def _is_whole(model: Model, stage: Stage, count: int) -> bool:
    """Whether the stage is no more than the shared part, and the others can name it."""
    if len(stage.instructions) != count or stage.name is None or stage is model.target:
        return False
    return model.graph.named(stage.name) is stage.node and stage.name not in model.graph.named_contexts


def _donor(model: Model, alike: list[Stage], count: int) -> Stage | None:
    """The first stage whose shared part has the comments of all the others."""
    said = [edits.comments_within(model, _shared_span(model, stage, count)) for stage in alike]
    for stage, own in zip(alike, said, strict=True):
        if all(comment in own for others in said for comment in others):
            return stage
    return None


def _shared_span(model: Model, stage: Stage, count: int) -> Span:
    first, last = stage.instructions[0], stage.instructions[count - 1]
    return Span(edits.block_span(model, first).start, edits.block_span(model, last).end)


def _added(model: Model, first: Stage, donor: Stage, count: int, name: str) -> tuple[Edit, ...]:
    """The new stage, above the first one."""
    declaration = first.declaration
    said = [*[flag.text for flag in declaration.flags], declaration.words[0].text]
    head = " ".join([edits.keyword(model, "FROM"), *said, edits.keyword(model, "AS"), name])
    start, end = _shared_span(model, donor, count)
    behind = model.start_of(donor.declaration) + len(donor.declaration.text)
    if not model.tree.text[behind:start].strip():
        start = behind
    body = model.tree.text[start:end]
    ending = edits.line_ending(model)
    text = edits.lines(model, [head]) + body + ("" if body.endswith("\n") else ending) + ending
    above = edits.block_span(model, declaration).start
    return (Edit(Span(above, above), text), *edits.counted_on(model, first.index))


def _shortened(model: Model, stages: list[Stage], count: int, name: str) -> tuple[Edit, ...]:
    """The stages starting from `name`, without the shared part."""
    changes: list[Edit] = []
    for stage in stages:
        declaration = stage.declaration
        begun = declaration.flags[0].span.start if declaration.flags else declaration.words[0].span.start
        changes.append(edits.replace(model, Place(declaration, Span(begun, declaration.words[0].span.end)), name))
        changes.append(Edit(_with_blank(model, _shared_span(model, stage, count)), ""))
    return tuple(changes)


def _with_blank(model: Model, span: Span) -> Span:
    """The span with the blank lines below it where other lines of the stage follow."""
    end = span.end
    while end < len(model.tree.text) and isinstance(item := model.tree.item_at(end), Blank):
        end = model.tree.start_of(item) + len(item.text)
    following = model.instruction_at(end) if end < len(model.tree.text) else None
    return Span(span.start, end if following is not None and following.keyword != "FROM" else span.end)
