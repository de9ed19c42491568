"""The builder for all image tests, and the table that closes their run."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from images.debian_docker import UnavailableError
from images.obtaining import obtained
from images.pairs import Workshop
from images.parallel import Parallel
from images.report import Report
from images.written import written_cases

_REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    """One report per run."""
    config.stash[_REPORT] = Report()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory, report: Report) -> Iterator[Workshop]:
    """A builder at work; the tests are skipped where none can be had, but on a machine of a pipeline they fail."""
    more = set[str]().union(*[one.images for one in written_cases()])
    with _workshop(tmp_path_factory.mktemp("projects"), more, merging=False) as found:
        report.builder = found.builder.version
        yield found


@pytest.fixture(scope="session")
def merging_workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """The same with a builder that can merge layers."""
    with _workshop(tmp_path_factory.mktemp("merging"), set(), merging=True) as found:
        yield found


@pytest.fixture(scope="session")
def parallel(workshop: Workshop) -> Iterator[Parallel]:
    """Work on several cases at a time, while there is a builder."""
    found = Parallel()
    yield found
    found.stop()


@pytest.fixture
def at_work(parallel: Parallel, request: pytest.FixtureRequest) -> Callable[[Callable[..., Any]], Any]:
    """The result of some work for the test's own parameters."""
    return lambda work: parallel.result(request.node, work)


@contextmanager
def _workshop(folder: Path, more: set[str], merging: bool) -> Iterator[Workshop]:
    try:
        with obtained(sorted(more), merging) as builder:
            yield Workshop(builder, folder)
    except UnavailableError as error:
        sentence = f"no BuildKit: {error} (CONTRIBUTING.md, “Images”)"
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)


@pytest.fixture(scope="session")
def report(request: pytest.FixtureRequest) -> Report:
    """What is told at the end."""
    return request.config.stash[_REPORT]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table; write it into docs/proof.md if asked."""
    found = config.stash[_REPORT]
    if found.verdicts:
        terminalreporter.section("images before and after")
        for line in found.lines():
            terminalreporter.write_line(line)
        if config.getoption("--proof"):
            found.write()
