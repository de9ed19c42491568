"""Faults put into third-party files that lack them: found, and fixed back to what was built before."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from zlib import crc32

import pytest
from cases import case_files, read
from faults import commands, files, images, lines, rare_lines, stages
from faults.sample import Injection, Sample

from dockls.engine import RuleSet, check, fixed
from dockls.rooms import manual, rules
from dockls.semantics import Model, recipe

RARE = rare_lines.INJECTIONS
INJECTIONS = {
    **RARE,
    **lines.INJECTIONS,
    **commands.INJECTIONS,
    **stages.INJECTIONS,
    **images.INJECTIONS,
    **files.INJECTIONS,
}
FILES = 50
FOUND, MENDED = 0.98, 0.95


@pytest.fixture(scope="module")
def sources(shared_corpus: Path, corpus_files: list[Path]) -> list[str]:
    """The files of the corpus, always in the same order, in which those of one project do not stand together."""
    paths = sorted(corpus_files, key=lambda path: crc32(path.relative_to(shared_corpus).as_posix().encode()))
    texts = [path.read_bytes().decode("utf-8", "replace") for path in paths]
    # Where the shell is that of Windows, no command can be read.
    return [text for text in texts if "windows" not in text and "powershell" not in text and "pwsh" not in text]


def faulty(sources: list[str], name: str) -> Iterator[tuple[Sample, RuleSet]]:
    """Files without the fault, each with the same file that has it."""
    rule_set = RuleSet([rule for rule in rules() if rule.name == name])
    count = 0
    for sample in chain(_samples(sources, INJECTIONS[name]), _samples(sources, RARE.get(name))):
        if not check(Model.of(sample.sound, sample.surroundings), rule_set):
            count += 1
            yield sample, rule_set
        if count == FILES:
            return


def _samples(sources: list[str], injection: Injection | None) -> Iterator[Sample]:
    for source in sources if injection is not None else ():
        sample = injection(source)
        if sample is not None and sample.wrong != sample.sound:
            yield sample


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
    assert total == FILES
    assert found >= FOUND * total, f"{found} of {total} found"
    assert mended >= MENDED * total, f"{mended} of {total} mended"


def _built(model: Model, name: str) -> list[str]:
    """What all stages are made of, in whatever order they stand; a declaration may stand elsewhere in its stage."""
    if name == "undeclared-argument":
        model = Model.of(re.sub(r"^ARG \w+\n", "", model.tree.text, flags=re.MULTILINE))
    return sorted(recipe(model, stage) for stage in model.stages)


def test_what_is_mended_by_default_is_put_into_files() -> None:
    """Who writes a rule with a fix adds the fault to one of the modules in `faults`."""
    missing = [
        rule.name
        for rule in rules()
        if rule.group is None and rule.name not in INJECTIONS
        for texts in [[path.read_text("utf-8") for path in case_files("rules", rule.name)]]
        if any(outcome.fence for text in (manual(rule), *texts) for case in read(text) for outcome in case.outcomes)
    ]
    assert not missing, f"nothing puts the faults of these into files: {', '.join(missing)}"
