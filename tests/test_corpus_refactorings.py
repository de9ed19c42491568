"""Every refactoring at every place of a sample of third-party files: no fault, and no byte changes outside the edits.

``tests/benchmarks/sweep.py`` does the same for all of them, with counts and reasons.
"""

import json
from pathlib import Path

import pytest

from dockls.engine import Performed, perform
from dockls.rooms import refactorings
from dockls.semantics import Model
from dockls.text import Span, apply

#: every so many-th file of the corpus
_EVERY = 12


@pytest.fixture(scope="module")
def sample(shared_corpus: Path) -> list[Model]:
    """The models of some files."""
    names = [json.loads(line)["file"] for line in (shared_corpus / "labels.jsonl").read_text("utf-8").splitlines()]
    texts = [(shared_corpus / name).read_bytes().decode("utf-8", "replace") for name in sorted(names)[::_EVERY]]
    return [Model.of(text) for text in texts if len(text) < 20_000]


@pytest.mark.parametrize("room", [room.name for room in refactorings()])
def test_at_every_place(room: str, sample: list[Model]) -> None:
    for model in sample:
        done: set[str] = set()
        for place in _places(model):
            performed = perform(model, room, place)
            if isinstance(performed, Performed) and performed.text not in done:
                done.add(performed.text)
                _assert_kept(model, performed)


def _places(model: Model) -> list[Span]:
    """The start of every instruction, and of every mention of a stage or image."""
    starts = [model.start_of(one) for stage in model.stages for one in (stage.declaration, *stage.instructions)]
    starts += [model.absolute(reference.mention.place).start for reference in model.references]
    return [Span(start, start) for start in starts]


def _assert_kept(model: Model, performed: Performed) -> None:
    text = model.tree.text
    assert performed.text == apply(text, performed.edits) != text
    # What a line ends with, and what escapes it, is the file's own.
    assert ("\r\n" in performed.text) == ("\r\n" in text)
    assert Model.of(performed.text).tree.directives == model.tree.directives
