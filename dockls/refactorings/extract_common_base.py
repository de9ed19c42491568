"""Puts what several stages begin with into a stage of its own that all of them start from.

Stages with the same image and the same first instructions are written twice and kept equal by hand. The shared part
becomes the stage `base` above the first of them; the others start from it, and so does the next one who needs it. The
images stay the same: ARG, ENV, WORKDIR, USER and SHELL flow from stage to stage. The setting `name` asks for another
name.

What is shared ends above CMD, ENTRYPOINT and ONBUILD, which mean less, or more, in a base; ARG alone is not worth a
stage. It is refused where a comment stands in one of the stages only, for it would be lost in the others.

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

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.renaming import numbered_name, unusable
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_APART = frozenset(("CMD", "ENTRYPOINT", "ONBUILD", "HEALTHCHECK"))


@refactoring(title="Extract common base stage", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def extract_common_base(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of a stage that begins like another one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or not stage.instructions or not instruction.words:
        return None
    alike = [other for other in model.stages if _is_like(stage, other)]
    count = _shared(alike)
    if len(alike) < 2 or all(one.keyword == "ARG" for one in stage.instructions[:count]):
        return None
    reason = unusable(model, name) if name else None
    for other in alike[1:]:
        reason = reason or _lost_comment(model, alike[0], other, count)
    if reason is not None:
        return Refused(reason)
    wanted = name or ("base" if unusable(model, "base") is None else numbered_name(model, "base"))
    titles = " and ".join([other.title for other in alike[:3]])
    return Plan(_edits(model, alike, count, wanted), title=f"Extract common base stage of {titles}")


def _is_like(stage: Stage, other: Stage) -> bool:
    """Whether a stage starts from the same, and begins with the same instruction."""
    if not other.instructions or stage.base is None or other.base is None or not other.declaration.words:
        return False
    same = stage.declaration.words[0].text == other.declaration.words[0].text
    flags = [flag.text for flag in stage.declaration.flags] == [flag.text for flag in other.declaration.flags]
    known = stage.base.resolution is other.base.resolution and stage.base.target == other.base.target
    usable = stage.base.resolution in (Resolution.IMAGE, Resolution.SCRATCH, Resolution.STAGE)
    return same and flags and known and usable and _is_same(stage.instructions[0], other.instructions[0])


def _is_same(one: Instruction, other: Instruction) -> bool:
    """Whether two instructions mean the same wherever they stand."""
    if one.keyword != other.keyword or one.keyword in _APART or one.problems or other.problems:
        return False
    documents = [(doc.name, doc.content, doc.expand) for doc in one.heredocs]
    return (
        one.arguments == other.arguments
        and one.is_json == other.is_json
        and [flag.text for flag in one.flags] == [flag.text for flag in other.flags]
        and documents == [(doc.name, doc.content, doc.expand) for doc in other.heredocs]
    )


def _shared(alike: list[Stage]) -> int:
    """How many instructions all of them begin with."""
    count = 0
    for rows in zip(*[stage.instructions for stage in alike], strict=False):
        if not all(_is_same(rows[0], other) for other in rows[1:]):
            break
        count += 1
    return count


def _lost_comment(model: Model, first: Stage, other: Stage, count: int) -> str | None:
    for one, two in zip(first.instructions[:count], other.instructions[:count], strict=True):
        texts = [comment.content for comment in edits.leading_comments(model, one)]
        if any(comment.content not in texts for comment in edits.leading_comments(model, two)):
            return f"a comment in stage {other.title} would be lost"
    return None


def _edits(model: Model, alike: list[Stage], count: int, name: str) -> tuple[Edit, ...]:
    first = alike[0]
    declaration = first.declaration
    head = " ".join(
        [edits.keyword(model, "FROM"), *[flag.text for flag in declaration.flags], declaration.words[0].text]
    )
    body = "".join([edits.source(model, instruction) for instruction in first.instructions[:count]])
    text = edits.lines(model, [f"{head} {edits.keyword(model, 'AS')} {name}"]) + body + edits.line_ending(model)
    start = edits.block_span(model, declaration).start
    changes = [Edit(Span(start, start), text), *edits.counted_on(model, first.index)]
    for stage in alike:
        words = stage.declaration.words[0]
        begun = stage.declaration.flags[0].span.start if stage.declaration.flags else words.span.start
        changes.append(edits.replace(model, Place(stage.declaration, Span(begun, words.span.end)), name))
        spans = [edits.block_span(model, instruction) for instruction in stage.instructions[:count]]
        changes.append(Edit(_with_blank(model, Span(spans[0].start, spans[-1].end)), ""))
    return tuple(changes)


def _with_blank(model: Model, span: Span) -> Span:
    """The span with the blank lines below it where other lines of the stage follow."""
    from dockls.syntax import Blank

    end = span.end
    while end < len(model.tree.text) and isinstance(item := model.tree.item_at(end), Blank):
        end = model.tree.start_of(item) + len(item.text)
    following = model.instruction_at(end) if end < len(model.tree.text) else None
    return Span(span.start, end if following is not None and following.keyword != "FROM" else span.end)
