"""Several processes and the outcomes of an earlier run change nothing but the time that a check takes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dockls.cli import earlier
from dockls.cli import main as run


def main(words: list[str]) -> int:
    return run(lambda address: 0, words)


COUNT = 24


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two dozen Dockerfiles that have something to tell, in folders of their own, and a cache of their own."""
    for number in range(COUNT):
        folder = tmp_path / "work" / f"service{number:02}"
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text(f"FROM node:24 AS a{number}\nENV A 1\nCOPY . .\nRUN npm ci\n", "utf-8")
        (folder / "package.json").write_text("{}", "utf-8")
        (folder / "package-lock.json").write_text("{}", "utf-8")
    # A folder above that gets a new name in it is a change, too.
    (tmp_path / "cache").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "work"


def checked(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    main(["check", *options])
    return capsys.readouterr().out


def kept(project: Path) -> list[Path]:
    return sorted((project.parent / "cache" / "dockls" / "checks").glob("*.json"))


@pytest.mark.parametrize("style", ["text", "json", "github"])
def test_the_outcomes_are_the_same_in_any_number_of_processes(
    project: Path, capsys: pytest.CaptureFixture[str], style: str
) -> None:
    alone = checked(capsys, "--no-cache", "--jobs", "1", "--format", style)
    assert "legacy-key-value-format" in alone
    assert checked(capsys, "--no-cache", "--jobs", "3", "--format", style) == alone
    assert kept(project) == []


def test_a_second_run_says_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = checked(capsys)
    assert len(kept(project)) == 1
    assert checked(capsys) == first
    assert checked(capsys, "--no-cache") == first


def test_a_second_run_works_nothing_out(project: Path) -> None:
    code = "import sys; from dockls.cli import main; main(print, ['check']); print('dockls.rooms' in sys.modules)"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(2)]
    first, second = [run.stdout.splitlines() for run in runs]
    assert (first[-1], second[-1]) == ("True", "False")
    assert first[:-1] == second[:-1] != []


CHANGES = {
    "a Dockerfile": ("service03/Dockerfile", "FROM node:24\n"),
    "a new Dockerfile": ("service03/b.Dockerfile", "FROM node:24\nENV B 2\n"),
    "an ignore file": ("service03/.dockerignore", "package.json\n"),
    "settings": ("dockls.toml", 'ignore = ["legacy-key-value-format"]\n'),
    "settings of hadolint": (".hadolint.yaml", "override:\n  error: [LegacyKeyValueFormat]\n"),
    "a file of the context that is gone": ("service03/package-lock.json", None),
    "a folder of the context": ("service03/.git/HEAD", "ref: x\n"),
    "a source that lies in a folder of the context": ("service03/deep/er/a.js", ""),
    "a Python file": ("service03/setup.py", "print()"),
    "a Compose file": ("service03/compose.yaml", "services:\n  a:\n    build:\n      context: .\n      target: zz\n"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_is_seen(project: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    checked(capsys)
    path, text = CHANGES[name]
    if text is None:
        (project / path).unlink()
    else:
        (project / path).parent.mkdir(exist_ok=True, parents=True)
        (project / path).write_text(text, "utf-8")
    after = checked(capsys)
    assert after == checked(capsys, "--no-cache")
    assert checked(capsys) == after


def test_other_options_have_outcomes_of_their_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(capsys)
    assert "legacy" not in checked(capsys, "--ignore", "legacy-key-value-format")
    assert json.loads(checked(capsys, "--format", "json"))["files"]
    assert len(kept(project)) == 3


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"around": {}, "files": {"service03/Dockerfile": [1]}}',
        b'{"around": {}, "files": {"service03/Dockerfile": ["x", [1, 2]]}}',
    ],
)
def test_a_broken_file_of_outcomes_is_passed_over(
    project: Path, capsys: pytest.CaptureFixture[str], garbage: bytes
) -> None:
    first = checked(capsys)
    kept(project)[0].write_bytes(garbage)
    assert checked(capsys) == first


def test_a_folder_that_cannot_be_written_costs_nothing(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.parent / "cache").rmdir()
    (project.parent / "cache").write_text("no folder", "utf-8")
    assert "legacy-key-value-format" in checked(capsys)


def test_few_files_are_not_kept(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "legacy-key-value-format" in checked(capsys, "service03")
    assert kept(project) == []


@pytest.mark.parametrize("text", ["0", "x", "-1", "1001"])
def test_the_number_of_processes_must_be_one(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", "--jobs", text])
    assert ended.value.code == 2
    assert "a number from 1 to 1000" in capsys.readouterr().err or text == "-1"


def test_a_baseline_knows_findings_that_have_moved(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "24 files written" in checked(capsys, "--write-baseline", "known.json")
    file = project / "service03" / "Dockerfile"
    file.write_text(
        file.read_text("utf-8").replace("ENV A 1\n", "# a comment\n\nENV  A 1\nENV A 1\nENV B 2\n"), "utf-8"
    )
    told = checked(capsys, "--baseline", "known.json", "--select", "legacy-key-value-format", "--format", "json")
    found = [one for each in json.loads(told)["files"] for one in each["findings"]]
    assert [one["range"]["start"]["line"] for one in found] == [5, 6]


def test_what_changes_during_a_run_is_not_kept(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dockls.cli import examining

    examined = examining.examined

    def meanwhile(*arguments: Any) -> Any:
        done = examined(*arguments)
        (project / "service03" / "Dockerfile").write_text("FROM node:24\n", "utf-8")
        return done

    monkeypatch.setattr(examining, "examined", meanwhile)
    checked(capsys)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "cache"))
    monkeypatch.chdir(project)
    assert kept(project) == []
    assert checked(capsys) == checked(capsys, "--no-cache")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take no such names")
def test_a_name_that_is_no_text_costs_nothing(project: Path) -> None:
    folder = os.fsencode(project) + b"/\xff"
    os.mkdir(folder)  # noqa: PTH102
    with open(folder + b"/Dockerfile", "wb") as file:
        file.write(b"FROM node:24\nENV A 1\n")
    code = "from dockls.cli import main; main(print, ['check', '--format', 'github'])"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=False) for _ in range(2)]
    assert b"Traceback" not in runs[0].stderr + runs[1].stderr
    assert runs[0].stdout == runs[1].stdout


def test_only_this_program_and_the_libraries_are_left_out() -> None:
    package = str(Path(earlier.__file__).parents[1])
    assert earlier._is_of_program(f"{package}/rooms.py")
    assert not earlier._is_of_program(f"{package}-of-mine/setup.py")
    assert not earlier._is_of_program(f"{sys.base_prefix}/src/app/package.json")


def test_a_problem_is_told_once_by_all_processes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "dockls.toml").write_text("nonsense = 1\n", "utf-8")
    assert main(["check", "--jobs", "3"]) == 2
    assert capsys.readouterr().err.count("no setting `nonsense`") == 1


#: starts `dockls` with processes that begin in a certain way, and with what `{more}` changes before
STARTED = """
import multiprocessing, sys
from dockls.cli import main, processes
{more}
if __name__ == "__main__":
    multiprocessing.set_start_method("{method}")
    sys.exit(main(lambda address: 0, ["check", "--no-cache", "--jobs", "2"]))
"""


def started(project: Path, method: str, more: str = "") -> subprocess.CompletedProcess[str]:
    script = project.parent / "started.py"
    script.write_text(STARTED.format(method=method, more=more), "utf-8")
    return subprocess.run([sys.executable, str(script)], cwd=project, capture_output=True, text=True, timeout=300)


def test_processes_that_start_afresh_say_the_same(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """So they do on macOS and Windows: nothing of the first process is there in the others."""
    assert started(project, "spawn").stdout == checked(capsys, "--no-cache", "--jobs", "1")


@pytest.mark.skipif(sys.platform == "win32", reason="there, an interrupt is no signal")
def test_an_interrupt_ends_all_processes_without_a_word(project: Path) -> None:
    interrupting = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
def interrupting(*arguments):
    try:
        os.close(os.open("../interrupted", os.O_CREAT | os.O_EXCL))
        os.kill(os.getppid(), signal.SIGINT)
    except FileExistsError:
        pass
    return processes._Part([], False, set(), [])
interrupting.__module__, interrupting.__qualname__ = "dockls.cli.processes", "_part"
processes._part = interrupting
"""
    done = started(project, "fork", interrupting)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
