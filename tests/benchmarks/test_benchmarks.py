"""That the benchmarks run and check what they time; nothing here looks at a clock."""

import sys
from pathlib import Path

import contestants
import documents
import measurements
import pytest
import run
import tables
from questions import QUESTIONS
from wire import Server

DOCKLS = contestants.from_source()


@pytest.mark.parametrize("lines", [30, 50, 1_000])
@pytest.mark.parametrize("faulty", [False, True])
def test_documents_have_the_lines_asked_for_and_several_stages(lines: int, faulty: bool) -> None:
    text = documents.document(lines, faulty=faulty)
    assert text.count("\n") == lines
    assert text.count("\nFROM ") > 1
    assert text == documents.document(lines, faulty=faulty)


@pytest.mark.parametrize("pattern", measurements.PATTERNS)
def test_edits_end_where_they_should(pattern: str) -> None:
    text = documents.document(50)
    line = documents.typed_line(text)
    typed = text.split("\n")[line]
    for edit in measurements.PATTERNS[pattern](text, 8):
        assert edit.line == line
        typed = typed[: edit.start] + edit.text + typed[edit.end :]
    assert typed == {"toggle": documents.TYPED_INTO, "typing": f"{documents.TYPED_INTO}quickly "}[pattern]


@pytest.mark.parametrize(
    "measure",
    [
        run.serving(measurements.start_up),
        run.serving(measurements.keystrokes, 50, "toggle", 4),
        run.serving(measurements.keystrokes, 50, "typing", 4),
        run.serving(measurements.burst, 50, 4),
    ],
)
def test_one_round_of_the_server(measure: run.Measure) -> None:
    complaints: list[str] = []
    results = run.measured([DOCKLS], [("server", 1, measure)], [], complaints.append)
    assert not complaints
    assert results
    for row, values in results.items():
        assert values["dockls"] or (row.startswith("peak memory") and sys.platform != "linux")


@pytest.mark.parametrize("name", QUESTIONS)
def test_requests_are_answered_rightly(name: str) -> None:
    with Server(DOCKLS.serve or ()) as server:
        server.initialize()
        if not server.capabilities.get(QUESTIONS[name].provider):
            pytest.skip("not announced")
    sample = measurements.requests(DOCKLS.serve or (), 50, 2, [name])
    assert [len(values) for values in sample.values.values()] == [2, 2]


def test_a_wrong_answer_is_noticed() -> None:
    text = documents.document(50)
    assert not QUESTIONS["definition"].is_right(text, None)
    assert not QUESTIONS["rename"].is_right(text, {"changes": {}})
    assert not QUESTIONS["completion"].is_right(text, [{"label": "kiln"}])
    with pytest.raises(measurements.WrongAnswerError):
        measurements.files((sys.executable, "-c", "raise SystemExit(3)"), [])


def test_files_are_checked(tmp_path: Path) -> None:
    paths = documents.folder(tmp_path, 4)
    results = run.measured([DOCKLS], [("check", 2, run.checking(paths))], [], print)
    assert len(results["check 4 files"]["dockls"]) == 2
    again = run.measured([DOCKLS], [("check", 1, run.checking_again(paths))], [], print)
    assert len(again["check 4 files, again"]["dockls"]) == 1


def test_burst_of_edits_is_answered_once() -> None:
    text = documents.document(1_000)
    with Server(DOCKLS.serve or ()) as server:
        server.initialize()
        server.open(text)
        server.diagnostics()
        server.edit_at_once(measurements.toggling(text, 30))
        server.diagnostics()
        assert server.publications == 1


def test_the_table_compares_medians(tmp_path: Path) -> None:
    results = {
        "start → first diagnostics": {"dockls": [0.02, 0.01, 0.9], "docker-langserver": [0.2]},
        "peak memory, 50 lines": {"dockls": [3 << 20], "docker-langserver": [2 << 20]},
    }
    names = ["dockls", "docker-langserver", "tally"]
    page = tmp_path / "page.md"
    page.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n", "utf-8")
    tables.write(page, tables.table(results, names))
    written = page.read_text("utf-8")
    assert "| start → first diagnostics | 20 ms | 0.1× (200 ms) | ≤ 0.8× ✓ |" in written
    assert "| peak memory, 50 lines | 3.0 MiB | 1.5× (2.0 MiB) | ≤ 1× ✗ |" in written
    assert written.startswith("before\n") and written.endswith("after\n") and "old" not in written
    assert tables.missed(results) == ["peak memory, 50 lines: 1.5× of docker-langserver, where 1× is the goal"]
