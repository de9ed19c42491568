"""Tree to edits: replace, insert, delete; the one place with a policy for comments, blank lines and style.

A comment directly above an instruction belongs to it: it moves with it, is deleted with it and stays above it. It may
be the stage's description (BuildKit's ``getDocComment``). New lines take the file's line ending; stages are kept one
blank line apart.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from dockls.semantics import Model, Reference, Resolution, Stage, lifted_with
from dockls.syntax import Blank, Comment, Instruction, Item, Place
from dockls.text import Edit, Span, apply


def replace(model: Model, place: Place, text: str) -> Edit:
    """Replace what stands at a place."""
    return Edit(model.absolute(place), text)


def replacing(place: Place, text: str) -> Callable[[Model], list[Edit]]:
    """What a fix does that replaces what stands at a place."""
    return lambda model: [replace(model, place, text)]


def deleting(instruction: Instruction) -> Callable[[Model], list[Edit]]:
    """For a fix: the same as `delete`, once someone wants it."""
    return lambda model: [delete(model, instruction)]


def using_name(number: int) -> Callable[[Model], tuple[Edit, ...] | None]:
    """For a fix: a stage's name, a telling one if it has none, in place of its number; None if that is unsafe."""

    def used(model: Model) -> tuple[Edit, ...] | None:
        from dockls.semantics.stage_purpose import use_telling_name

        return use_telling_name(model, number)

    return used


def declare_argument(instruction: Instruction, name: str, model: Model) -> list[Edit]:
    """An ``ARG`` of that name above an instruction."""
    return [insert_before(model, instruction, [f"{keyword(model, 'ARG')} {name}"])]


def mount_caches(model: Model, run: Instruction, folders: Iterable[str]) -> Edit:
    """Give a RUN cache mounts of these folders, each on a line of its own above what stands there."""
    start = model.start_of(run) + run.body_span.start
    ending = f" {run.escape}{line_ending(model)}    "
    return Edit(Span(start, start), "".join([f"--mount=type=cache,target={folder}{ending}" for folder in folders]))


def line_ending(model: Model) -> str:
    """The line ending that the file uses first, ``\\n`` if it has none."""
    newline = model.tree.text.find("\n")
    return "\r\n" if newline > 0 and model.tree.text[newline - 1] == "\r" else "\n"


def keyword(model: Model, word: str) -> str:
    """A keyword in the case that the file's first instruction uses."""
    instructions = model.tree.sections[-1].instructions or model.tree.sections[0].instructions
    if instructions and instructions[0].raw_keyword.islower():
        return word.lower()
    return word


def lines(model: Model, new_lines: Iterable[str]) -> str:
    """Whole lines joined with the file's line ending, each ended."""
    ending = line_ending(model)
    return "".join([line.replace("\r\n", "\n").replace("\n", ending) + ending for line in new_lines])


def leading_comments(model: Model, item: Item) -> tuple[Comment, ...]:
    """The comment lines directly above an item, without a blank line between."""
    start = model.tree.start_of(item)
    found: list[Comment] = []
    while start > 0 and isinstance(above := model.tree.item_at(start - 1), Comment):
        found.append(above)
        start -= len(above.text)
    return tuple(reversed(found))


def block_span(model: Model, instruction: Instruction) -> Span:
    """The absolute span of whole lines of an instruction and the comments that belong to it."""
    start = model.start_of(instruction)
    end = start + len(instruction.text)
    for comment in leading_comments(model, instruction):
        start -= len(comment.text)
    return Span(start, end)


def stage_span(model: Model, stage: Stage) -> Span:
    """The absolute span of a stage's lines with the comments above its FROM and without those above the next one."""
    start = block_span(model, stage.declaration).start
    section = model.section_span(stage)
    end = section.end
    if stage.index + 1 < len(model.stages):
        end = block_span(model, model.stages[stage.index + 1].declaration).start
    return Span(start, max(start, end))


def insert_before(model: Model, instruction: Instruction, new_lines: Sequence[str]) -> Edit:
    """New lines above an instruction and its comments."""
    start = block_span(model, instruction).start
    return Edit(Span(start, start), lines(model, new_lines))


def insert_after(model: Model, instruction: Instruction, new_lines: Sequence[str]) -> Edit:
    """New lines below an instruction; gives its last line an end if it has none."""
    end = model.start_of(instruction) + len(instruction.text)
    text = lines(model, new_lines)
    if instruction.text.endswith("\n"):
        return Edit(Span(end, end), text)
    ending = line_ending(model)
    return Edit(Span(end, end), ending + text.removesuffix(ending))


def delete(model: Model, instruction: Instruction) -> Edit:
    """Remove an instruction with its comments, and one blank line where two would meet."""
    start, end = block_span(model, instruction)
    return Edit(Span(start, _swallow_blank(model, start, end)), "")


def delete_stage(model: Model, stage: Stage) -> Edit:
    """Remove a stage with the comments above it; the distance between its neighbours stays one blank line."""
    start, end = stage_span(model, stage)
    return Edit(Span(start, end), "") if end < len(model.tree.text) else _delete_last(model, start, end)


def _delete_last(model: Model, start: int, end: int) -> Edit:
    """At the end of the file the blank lines above go too."""
    text = model.tree.text
    while start > 0 and text[:start].endswith(("\n\n", "\n\r\n")):
        start -= 2 if text[:start].endswith("\r\n") else 1
    return Edit(Span(start, end), "")


def _swallow_blank(model: Model, start: int, end: int) -> int:
    """The end of a deletion: takes a blank line below along if a blank line, or nothing, stands above."""
    if end >= len(model.tree.text):
        return end
    below = model.tree.item_at(end)
    above = model.tree.item_at(start - 1) if start else None
    if isinstance(below, Blank) and (above is None or isinstance(above, Blank)):
        return end + len(below.text)
    return end


def source(model: Model, instruction: Instruction) -> str:
    """An instruction's exact lines with the comments that belong to it, always ended by a line end."""
    start, end = block_span(model, instruction)
    text = model.tree.text[start:end]
    return text if text.endswith("\n") else text + line_ending(model)


def comments_within(model: Model, span: Span) -> tuple[str, ...]:
    """What the comments between two absolute offsets say, those inside instructions included, in order."""
    found: list[str] = []
    start = span.start
    while start < span.end and (item := model.tree.item_at(start)) is not None and item.text:
        if isinstance(item, Comment):
            found.append(item.content)
        elif isinstance(item, Instruction):
            head = item.text[: item.head_end].splitlines()[1:]
            found += [line.strip()[1:].strip() for line in head if line.lstrip().startswith("#")]
        start += len(item.text)
    return tuple(found)


def remove_stages(model: Model, removed: Iterable[int]) -> tuple[Edit, ...] | None:
    """Remove the stages of those numbers with their comments, and count on in ``--from=N``.

    None if a stage that stays would mean something else afterwards, or the default target would be another.
    """
    gone = set(removed)
    kept = [number for number in range(len(model.stages)) if number not in gone]
    moved = {old: new for new, old in enumerate(kept)}
    changes = [delete_stage(model, model.stages[number]) for number in sorted(gone)]
    changes += [Edit(model.absolute(place), text) for place, text in _renumbered(model, moved)]
    return tuple(changes) if _same_meaning(model, changes, moved, frozenset()) else None


def move_stage_up(model: Model, number: int, before: int, rebase: bool = False) -> tuple[Edit, ...] | None:
    """Move a stage and what it needs, with their comments, in front of stage `before`; count anew in ``--from=N``.

    What BuildKit refuses because the stage stands below may find it by that; with `rebase` also a FROM that names it,
    which was an image before. None if any other reference would change, the parser directives, or the default target.
    """
    lifted = lifted_with(model.graph, number, before)
    if not lifted:
        return None
    bases = [stage.base for stage in model.stages if rebase and stage.base is not None]
    rebased = frozenset(base.source for base in bases if base.target == number)
    rest = [stage for stage in range(len(model.stages)) if stage not in lifted]
    place = rest.index(before)
    order = [*rest[:place], *lifted, *rest[place:]]
    moved = {old: new for new, old in enumerate(order)}
    renumbered = _renumbered(model, moved)
    changes = [Edit(model.absolute(place), text) for place, text in renumbered]
    result: list[Edit] = []
    text = ""
    for stage in lifted:
        span = stage_span(model, model.stages[stage])
        inside = [change for change in changes if span.start <= change.span.start < span.end]
        changes = [change for change in changes if change not in inside]
        text += apply(
            model.tree.text[span.start : span.end],
            [Edit(change.span.shifted(-span.start), change.text) for change in inside],
        )
        result.append(Edit(span, ""))
    start = stage_span(model, model.stages[before]).start
    result += [Edit(Span(start, start), text), *changes]
    return tuple(result) if _same_meaning(model, result, moved, rebased) else None


def reorder_stages(model: Model, order: Sequence[int], rebased: frozenset[int]) -> tuple[Edit, ...] | None:
    """Put all stages in the order of those numbers, with their comments; count anew in ``--from=N``.

    What BuildKit refuses because the stage stands below may find it by that, and the FROM of the stages `rebased` what
    was an image before. None if any other reference would change, the parser directives, or the default target.
    """
    moved = {old: new for new, old in enumerate(order)}
    changes = [Edit(model.absolute(place), text) for place, text in _renumbered(model, moved)]
    pieces: list[str] = []
    for number in order:
        span = stage_span(model, model.stages[number])
        inside = [change for change in changes if span.start <= change.span.start < span.end]
        shifted = [Edit(change.span.shifted(-span.start), change.text) for change in inside]
        pieces.append(apply(model.tree.text[span.start : span.end], shifted))
    start = stage_span(model, model.stages[0]).start
    result = (Edit(Span(start, len(model.tree.text)), "".join(pieces)),)
    return result if _same_meaning(model, result, moved, rebased) else None


def inline_base(model: Model, number: int, user: int) -> tuple[Edit, ...] | None:
    """Put the lines of stage `number` into stage `user`, whose FROM names it, and count on in ``--from=N``.

    The comments above both FROMs stay, those of the base first. None if anything would mean another stage afterwards.
    """
    stage, into = model.stages[number], model.stages[user]
    kept = [other for other in range(len(model.stages)) if other != number]
    moved = {old: new for new, old in enumerate(kept)}
    changes = [Edit(model.absolute(place), text) for place, text in _renumbered(model, moved | {number: moved[user]})]
    span = stage_span(model, stage)
    inside = [change for change in changes if span.start <= change.span.start < span.end]
    declaration = stage.declaration
    start = model.start_of(declaration)
    end = start + len(declaration.text)
    body = apply(model.tree.text[end : span.end], [Edit(change.span.shifted(-end), change.text) for change in inside])
    head = (declaration.flags[0] if declaration.flags else declaration.words[0]).span.start
    above = block_span(model, into.declaration).start
    result = [
        Edit(span, ""),
        Edit(Span(above, above), model.tree.text[span.start : start]),
        replace(
            model,
            Place(into.declaration, into.declaration.words[0].span),
            declaration.text[head : declaration.words[0].span.end],
        ),
        _body_below(model, into.declaration, body),
        *[change for change in changes if change not in inside],
    ]
    return tuple(result) if _same_meaning(model, result, moved, frozenset(), (number, user)) else None


def _body_below(model: Model, declaration: Instruction, body: str) -> Edit:
    """The lines of a stage without the blank ones at their end, put below a FROM."""
    ending = line_ending(model)
    text = body.rstrip() + ending if body.strip() else ""
    end = model.start_of(declaration) + len(declaration.text)
    if text and not declaration.text.endswith("\n"):
        text = ending + text.removesuffix(ending)
    return Edit(Span(end, end), text)


def counted_on(model: Model, number: int) -> tuple[Edit, ...]:
    """What ``--from=N`` needs where a stage is put in front of stage `number`."""
    moved = {old: old + (old >= number) for old in range(len(model.stages))}
    return tuple([Edit(model.absolute(place), text) for place, text in _renumbered(model, moved)])


def _renumbered(model: Model, moved: Mapping[int, int]) -> list[tuple[Place, str]]:
    """The places of ``--from=N`` in stages that stay whose stage gets another number, and that number."""
    found: list[tuple[Place, str]] = []
    for reference in model.references:
        target = reference.target
        if reference.by_index and target is not None and reference.source in moved:
            number = moved.get(target, target)
            if number != target:
                found.append((reference.mention.place, str(number)))
    return found


def _same_meaning(
    model: Model,
    changes: Iterable[Edit],
    moved: Mapping[int, int],
    rebased: frozenset[int],
    inlined: tuple[int, int] | None = None,
) -> bool:
    """Whether after the edits every stage that stays refers to what it referred to.

    A forward reference may have become a plain one; a FROM's, which was an image before, in `rebased` stages only.
    Of two `inlined` stages the second took over what the first refers to in place of its own base.
    """
    after = model.updated(model.tree.edited(changes))
    if after.tree.directives != model.tree.directives or len(after.stages) != len(moved):
        return False
    if moved.get(len(model.stages) - 1) != len(moved) - 1:
        return False
    for old, new in moved.items():
        before, now = model.graph.nodes[old].outgoing, after.graph.nodes[new].outgoing
        if inlined is not None and old == inlined[1]:
            before = model.graph.nodes[inlined[0]].outgoing + before[1:]
        if len(before) != len(now):
            return False
        for reference, again in zip(before, now, strict=True):
            if not _same_reference(reference, again, moved, old in rebased):
                return False
    return True


def _same_reference(before: Reference, after: Reference, moved: Mapping[int, int], rebased: bool) -> bool:
    gone = before.target is not None and before.target not in moved
    if gone and before.mention.kind == "from" and before.resolution is Resolution.FORWARD:
        # It was an image, whatever the stage further down was called.
        return after.resolution is Resolution.IMAGE
    if after.target != (None if before.target is None else moved.get(before.target, -1)):
        return False
    if after.resolution is before.resolution:
        return True
    lifted = before.resolution is Resolution.FORWARD and after.resolution is Resolution.STAGE
    return lifted and (before.mention.kind != "from" or rebased)
