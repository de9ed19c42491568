"""Holds extracted builder stages against what people did with the same files, and writes a table.

    python tests/benchmarks/conversions.py FOLDER [--markdown docs/refactorings/evaluation.md]

FOLDER has `index.json` (a list of objects with `dir` and `lang`) and, in a folder each, `before.Dockerfile` with one
stage and `after.Dockerfile` as it was committed. Where dockls does not know which runtime belongs to the base, it is
told the one that people took. Compared are structures, never texts: which commands that build or install stay with
the builder, which paths the last stage takes (the same one, one above or below it, or another of its name), and the
kind of the last stage's image.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from dockls.engine import Performed, perform
from dockls.knowledge import build_command, facts, install_command, package_install
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of
from dockls.text import Span

ROOM = "extract-builder-stage"


class Compared(NamedTuple):
    """One conversion: shares from 0 to 1, None where there is nothing to compare; `outcome` is ours."""

    name: str
    language: str
    outcome: str
    commands: float | None
    artifacts: float | None
    base: bool | None


def main() -> int:
    """Compare all and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--markdown", type=Path, help="write the table there")
    options = parser.parse_args()
    listed = json.loads((options.folder / "index.json").read_text("utf-8"))
    page = "\n".join(_page([_compared(options.folder / one["dir"], one["lang"]) for one in listed])) + "\n"
    if options.markdown is None:
        sys.stdout.write(page)
    else:
        options.markdown.write_text(page, "utf-8")
    return 0


def _compared(folder: Path, language: str) -> Compared:
    before, after = (_model(folder / f"{name}.Dockerfile") for name in ("before", "after"))
    start = before.start_of(before.stages[-1].declaration)
    human = after.target
    assert human is not None
    outcome = perform(before, ROOM, Span(start, start))
    if not isinstance(outcome, Performed) and "name an" in getattr(outcome, "reason", ""):
        outcome = perform(before, ROOM, Span(start, start), {"runtime": human.base_image or ""})
    if not isinstance(outcome, Performed):
        return Compared(folder.name, language, "not offered" if outcome is None else outcome.reason, None, None, None)
    ours = Model.of(outcome.text)
    assert ours.target is not None
    theirs = {word for stage in after.stages[:-1] for word in _commands(stage)}
    kept = {word for stage in ours.stages[:-1] for word in _commands(stage)}
    shared = theirs & {word for stage in before.stages for word in _commands(stage)}
    taken, wanted = set(_taken(ours, ours.target)), set(_taken(after, human))
    built = [{one for stage in model.stages for one in _builds(stage)} for model in (before, after)]
    if built[0] and not built[0] & built[1]:
        wanted = set()  # another build makes other files
    return Compared(
        folder.name,
        language,
        "extracted",
        len(shared & kept) / len(shared) if shared else None,
        sum(any(_meets(path, other) for other in taken) for path in wanted) / len(wanted) if wanted else None,
        _kind(ours.target) == _kind(human),
    )


def _model(path: Path) -> Model:
    return Model.of(path.read_text("utf-8", "replace"))


def _commands(stage: Stage) -> Iterator[str]:
    """The commands that build or install, by program and subcommand."""
    for command in executed(stage):
        words = list(command.words)
        if build_command(words) or install_command(words) or package_install(words):
            yield " ".join([word for word in words if not word.startswith("-")][:2])


def _builds(stage: Stage) -> Iterator[tuple[str, ...]]:
    """The commands that build, word for word."""
    for command in executed(stage):
        if build_command(list(command.words)):
            yield command.words


def _taken(model: Model, stage: Stage) -> Iterator[str]:
    """The paths, below the working directory of the stage that they come from where they lie there."""
    for copy in copies_of(stage):
        if copy.stage is not None:
            folder = (model.stages[copy.stage].final_state.workdir or "/").rstrip("/") + "/"
            for source in copy.sources:
                yield f"{source}/".removeprefix(folder).rstrip("/") if folder != "/" else source


def _meets(path: str, other: str) -> bool:
    one, two = path.rstrip("/"), other.rstrip("/")
    if two == "":
        return not one.startswith("/")  # the whole working directory
    return one == two or one.startswith(f"{two}/") or two.startswith(f"{one}/") or Path(one).name == Path(two).name


def _kind(stage: Stage) -> str:
    """What the image of a stage is for: its language where it has one, else the distribution."""
    known = facts(stage.base_image or "")
    if known is None:
        return (stage.base_image or "").partition(":")[0]
    return known.language or known.distribution or known.family


def _page(found: list[Compared]) -> Iterator[str]:
    yield "# Evaluation"
    yield ""
    yield from _INTRODUCTION.splitlines()
    yield ""
    yield "| Language | Pairs | Extracted | Refused | Not offered | Commands | Paths | Image |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    languages: dict[str, list[Compared]] = defaultdict(list)
    for one in found:
        languages[one.language].append(one)
    for language, rows in (*sorted(languages.items()), ("all", found)):
        done = [row for row in rows if row.outcome == "extracted"]
        silent = sum(row.outcome == "not offered" for row in rows)
        counts = (len(rows), len(done), len(rows) - len(done) - silent, silent)
        shares = (
            _mean([row.commands for row in done]),
            _mean([row.artifacts for row in done]),
            _mean([None if row.base is None else float(row.base) for row in done]),
        )
        yield f"| {language} | {' | '.join(map(str, counts))} | {' | '.join(shares)} |"
    yield ""
    yield from _disagreements(found)
    reasons = sorted({one.outcome for one in found} - {"extracted", "not offered"})
    yield ""
    yield "Refused were:"
    yield ""
    yield from [f"* {reason}" for reason in reasons]


def _disagreements(found: list[Compared]) -> Iterator[str]:
    """Each pair that differs in anything, and which of the two a reviewer would rather have."""
    verdicts = json.loads(Path(__file__).with_name("verdicts.json").read_text("utf-8"))
    yield "Where they differ, and whose is better:"
    yield ""
    yield "| Pair | Language | Better | Why |"
    yield "| --- | --- | --- | --- |"
    for one in found:
        differs = any(share is not None and share < 1 for share in (one.commands, one.artifacts)) or one.base is False
        if one.outcome == "extracted" and differs:
            better, why = verdicts.get(one.name.partition("_")[0], ("not yet read", ""))
            yield f"| {one.name.partition('_')[0]} | {one.language} | {better} | {why} |"


_INTRODUCTION = """Extracted builder stages beside what people did with the same files: every pair is a real commit
that turned a Dockerfile of one stage into one of several. *Extracted* are those for which dockls offers a builder
stage, from the Dockerfile alone, without the files around it. Of these, *commands* is the share of the commands that
build or install which both keep out of the last stage, *paths* the share of what the people's last stage takes that
ours takes too (the same path, one above or below it, or one of the same name; only where they kept the command that
builds), *image* how often both last stages stand on the same kind of image. The pairs are numbered. Written by
`python tests/benchmarks/conversions.py`."""


def _mean(shares: list[float | None]) -> str:
    known = [share for share in shares if share is not None]
    return f"{100 * sum(known) / len(known):.0f} %" if known else ""


if __name__ == "__main__":
    sys.exit(main())
