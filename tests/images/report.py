"""The closing table of a run, and docs/proof.md, which is made of the same rows."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from images.pairs import Verdict
from images.prediction import Predicted
from images.written import Outcome

PROOF = Path(__file__).parents[2] / "docs/proof.md"


class StageProof(NamedTuple):
    """A Dockerfile whose model was held against its images: stages, paths called certain, and what disagreed."""

    name: str
    stages: int
    paths: int
    faults: int


class Report:
    """What the tests of a run found out."""

    def __init__(self) -> None:
        self.builder = ""
        self.verdicts: list[Verdict] = []
        self.models: list[StageProof] = []
        self.mutants: list[tuple[str, str]] = []
        self.predictions: list[Predicted] = []
        self.written: list[Outcome] = []

    def lines(self) -> Iterator[str]:
        """The table for a terminal."""
        width = max(len(verdict.case.name) for verdict in self.verdicts)
        yield f"{'pair':{width}}  grade       equal  time"
        for verdict in self.verdicts:
            equal = _equal(verdict)
            yield f"{verdict.case.name:{width}}  {verdict.case.grade:10}  {equal:5}  {verdict.seconds:4.1f} s"
        good = sum(not verdict.faults for verdict in self.verdicts)
        yield f"{good} of {len(self.verdicts)} pairs equal, built with {self.builder}"
        if self.written:
            states = Counter("unequal" if one.faults else one.state for one in self.written)
            yield f"written cases: {', '.join(f'{count} {state}' for state, count in states.most_common())}"

    def write(self) -> None:
        """Write the page."""
        PROOF.write_text("\n".join(self._page()) + "\n", "utf-8")

    def _page(self) -> Iterator[str]:
        yield from _INTRODUCTION.format(builder=self.builder).splitlines()
        yield ""
        yield "## Before and after"
        yield ""
        counts = Counter(verdict.case.grade for verdict in self.verdicts)
        good = sum(not verdict.faults for verdict in self.verdicts)
        kinds = ", ".join(f"{count} {grade}" for grade, count in sorted(counts.items()))
        yield f"{good} of {len(self.verdicts)} pairs are equal ({kinds})."
        yield ""
        head = ("Project", "Refactoring", "Grade", "Equal", "Files before", "after", "Time")
        yield from _table(head, [_row(verdict) for verdict in self.verdicts])
        yield ""
        known = [verdict.case for verdict in self.verdicts if verdict.case.known]
        if known:
            yield "Known to be unequal, and not yet refused:"
            yield ""
            yield from [f"* {case.name}: {case.known}" for case in known]
            yield ""
        yield "## The written cases"
        yield ""
        yield from self._written()
        yield ""
        yield "## The model and the image"
        yield ""
        yield _MODEL
        yield ""
        rows = [(one.name, str(one.stages), str(one.paths), str(one.faults)) for one in self.models]
        yield from _table(("Dockerfile", "Stages", "Certain paths", "Disagreements"), rows)
        yield ""
        yield "## The cache foreseen"
        yield ""
        steps, early = sum(one.steps for one in self.predictions), sum(one.early for one in self.predictions)
        wrong = sum(len(one.faults) for one in self.predictions)
        yield _CACHE.format(pairs=len(self.predictions), steps=steps, early=early, wrong=wrong)
        yield ""
        yield from [f"* {one.name}, {one.change}: {fault}" for one in self.predictions for fault in one.faults]
        yield ""
        yield "## What the comparison catches"
        yield ""
        yield "Each of these wrong results was built or made, and the comparison told what is wrong."
        yield ""
        yield from _table(("Wrong result", "Told"), self.mutants)

    def _written(self) -> Iterator[str]:
        yield _WRITTEN
        yield ""
        rows: list[tuple[str, ...]] = []
        for room in sorted({one.written.name.partition(": ")[0] for one in self.written}):
            states = [_state(one) for one in self.written if one.written.name.partition(": ")[0] == room]
            rows.append((room, str(len(states)), *[str(states.count(state)) for state in _STATES]))
        yield from _table(("Refactoring", "Cases", "Run", "Built", "Mended", "Not built", "Unequal"), rows)
        yield ""
        yield "Not built:"
        yield ""
        skipped = sorted((one.written.name, one.reason) for one in self.written if _state(one) == "skipped")
        yield from [f"* {name}: `{reason}`" for name, reason in skipped]


_STATES = ("ran", "built", "mended", "skipped", "unequal")


def _state(outcome: Outcome) -> str:
    return "unequal" if outcome.faults else outcome.state


def _equal(verdict: Verdict) -> str:
    return "yes" if not verdict.faults else "known" if verdict.case.known else "NO"


def _row(verdict: Verdict) -> tuple[str, ...]:
    project, _, refactoring = verdict.case.name.partition(": ")
    before, after = map(str, verdict.files)
    return project, refactoring, verdict.case.grade, _equal(verdict), before, after, f"{verdict.seconds:.1f} s"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, ("---",) * len(head), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


_INTRODUCTION = """# Proof

Every refactoring is tried on real builds: the Dockerfile is built before and after, and the two images are compared by
the promise of the grade (see [architecture](architecture.md)). This page is written by
`python -m pytest -m images --proof`, here with {builder}.

* *preserving*: the same files (type, mode, owner, content) and the same configuration;
* *equivalent*: all that the new image adds to its base was in the old one unchanged, the configuration is the same but
  for what the plan declares;
* all grades: the program ends with the same status and prints the same.

Base images and toolchains are models without a network (`tests/images/bases`, `tests/images/toolchains`): what a tool
makes depends on its input, and a lost file, C library, shell, user, certificate or package fails as in reality."""

_WRITTEN = """The cases that describe the refactorings (`tests/refactorings`) are built as well, each in a context that
is made up for it: *run* were built, compared by their grade and run with the same result, *built* only compared, as
the program does not end well in that context, *mended* did not build before and does afterwards. A case that builds
neither before nor after proves nothing here. What package managers and tools for accounts write may
differ, the environment that pip's packages move into, and the owner of a folder that WORKDIR makes for the user in
force."""

_MODEL = """For every stage of every project: paths that dockls calls certain exist in the built image, and the working
directory, user, shell, variables, ports, volumes, labels and stop signal in force are those of its configuration."""

_CACHE = """After each of {pairs} changes (a file of the context gets another line, a build argument another value, a
base image another file) the project was built again, and once more behind each refactoring that is for the cache:
{steps} steps were foreseen as cached or rebuilt. BuildKit did otherwise with {wrong}. Another {early} were cached
although a stage or image that they copy from was rebuilt, because it came to the same files; dockls does not know what
a command makes, so it calls them rebuilt. COPY --link is tried with a builder that can merge layers; one that cannot
treats it as an ordinary COPY."""
