"""Faults put into third-party files that lack them: found, and fixed back to what was built before."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dockls.engine import RuleSet, check, fixed
from dockls.rooms import rules
from dockls.semantics import Model, recipe

FILES = 50
FOUND, MENDED = 0.98, 0.95

Injection = Callable[[str], str | None]


def replacing(pattern: str, new: str) -> Injection:
    """The text with the first match of a pattern replaced; None where there is none."""
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: compiled.sub(new, text, count=1) if compiled.search(text) else None


#: rule -> what makes the fault; the lines that it may stand on are plain ones, so that it is the fault and nothing else
INJECTIONS: dict[str, Injection] = {
    "legacy-key-value-format": replacing(r"^(ENV \w+)=([\w./:-]+)$", r"\1 \2"),
    "from-as-casing": replacing(r"^(FROM \S+) AS (\S+)$", r"\1 as \2"),
    "inconsistent-instruction-casing": replacing(r"^WORKDIR(?= /)", "workdir"),
    "add-instead-of-copy": replacing(r"^COPY ((?:[\w-]+/)*[\w-]+\.(?:json|txt|toml|js|py|sh|go|yaml) \S+)$", r"ADD \1"),
    "empty-continuation": replacing(r"^(RUN [^\n#]*\\\n)(?= +[^\s#])", r"\1\n"),
    "redundant-target-platform": replacing(r"^FROM (?!--)(\S+)", r"FROM --platform=$TARGETPLATFORM \1"),
    "expose-protocol-casing": replacing(r"^EXPOSE (\d+)/tcp$", r"EXPOSE \1/TCP"),
    "invalid-expose-format": replacing(r"^EXPOSE (\d+)$", r"EXPOSE 8080:\1"),
    "interactive-install": replacing(r"(apt-get install) -y (?=[a-z-])", r"\1 "),
    "stale-package-lists": replacing(
        r"^RUN apt-get update && apt-get install -y (--no-install-recommends )?([\w.-]+(?: [\w.-]+)*)$",
        r"RUN apt-get update\nRUN apt-get install -y \1\2",
    ),
    "repeated-instruction": replacing(r"^(CMD \[.*\])$", r'CMD ["left-over"]\n\1'),
    "undefined-argument-in-from": replacing(r"^FROM (\S*)\$\{(\w{5,})\}(\S*)", r"FROM \1${\2X}\3"),
}

#: what a file is made to say first, so that the fault has something to come from
PREPARATIONS = {"expose-protocol-casing": replacing(r"^EXPOSE (\d+)$", r"EXPOSE \1/tcp")}


@pytest.fixture(scope="module")
def sources(shared_corpus: Path) -> list[str]:
    """The files of the corpus, always in the same order."""
    paths = sorted(
        path for path in shared_corpus.rglob("*") if path.is_file() and path.suffix not in (".json", ".jsonl", ".md")
    )
    return [path.read_bytes().decode("utf-8", "replace") for path in paths]


def faulty(sources: list[str], name: str) -> Iterator[tuple[str, str, RuleSet]]:
    """Files without the fault, each with the same file that has it."""
    rule_set = RuleSet([rule for rule in rules() if rule.name == name])
    count = 0
    for source in sources:
        prepared = PREPARATIONS[name](source) if name in PREPARATIONS else source
        text = source if prepared is None else prepared
        wrong = INJECTIONS[name](text)
        if wrong is not None and wrong != text and not check(Model.of(text), rule_set):
            count += 1
            yield text, wrong, rule_set
        if count == FILES:
            return


@pytest.mark.parametrize("name", INJECTIONS)
def test_the_fault_is_found_and_mended(sources: list[str], name: str) -> None:
    total = found = mended = 0
    for text, wrong, rule_set in faulty(sources, name):
        total += 1
        model = Model.of(wrong)
        if check(model, rule_set):
            found += 1
            after = fixed(model, rule_set, unsafe=True)
            mended += not check(after, rule_set) and _built(after) == _built(Model.of(text))
    assert total >= 5
    assert found >= FOUND * total, f"{found} of {total} found"
    assert mended >= MENDED * total, f"{mended} of {total} mended"


def _built(model: Model) -> list[object]:
    return [recipe(model, stage) for stage in model.stages]
