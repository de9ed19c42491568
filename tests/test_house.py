"""The rules of the house, so that no review has to speak of them."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from cases import TESTS, Case, case_files, is_drawn, read
from test_rooms import rooms_of

from dockls.rooms import Refactoring, Rule, manual, summary

ROOT = TESTS.parent
SOURCES = sorted((ROOT / "dockls").rglob("*.py"))
WRITTEN = [*SOURCES, *sorted((ROOT / "docs").rglob("*.py")), *sorted(TESTS.rglob("*.py"))]
ROOMS = [(kind, name, room) for kind in ("rules", "refactorings") for name, room in rooms_of(f"dockls.{kind}")]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
#: such a name says where code was left, not what it is
VAGUE = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers", "tools", "stuff"}


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _run(*command: str) -> None:
    """Run a tool that the test extra installs; it is absent where only the program is."""
    if find_spec(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_run_downward_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts stand in pyproject.toml; where one is broken its report is in the captured output."""
    linter = pytest.importorskip("importlinter.cli")
    monkeypatch.chdir(ROOT)
    assert linter.lint_imports(config_filename="pyproject.toml") == 0


def test_style() -> None:
    _run("ruff", "check", ".")


def test_format() -> None:
    _run("ruff", "format", "--check", ".")


def test_types() -> None:
    _run("mypy")
    _run("mypy", "docs/generate.py")


@pytest.mark.parametrize(("kind", "name", "room"), [pytest.param(*room, id=room[1]) for room in ROOMS])
def test_room_is_complete(kind: str, name: str, room: Any) -> None:
    if isinstance(room, Exception):
        raise room
    assert isinstance(room, Rule if kind == "rules" else Refactoring)
    assert room.name == name, "the function is called like its module"
    sentence = summary(room)
    assert sentence.endswith(".") and len(sentence) <= 120, f"no sentence of at most 120 characters: {sentence!r}"
    assert read(manual(room)), "the manual has no example"
    assert (TESTS / kind / f"{name}.md").exists(), f"write cases into tests/{kind}/{name}.md"
    cases = [case for path in case_files(kind, name) for case in read(path.read_text("utf-8"), path=path)]
    silent = [case for case in cases if _is_silent(kind, case)]
    assert 2 * len(silent) >= len(cases), (
        f"{len(silent)} of {len(cases)} cases show where it stays away: not enough to trust it"
    )


def _is_silent(kind: str, case: Case) -> bool:
    """Whether the case shows that nothing is found, offered or done."""
    if kind == "rules":
        return not any(is_drawn(line) for line in case.fence.lines)
    refused = any(outcome.sentence.startswith(("refused:", "not offered")) for outcome in case.outcomes)
    return refused or case.name.startswith("Not offered")


def test_no_case_file_without_a_room() -> None:
    known = {(kind, name) for kind, name, _ in ROOMS}
    found = [path for kind in ("rules", "refactorings") for path in (TESTS / kind).iterdir()]
    assert [_shown(path) for path in found if (path.parent.name, path.stem) not in known] == []


def test_no_case_name_twice() -> None:
    for path in [path for kind in ("rules", "refactorings", "features") for path in TESTS.glob(f"{kind}/**/*.md")]:
        # Fences hold comments, which look like headings.
        prose = "".join(path.read_text("utf-8").split("```")[::2])
        headings = [line.lstrip("#") for line in prose.splitlines() if line.startswith("#")]
        assert len(headings) == len(set(headings)), _shown(path)


def test_rooms_are_mentioned_nowhere_else() -> None:
    """Whoever removes a room removes its module and its cases, and nothing breaks."""
    names = {name: ROOT / "dockls" / kind / f"{name.replace('-', '_')}.py" for kind, name, _ in ROOMS}
    found = []
    for path in SOURCES:
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [f"{_shown(path)}: {node.value}" for name in names if node.value == name != _own(path, names)]
    assert found == []


def _own(path: Path, names: dict[str, Path]) -> str | None:
    return next((name for name, own in names.items() if own == path), None)


def test_files_are_small() -> None:
    """A longer one says why, in a line of its docstring that begins with ``Size:``."""
    sizes = {_shown(path): len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    print("largest files:", ", ".join(f"{name} {lines}" for name, lines in largest))
    reasons = {_shown(path): "\nSize: " in (ast.get_docstring(_tree(path)) or "") for path in SOURCES}
    assert [f"{name}: {lines}" for name, lines in sizes.items() if lines > LONGEST_FILE and not reasons[name]] == []


def test_functions_fit_a_screen() -> None:
    found = [
        f"{_shown(path)}: {node.name} has {lines} lines"
        for path in WRITTEN
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert found == []


def test_names_say_what_they_hold() -> None:
    assert [_shown(path) for path in WRITTEN if VAGUE & {path.stem, path.parent.name}] == []


def test_only_the_command_line_prints() -> None:
    """Standard output belongs to it, or to the protocol; a stream that is named may be written to."""
    found = [
        f"{_shown(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if "file" not in [keyword.arg for keyword in node.keywords]
    ]
    assert [place for place in found if not place.startswith("dockls/cli/")] == []


def test_only_some_layers_read_the_disk() -> None:
    """Rules, refactorings and features answer from the model alone."""
    pure = ("rules", "refactorings", "features", "engine", "semantics", "syntax", "shell")
    found = [
        f"{_shown(path)}: {module}"
        for path in SOURCES
        if path.relative_to(ROOT / "dockls").parts[0] in pure
        for module in _imported(path)
        if module.split(".")[0] in ("os", "pathlib", "io", "shutil", "subprocess", "socket", "urllib", "tempfile")
    ]
    assert found == []


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_pages_are_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import generate

    stale = [_shown(path) for path in generate.stale()]
    assert stale == [], "run: python docs/generate.py"


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("editors/**/*.md")]
    targets = [
        (path, piece.partition(")")[0].partition("#")[0])
        for path in pages
        if "node_modules" not in path.parts
        for piece in path.read_text("utf-8").split("](")[1:]
    ]
    dead = [f"{_shown(path)}: {target}" for path, target in targets if _is_dead(path.parent, target)]
    assert dead == []


def _is_dead(folder: Path, target: str) -> bool:
    return bool(target) and ":" not in target and not (folder / target).exists()


def test_machines_run_the_command_that_people_are_told() -> None:
    command = "python -m pytest"
    assert f'"tests" {command}' in (ROOT / ".ci/run").read_text("utf-8")
    assert command in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert command in (ROOT / "README.md").read_text("utf-8")
