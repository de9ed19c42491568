"""Builds the written cases of all refactorings before and after; see `images.written`."""

from pathlib import Path
from typing import Any

import pytest

from images.pairs import Workshop
from images.report import Report
from images.written import Written, tried, written_cases

pytestmark = pytest.mark.images

WRITTEN = written_cases()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


@pytest.mark.parametrize("written", [pytest.param(one, id=one.name) for one in WRITTEN])
def test_written_case(written: Written, workshop: Workshop, folder: Path, report: Report, at_work: Any) -> None:
    outcome = at_work(lambda written: tried(written, workshop, folder / f"case{WRITTEN.index(written)}"))
    report.written.append(outcome)
    assert outcome.faults == [], written.after.tree.text
    if outcome.state == "skipped":
        pytest.skip(f"does not build: {outcome.reason}")


def test_most_written_cases_are_built(report: Report) -> None:
    """Skipping must stay the exception, or the cases above prove little."""
    if len(report.written) < len(WRITTEN):
        pytest.skip("not all of them were tried")
    assert sum(outcome.state != "skipped" for outcome in report.written) >= 0.6 * len(WRITTEN)
