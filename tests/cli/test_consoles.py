"""What the commands print, as the Markdown files beside this one show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from consoles import Console, consoles, printed, run

ROOT = Path(__file__).parents[2]
CASES = [case for path in sorted(Path(__file__).parent.glob("*.md")) for case in consoles(path) if case.commands]
SHOWN = [case for page in ("README.md", "docs/command-line.md") for case in consoles(ROOT / page) if case.commands]
_updates: dict[Path, list[tuple[int, int, list[str]]]] = {}


@pytest.fixture(scope="module", autouse=True)
def _written() -> Iterator[None]:
    yield
    for path, updates in _updates.items():
        lines = path.read_text("utf-8").split("\n")
        for start, end, new in sorted(updates, reverse=True):
            lines[start:end] = new
        path.write_text("\n".join(lines), "utf-8")


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.path.stem}: {case.name}") for case in CASES])
def test_console(
    case: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in case.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content.encode("utf-8"))
    _compare(case, request)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in SHOWN])
def test_what_people_are_shown_is_true(
    case: Console, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    _compare(case, request)


def test_the_example_becomes_what_its_reader_is_told(request: pytest.FixtureRequest) -> None:
    """The editors' tests compare with this file; here it is kept fresh."""
    expected = ROOT / "tests/e2e/extracted.Dockerfile"
    place = str(ROOT / "docs/example/Dockerfile")
    made = run("refactor", place, "--apply", "extract-builder-stage", "--stdout").out
    if request.config.getoption("--update"):
        expected.write_text(made, "utf-8")
    assert made == expected.read_text("utf-8")


def _compare(case: Console, request: pytest.FixtureRequest) -> None:
    expected_lines = case.path.read_text("utf-8").split("\n")
    for command in case.commands:
        actual = printed(command)
        expected = expected_lines[command.start : command.end]
        if request.config.getoption("--update") and actual != expected:
            _updates.setdefault(case.path, []).append((command.start, command.end, actual))
        else:
            assert actual == expected
