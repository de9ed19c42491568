"""Names of stages: which are free, what a stage is called where, and the edits that give it another name.

The rules of BuildKit: a name is lower-cased and matches ``^[a-z][a-z0-9-_.]*$``, ``scratch`` and ``context`` are
reserved (instructions/parse.go, ``parseBuildStageName``; linter rule ReservedStageName). Pure functions of the model;
a refusal is a sentence without a full stop, lines in it count from 1.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dockls.project import TargetUse
from dockls.semantics.graph import Graph, Reference, Resolution
from dockls.semantics.model import Model
from dockls.semantics.selection import may_become, selecting
from dockls.semantics.stage import Stage
from dockls.syntax import Place
from dockls.text import Edit, Span

RESERVED_NAMES = frozenset(("scratch", "context"))
#: where so many names are taken, a variable takes them all
_MOST_NUMBERS = 100
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


class Renaming(NamedTuple):
    """The edits of this file, and the places in other files that name the stage as a target and should follow."""

    edits: tuple[Edit, ...]
    other_files: tuple[TargetUse, ...] = ()


def rename_stage(model: Model, stage: Stage, new_name: str) -> Renaming | str:
    """Give a named stage another name wherever it is meant by name, or the reason why that must not be.

    Numbers (``--from=0``) stay, and so do mentions of another stage of the same name. FROM matches lower-cased names
    only, so it gets the name in lower case; all else as given.
    """
    place = stage.node.interface.name_place
    if place is None or stage.name is None:
        return f"stage {stage.title} has no name"
    reason = unusable(model, new_name, stage) or _pinned(model, stage)
    if reason is not None:
        return reason
    edits = (Edit(model.absolute(place), new_name), *_named_anew(model, named_mentions(model.graph, stage), new_name))
    return _guarded(model, edits) or Renaming(edits, _targets(model, stage))


def name_stage(model: Model, stage: Stage, name: str) -> Renaming | str:
    """Give an unnamed stage a name, and use it wherever the stage was meant by number; or the reason why not."""
    words = stage.declaration.words
    if len(words) != 1:
        return "this FROM is not complete"
    reason = unusable(model, name, stage)
    if reason is not None:
        return reason
    end = model.absolute(Place(stage.declaration, words[0].span)).end
    keyword = "as" if stage.declaration.raw_keyword.islower() else "AS"
    named = Edit(Span(end, end), f" {keyword} {name}")
    edits = (named, *_named_anew(model, numbered_mentions(model.graph, stage), name))
    return _guarded(model, edits) or Renaming(edits)


def use_name(model: Model, stage: Stage) -> Renaming | str:
    """Put the name of a named stage wherever it is meant by number; or the reason why that must not be."""
    name = stage.node.interface.written_name
    if name is None:
        return f"stage {stage.title} has no name"
    if model.graph.named(name) is not stage.node:
        return f"another stage further down is named `{name}` too, and `--from={name}` would mean that one"
    if name.lower() in model.graph.named_contexts:
        return f"a build gives the name `{name}` to a context, which `--from={name}` would mean"
    edits = tuple(_named_anew(model, numbered_mentions(model.graph, stage), name))
    return _guarded(model, edits) or Renaming(edits)


def named_mentions(graph: Graph, stage: Stage) -> list[Reference]:
    """What means the stage by its name; FROM with a name that is declared further down means an image."""
    return [
        reference for reference in graph.dependents[stage.index] if not reference.by_index and not is_image(reference)
    ]


def numbered_mentions(graph: Graph, stage: Stage) -> list[Reference]:
    """What means the stage by its number."""
    return [reference for reference in graph.dependents[stage.index] if reference.by_index]


def is_image(reference: Reference) -> bool:
    """Whether BuildKit takes the mention for an image, though a stage of that name may stand further down."""
    if reference.resolution is Resolution.FORWARD:
        return reference.mention.kind == "from"
    return reference.resolution is Resolution.IMAGE


def line_of(model: Model, place: Place) -> int:
    """The line that a place begins in, counted from 1."""
    return model.tree.line_index.position(model.absolute(place).start).line + 1


def unusable(model: Model, name: str, stage: Stage | None = None) -> str | None:
    """Why a stage (a new one, if None) must not be given that name; None if it may."""
    lower = name.lower()
    if not is_valid_name(name):
        return f"`{name}` is no stage name: letters, digits, `-`, `_` and `.` are allowed, the first must be a letter"
    if lower in RESERVED_NAMES:
        return f"`{lower}` has a meaning of its own in a Dockerfile"
    if lower in model.graph.named_contexts:
        return f"a build gives the name `{lower}` to a context, which would take the place of the stage"
    for node in model.graph.nodes:
        if node.name == lower and (stage is None or node.number != stage.index):
            return f"line {line_of(model, node.place)} declares a stage `{lower}` already"
    taken = next(captured(model.graph, lower, -1 if stage is None else stage.index), None)
    if taken is None:
        return None
    line = line_of(model, taken.mention.place)
    if taken.mention.has_variable and taken.value != lower:
        return f"`FROM {taken.mention.text}` in line {line} could select a stage of the name `{lower}`"
    return f"line {line} uses the image `{taken.value}` and would mean the stage instead"


def numbered_name(model: Model, wanted: str, stage: Stage | None = None) -> str:
    """The wanted name with the first number behind it, from 2 on, that makes it usable.

    Where ``FROM base-${VARIANT}`` could select each of them, another word stands in front.
    """
    for stem in (wanted, f"new-{wanted}", "stage"):
        for number in range(2, _MOST_NUMBERS):
            if unusable(model, f"{stem}-{number}", stage) is None:
                return f"{stem}-{number}"
    return f"{wanted}-{_MOST_NUMBERS}"


def is_valid_name(name: str) -> bool:
    """Whether BuildKit takes it for the name of a stage."""
    lower = name.lower()
    return name.isascii() and lower[:1].isalpha() and not set(lower) - _NAME_CHARACTERS


def captured(graph: Graph, lower: str, number: int) -> Iterator[Reference]:
    """The mentions that mean no stage, and would mean stage `number` once it bears the name."""
    for reference in graph.references:
        if reference.mention.kind != "from":
            if reference.resolution is Resolution.IMAGE and reference.value.lower() == lower:
                yield reference
        elif reference.source > number:
            selects = reference.mention.has_variable and may_become(reference.mention.text, lower)
            if selects or (is_image(reference) and reference.value == lower):
                yield reference


def _pinned(model: Model, stage: Stage) -> str | None:
    """Why the stage must keep its name."""
    base = selecting(model.graph, stage.node)
    if base is not None:
        line = line_of(model, base.mention.place)
        return f"stage {stage.title} may be selected by `FROM {base.mention.text}` in line {line}"
    if stage.name in model.graph.named_contexts:
        return f"a build puts the context named `{stage.name}` in the place of this stage"
    return None


def _named_anew(model: Model, references: Iterable[Reference], name: str) -> Iterator[Edit]:
    for reference in references:
        start, end = model.absolute(reference.mention.place)
        text = model.tree.text[start:end]
        if len(text) > 2 and text[0] == text[-1] and text[0] in "'\"":
            start, end = start + 1, end - 1
        yield Edit(Span(start, end), name.lower() if reference.mention.kind == "from" else name)


def _guarded(model: Model, edits: tuple[Edit, ...]) -> str | None:
    """Says which mention would mean something else after the edits, for instance because it is quoted in parts."""
    after = model.updated(model.tree.edited(edits)).graph
    if len(after.nodes) != len(model.graph.nodes):
        return "the file would have another number of stages"
    for node, other in zip(model.graph.nodes, after.nodes, strict=True):
        if len(node.outgoing) != len(other.outgoing):
            return f"stage {node.title} would mention other stages"
        for reference, again in zip(node.outgoing, other.outgoing, strict=True):
            if _meaning(reference) != _meaning(again):
                return f"line {line_of(model, reference.mention.place)} would then mean something else"
    return None


def _meaning(reference: Reference) -> tuple[Resolution, int | None]:
    if is_image(reference):
        return Resolution.IMAGE, None
    return reference.resolution, reference.target


def _targets(model: Model, stage: Stage) -> tuple[TargetUse, ...]:
    if stage.name is None or model.graph.named(stage.name) is not stage.node:
        return ()
    return tuple([use for use in model.surroundings.targets if use.name.lower() == stage.name])
