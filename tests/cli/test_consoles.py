"""What the commands print, as the Markdown files beside this one show it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from consoles import Console, consoles, printed

CASES = [case for path in sorted(Path(__file__).parent.glob("*.md")) for case in consoles(path)]
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
    expected_lines = case.path.read_text("utf-8").split("\n")
    assert case.commands, "the case shows no command"
    for command in case.commands:
        actual = printed(command)
        expected = expected_lines[command.start : command.end]
        if request.config.getoption("--update") and actual != expected:
            _updates.setdefault(case.path, []).append((command.start, command.end, actual))
        else:
            assert actual == expected
