"""Builds the written cases of all refactorings before and after; see `images.written`."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from images.pairs import Workshop
from images.report import Report
from images.written import Outcome, Written, tried, written_cases

pytestmark = pytest.mark.images

WRITTEN = written_cases()
#: builds at a time; each waits for the builder most of its time
_WORKERS = 4


@pytest.fixture(scope="module")
def outcome_of(
    workshop: Workshop, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Written], Outcome]]:
    """What came of a case; all that are selected are at work at the same time."""
    folder: Path = tmp_path_factory.mktemp("written")
    wanted = {item.callspec.params["written"].name for item in request.session.items if _is_written(item)}
    with ThreadPoolExecutor(_WORKERS) as pool:
        at_work = {
            one.name: pool.submit(tried, one, workshop.builder, folder / f"case{number}")
            for number, one in enumerate(WRITTEN)
            if one.name in wanted
        }
        yield lambda written: at_work[written.name].result()
        for waiting in at_work.values():
            waiting.cancel()


def _is_written(item: pytest.Item) -> bool:
    return isinstance(item, pytest.Function) and hasattr(item, "callspec") and "written" in item.callspec.params


@pytest.mark.parametrize("written", [pytest.param(one, id=one.name) for one in WRITTEN])
def test_written_case(written: Written, outcome_of: Callable[[Written], Outcome], report: Report) -> None:
    outcome = outcome_of(written)
    report.written.append(outcome)
    assert outcome.faults == [], written.after.tree.text
    if outcome.state == "skipped":
        pytest.skip(f"does not build: {outcome.reason}")


def test_most_written_cases_are_built(report: Report) -> None:
    """Skipping must stay the exception, or the cases above prove little."""
    if len(report.written) < len(WRITTEN):
        pytest.skip("not all of them were tried")
    assert sum(outcome.state != "skipped" for outcome in report.written) >= 0.6 * len(WRITTEN)
