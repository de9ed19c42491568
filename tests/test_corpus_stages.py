"""Definition, references, rename and the stage refactorings over third-party files, against what BuildKit says of them.

``stage_references.json`` lists, for every named stage, all mentions that change what BuildKit builds when they change.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dockls.engine import perform
from dockls.features.definition import definition
from dockls.features.references import references
from dockls.features.rename import Change, prepare_rename, rename
from dockls.rooms import Refused
from dockls.semantics import Model, Resolution, Stage, recipe
from dockls.semantics.renaming import is_valid_name
from dockls.semantics.scopes import variables_of
from dockls.semantics.selection import selecting
from dockls.syntax import Place
from dockls.text import Span, apply

ROOMS = (
    "name-this-stage",
    "rename-stage",
    "replace-index-by-name",
    "remove-unused-stage",
    "inline-stage",
    "move-stage-up",
)

Mentions = set[tuple[int, int, int]]


@pytest.fixture(scope="module")
def corpus(shared_corpus: Path) -> dict[str, Model]:
    """Every file of the corpus by its path."""
    found = {}
    for line in (shared_corpus / "labels.jsonl").read_text("utf-8").splitlines():
        name = json.loads(line)["file"]
        found[name] = Model.of((shared_corpus / name).read_bytes().decode("utf-8", "replace"))
    return found


def at(model: Model, span: Span) -> tuple[int, int, int]:
    start, end = (model.tree.line_index.position(offset, "utf-16") for offset in span)
    return start.line, start.column, end.column


def by_number(model: Model, stage: Stage) -> set[Place]:
    return {reference.mention.place for reference in model.graph.dependents[stage.index] if reference.by_index}


def stages_of(corpus: dict[str, Model], shared_corpus: Path) -> Iterator[tuple[Model, Stage, Mentions]]:
    for entry in json.loads((shared_corpus / "stage_references.json").read_text("utf-8")):
        model = corpus[entry["file"]]
        wanted = {(mention["line"], mention["start"], mention["end"]) for mention in entry["refs"]}
        yield model, model.stages[entry["stage_index"]], wanted


def test_every_mention_leads_to_the_stage_and_to_all_others(corpus: dict[str, Model], shared_corpus: Path) -> None:
    for model, stage, wanted in stages_of(corpus, shared_corpus):
        place = stage.node.interface.name_place
        assert place is not None
        for line, start, _ in wanted:
            offset = model.tree.line_index.offset(line, start, "utf-16")
            assert definition(model, offset) == (place,)
            found = set(references(model, offset, True)) - by_number(model, stage)
            assert {at(model, model.absolute(one)) for one in found} == wanted


def test_a_rename_changes_every_mention_and_nothing_else(corpus: dict[str, Model], shared_corpus: Path) -> None:
    changed = 0
    for model, stage, wanted in stages_of(corpus, shared_corpus):
        for line, start, _ in wanted:
            offset = model.tree.line_index.offset(line, start, "utf-16")
            change = rename(model, offset, "dockls-new")
            if selecting(model.graph, stage.node) is not None:
                # The list was made with the default values; `FROM binaries-$TARGETOS` may select others, too.
                assert isinstance(change, Refused)
                continue
            assert isinstance(change, Change), change
            assert {at(model, edit.span) for edit in change.edits} == wanted
            changed += 1
    assert changed


def test_stages_that_a_variable_selects_keep_their_name(corpus: dict[str, Model], shared_corpus: Path) -> None:
    entries = json.loads((shared_corpus / "stage_references_dynamic.json").read_text("utf-8"))
    for entry in entries:
        model = corpus[entry["file"]]
        node = model.graph.named(entry["stage"])
        assert node is not None
        change = rename(model, model.absolute(node.place).start, "dockls-new")
        assert isinstance(change, Refused), entry
    assert entries


def test_renamed_and_back_is_the_same_file(corpus: dict[str, Model]) -> None:
    seen: Counter[str] = Counter()
    for model in corpus.values():
        for stage in model.stages if len(model.stages) > 1 else ():
            if stage.name is None or not is_valid_name(stage.name):
                continue  # some files are templates
            offset = model.absolute(stage.node.place).start
            change = rename(model, offset, "dockls-new")
            if not isinstance(change, Change):
                seen["refused"] += 1
                continue
            renamed = Model.of(apply(model.tree.text, change.edits))
            assert [recipe(renamed, one) for one in renamed.stages] == [recipe(model, one) for one in model.stages]
            assert graph_of(renamed) == graph_of(model)
            back = rename(renamed, renamed.absolute(renamed.stages[stage.index].node.place).start, written(stage))
            assert isinstance(back, Change), back
            again = apply(renamed.tree.text, back.edits)
            assert again.lower() == model.tree.text.lower()
            if not mixes_cases(model, stage):
                assert again == model.tree.text
                seen["identical"] += 1
    assert seen["identical"] > 0
    print(dict(seen))


def graph_of(model: Model) -> list[Any]:
    return [[(one.resolution, one.target) for one in node.outgoing] for node in model.graph.nodes]


def bases(model: Model) -> list[str]:
    listed = [node.base for node in model.graph.nodes if node.base]
    return [base.value for base in listed if base.resolution is not Resolution.UNKNOWN]


def written(stage: Stage) -> str:
    return stage.node.interface.written_name or ""


def mixes_cases(model: Model, stage: Stage) -> bool:
    mentions = [one.mention.text.strip("'\"") for one in model.graph.dependents[stage.index] if not one.by_index]
    return any(text not in (written(stage), stage.name) for text in mentions) or (
        written(stage) != stage.name and stage.name in mentions
    )


@pytest.mark.parametrize("room", ROOMS)
def test_every_refactoring_on_every_from(room: str, corpus: dict[str, Model]) -> None:
    """What is carried out parses, keeps the image, and is not done twice."""
    seen: Counter[str] = Counter()
    for model in corpus.values():
        for instruction in model.tree.instructions:
            if instruction.keyword not in ("FROM", "COPY"):
                continue
            offset = model.start_of(instruction) + instruction.keyword_span.start
            settings = {"name": "dockls-new"} if room == "rename-stage" else {}
            done = perform(model, room, Span(offset, offset), settings)
            if done is None or isinstance(done, Refused):
                seen["none" if done is None else "refused: " + done.reason.partition("`")[0]] += 1
                continue
            seen["done"] += 1
            after = Model.of(done.text)
            assert model.target is not None and after.target is not None
            assert recipe(after, after.target) == recipe(model, model.target)
            assert done.text == apply(model.tree.text, done.edits) != model.tree.text
            assert problems(after) <= problems(model)
    assert sum(seen.values())
    print(room, dict(seen))


def problems(model: Model) -> int:
    return sum(len(instruction.problems) for instruction in model.tree.instructions)


def test_renaming_variables_keeps_what_is_built(corpus: dict[str, Model]) -> None:
    """Renamed and back is the same file; between the two all mentions resolve as before."""
    seen: Counter[str] = Counter()
    for model in list(corpus.values())[::4]:
        for instruction in model.tree.instructions:
            if instruction.keyword != "ARG":
                continue
            for pair in instruction.pairs:
                offset = model.start_of(instruction) + pair.name_span.start
                change = rename(model, offset, "DOCKLS_NEW")
                if not isinstance(change, Change):
                    seen["refused"] += 1
                    continue
                assert prepare_rename(model, offset) is not None
                renamed = Model.of(apply(model.tree.text, change.edits))
                assert [one.name for one in renamed.graph.nodes] == [one.name for one in model.graph.nodes]
                assert graph_of(renamed) == graph_of(model)
                assert bases(renamed) == bases(model)
                if sum(binding.name == pair.name for binding in variables_of(model).bindings) > 1:
                    seen["two of one name"] += 1
                    continue
                place = renamed.tree.text.index("DOCKLS_NEW")
                back = rename(renamed, place, pair.name)
                assert isinstance(back, Change), (back, pair.name)
                assert apply(renamed.tree.text, back.edits) == model.tree.text
                seen["identical"] += 1
    assert seen["identical"] > 0
    print(dict(seen))
