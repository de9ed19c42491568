"""Faults put into third-party files that lack them: found, and fixed back to what was built before."""

import re
from collections.abc import Iterator
from pathlib import Path

import faults_of_files
import faults_of_lines
import faults_of_stages
import pytest
from faults import Sample

from dockls.engine import RuleSet, check, fixed
from dockls.rooms import rules
from dockls.semantics import Model, recipe

INJECTIONS = faults_of_lines.INJECTIONS | faults_of_stages.INJECTIONS | faults_of_files.INJECTIONS
FILES = 50
FOUND, MENDED = 0.98, 0.95


@pytest.fixture(scope="module")
def sources(shared_corpus: Path) -> list[str]:
    """The files of the corpus, always in the same order."""
    paths = sorted(
        path for path in shared_corpus.rglob("*") if path.is_file() and path.suffix not in (".json", ".jsonl", ".md")
    )
    texts = [path.read_bytes().decode("utf-8", "replace") for path in paths]
    # Where the shell is that of Windows, no command can be read.
    return [text for text in texts if "windows" not in text and "powershell" not in text and "pwsh" not in text]


def faulty(sources: list[str], name: str) -> Iterator[tuple[Sample, RuleSet]]:
    """Files without the fault, each with the same file that has it."""
    rule_set = RuleSet([rule for rule in rules() if rule.name == name])
    count = 0
    for source in sources:
        sample = INJECTIONS[name](source)
        if sample is None or sample.wrong == sample.sound:
            continue
        if not check(Model.of(sample.sound, sample.surroundings), rule_set):
            count += 1
            yield sample, rule_set
        if count == FILES:
            return


@pytest.mark.parametrize("name", INJECTIONS)
def test_the_fault_is_found_and_mended(sources: list[str], name: str) -> None:
    total = found = mended = 0
    for sample, rule_set in faulty(sources, name):
        total += 1
        model = Model.of(sample.wrong, sample.surroundings)
        if check(model, rule_set):
            found += 1
            after = fixed(model, rule_set, unsafe=True)
            before = Model.of(sample.sound, sample.surroundings)
            mended += not check(after, rule_set) and _built(after, name) == _built(before, name)
    assert total >= 5
    assert found >= FOUND * total, f"{found} of {total} found"
    assert mended >= MENDED * total, f"{mended} of {total} mended"


def _built(model: Model, name: str) -> list[str]:
    """What all stages are made of, in whatever order they stand; a declaration may stand elsewhere in its stage."""
    if name == "undeclared-argument":
        model = Model.of(re.sub(r"^ARG \w+\n", "", model.tree.text, flags=re.MULTILINE))
    return sorted(recipe(model, stage) for stage in model.stages)
