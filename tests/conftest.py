"""Options and fixtures for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from expectations import Expectations

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite what the case files expect; read the diff")
    parser.addoption("--all-changes", action="store_true", help="foresee the cache for every file of every project")
    parser.addoption("--proof", action="store_true", help="write docs/proof.md from the images that were built")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs downloads unless it is asked for."""
    if "real" not in config.option.markexpr:
        left_out = [item for item in items if item.get_closest_marker("real")]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(scope="session")
def expectations(request: pytest.FixtureRequest) -> Iterator[Expectations]:
    """Compares cases with answers; writes the case files at the end under ``--update``."""
    found = Expectations(request.config.getoption("--update"))
    yield found
    found.write()


@pytest.fixture(scope="session")
def shared() -> Path:
    """A folder of third-party files to try things on; tests that want it are skipped where it is absent."""
    path = Path(os.environ.get("DOCKLS_SHARED") or ROOT.parent / "shared")
    if not path.is_dir():
        pytest.skip("no shared folder (set DOCKLS_SHARED)")
    return path


@pytest.fixture(scope="session")
def shared_corpus(shared: Path) -> Path:
    """The folder of third-party Dockerfiles; tests that want it are skipped where it is absent."""
    path = shared / "corpus" / "real"
    if not path.is_dir():
        pytest.skip("no corpus")
    return path


@pytest.fixture(scope="session")
def corpus_files(shared_corpus: Path) -> list[Path]:
    """The Dockerfiles of that folder, by their paths."""
    paths = sorted(shared_corpus.rglob("*"))
    return [path for path in paths if path.is_file() and path.suffix not in (".json", ".jsonl", ".md")]
