"""Plans that several rooms share: what to write where, so that a step runs again only when it must."""

from dockls import edits
from dockls.semantics import Model, Stage
from dockls.semantics.early_arguments import Early
from dockls.semantics.early_sources import EarlySources, Lowered
from dockls.semantics.manifests import Manifest, target_folder
from dockls.semantics.run_chain import Link
from dockls.semantics.run_steps import SETTING
from dockls.syntax import Instruction
from dockls.text import Edit, Span, apply


def manifests_first(model: Model, stage: Stage, found: EarlySources) -> tuple[Edit, ...]:
    """The manifests in the place of the sources, and the sources below the install; spans are absolute."""
    ending = edits.line_ending(model)
    moved = ""
    changes: list[Edit] = []
    for lowered in found.lowered:
        own = [manifest for manifest in found.manifests if manifest.bringer.instruction is lowered.instruction]
        moved += _moved(model, lowered, own)
        if own:
            lines = _copies(stage, lowered.instruction, own)
            changes.append(Edit(edits.block_span(model, lowered.instruction), edits.lines(model, lines)))
        else:
            changes.append(edits.delete(model, lowered.instruction))
    run = found.run.instruction
    if found.kept is not None:
        changes.append(_divided(model, found, moved))
    elif run.text.endswith("\n"):
        end = model.start_of(run) + len(run.text)
        changes.append(Edit(Span(end, end), moved))
    else:
        end = model.start_of(run) + len(run.text)
        changes.append(Edit(Span(end, end), ending + moved.removesuffix(ending)))
    return tuple(changes)


def manifests_first_assumptions(found: EarlySources, known: bool) -> tuple[str, ...]:
    """What the plan takes for granted, as sentences; none where all of it was looked up."""
    if known:
        return ()
    result: list[str] = []
    if found.guessed:
        names = ", ".join([f"`{name}`" for name in found.guessed])
        result.append(f"`{found.command}` needs no other files of the build context than {names}")
    else:
        result.append(f"`{found.command}` needs no sources")
    if found.folder is not None and found.guessed:
        result.append(f"`{found.folder}` is not in the build context, or a .dockerignore keeps it out")
    return tuple(result)


def _copies(stage: Stage, instruction: Instruction, manifests: list[Manifest]) -> list[str]:
    """COPY instructions for manifests alone, one for each folder they go to."""
    flags = [
        instruction.text[flag.span.start : flag.span.end]
        for flag in instruction.flags
        if flag.name not in ("exclude", "from", "parents")
    ]
    folders: dict[str, list[str]] = {}
    for manifest in manifests:
        is_directory = stage.context.kind(manifest.source) == "directory"
        folders.setdefault(target_folder(manifest, is_directory), []).append(manifest.source)
    keyword = "copy" if instruction.raw_keyword.islower() else "COPY"
    return [" ".join((keyword, *flags, *names, folder)) for folder, names in folders.items()]


def _moved(model: Model, lowered: Lowered, own: list[Manifest]) -> str:
    """The lines of an instruction with its comments, as they read below the install."""
    instruction = lowered.instruction
    text = edits.source(model, instruction)
    shift = model.start_of(instruction) - edits.block_span(model, instruction).start
    changes: list[Edit] = []
    if lowered.destination is not None:
        changes.append(Edit(instruction.words[-1].span.shifted(shift), lowered.destination))
    named = {manifest.source for manifest in own}
    words = instruction.words[:-1]
    rest = [word for word in words if word.value not in named]
    if rest and len(rest) < len(words) and "\n" not in instruction.text.rstrip("\r\n") and not instruction.is_json:
        for word, after in zip(words, instruction.words[1:], strict=True):
            if word.value in named:
                changes.append(Edit(Span(word.span.start, after.span.start).shifted(shift), ""))
    return apply(text, changes)


def _divided(model: Model, found: EarlySources, moved: str) -> Edit:
    """The RUN in two, with the sources between."""
    assert found.kept is not None
    ending = edits.line_ending(model)
    run, text = found.run.instruction, found.run.instruction.text
    steps = found.run.steps
    body = run.parsed.rest_span.start
    head = text[run.parsed.keyword_span.start : body]
    kept = steps[: found.kept]
    ends = [step.executed.place.span for step in steps]
    settings = "".join([text[slice(*step.executed.place.span)] + " && " for step in kept if step.kind is SETTING])
    if all(step.kind is SETTING for step in kept) and found.added:
        start = edits.block_span(model, run).start
        return Edit(Span(start, start), head + settings + found.added + ending + moved)
    above = text[body : ends[found.kept - 1].end] + (" && " + found.added if found.added else "")
    gap, rest = text[ends[found.kept - 1].end : ends[found.kept].start], text[ends[found.kept].start :]
    comments = [line.strip() for line in gap.splitlines() if line.strip().startswith("#")]
    below = "".join([comment + ending for comment in comments]) + head + settings + rest
    start = model.start_of(run) + run.parsed.keyword_span.start
    return Edit(Span(start, model.start_of(run) + len(text)), head + above + ending + moved + below)


def without_link(model: Model, instruction: Instruction, links: tuple[Link, ...], number: int) -> Edit:
    """Take one command out of a RUN's chain, with the comments between it and the one above; the RUN if it is alone."""
    if len(links) == 1:
        return edits.delete(model, instruction)
    if number == 0:
        span = Span(links[0].span.start, links[1].span.start)
    else:
        span = Span(links[number - 1].span.end, links[number].span.end)
    return Edit(span.shifted(model.start_of(instruction)), "")


def with_flag(model: Model, instruction: Instruction, flag: str) -> Edit:
    """Put a flag of COPY or ADD in front of its words, behind those that it has."""
    start = model.start_of(instruction) + instruction.body_span.start
    return Edit(Span(start, start), f"{flag} ")


def lowered(model: Model, early: Early) -> list[Edit]:
    """Take the ARG and what depends on it down to above the first use, or below the last step."""
    text = "".join([edits.source(model, instruction) for instruction in early.group])
    if early.use is not None:
        start = edits.block_span(model, early.use).start
    else:
        stage = model.stage_at(model.start_of(early.group[0]))
        steps = [each for each in (stage.instructions if stage else ()) if each.keyword in ("RUN", "COPY", "ADD")]
        start = model.start_of(steps[-1]) + len(steps[-1].text)
        if not steps[-1].text.endswith("\n"):
            ending = edits.line_ending(model)
            text = ending + text.removesuffix(ending)
    return [*[edits.delete(model, instruction) for instruction in early.group], Edit(Span(start, start), text)]


def without_argument(model: Model, instruction: Instruction, name: str) -> Edit:
    """Remove an ARG of one variable, and the comments above it unless they speak of the ARG or the FROM below.

    They do where one of these follows directly and no word of the variable's name stands in them.
    """
    start = model.start_of(instruction)
    end = start + len(instruction.text)
    below = model.tree.item_at(end) if end < len(model.tree.text) else None
    if isinstance(below, Instruction) and below.keyword in ("ARG", "FROM"):
        words = name.lower().split("_")
        comments = "".join([comment.text for comment in edits.leading_comments(model, instruction)]).lower()
        if comments and not any(word in comments for word in words):
            return Edit(Span(start, end), "")
    return edits.delete(model, instruction)
