"""The program as a process, and what each command says of rooms that others add."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from consoles import run

from dockls.cli import examining
from dockls.engine import check, fixing
from dockls.rooms import Fix, refactorings, rules, summary

ROOT = Path(__file__).parents[2]
MISSPELLED = b"FROM golang AS Build\nFROM alpine\nCOPY --from=biuld /app /app\n"


def started(*arguments: str, code: str | None = None, **more: object) -> subprocess.CompletedProcess[bytes]:
    start = ["-c", code] if code else ["-m", "dockls"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *start, *arguments], capture_output=True, env=environment, **more)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "arguments",
    [["check", "-"], ["refactor", "-", "--list"], ["graph", "-"], ["parse", "-"], ["explain", "unknown-stage"]],
    ids=lambda arguments: arguments[0],
)
def test_the_command_line_loads_nothing_of_the_server(arguments):
    code = (
        "import sys; from dockls.cli import main; status = main(None, sys.argv[1:]);"
        "print([name for name in ('pygls', 'lsprotocol', 'asyncio', 'dockls.server') if name in sys.modules],"
        " file=sys.stderr)"
    )
    done = started(*arguments, code=code, input=MISSPELLED)
    assert done.stderr.decode().splitlines()[-1] == "[]"
    assert done.stdout


def test_the_module_is_the_program():
    done = started("check", "-", "--select", "unknown-stage", input=MISSPELLED)
    assert done.returncode == 1
    assert b"biuld" in done.stdout
    assert started("--version").stdout.startswith(b"dockls ")
    assert started().returncode == 2


def test_a_reader_that_leaves_is_no_fault():
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        [sys.executable, "-m", "dockls", "explain"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(writing)
    _, errors = process.communicate()
    assert errors == b""


def test_explain_lists_every_room():
    told = run("explain").out
    for room in (*rules(), *refactorings()):
        assert f"  {room.name} " in told
        assert summary(room) in told


@pytest.mark.parametrize("room", [pytest.param(room, id=room.name) for room in (*rules(), *refactorings())])
def test_explain_is_the_manual(room):
    done = run("explain", room.name)
    assert done.status == 0
    assert summary(room) in done.out
    assert "```" not in done.out
    assert "<|" not in done.out


def test_explain_knows_aliases():
    assert run("explain", "DL3022").out == run("explain", "unknown-stage").out


def test_the_list_says_what_can_be_done_and_what_cannot():
    done = run("refactor", "-", "--list", "--at", "1:16", stdin=MISSPELLED.replace(b"biuld", b"Build"))
    assert any(line.startswith("rename-stage ") and "`build` (preserving)" in line for line in done.out.splitlines())
    lines = done.out.splitlines()
    refused = [number for number, line in enumerate(lines) if "  not here: " in line]
    assert refused == list(range(len(lines) - len(refused), len(lines))), "what cannot be done comes last"


def test_without_a_place_the_last_stage_is_meant():
    data = b"FROM golang AS build\nFROM alpine AS Final\n"
    done = run("refactor", "-", "--apply", "rename-stage", "--stdout", stdin=data)
    assert done.out.encode() == data.replace(b"Final", b"final")


def test_a_whole_line_may_be_selected():
    data = b"FROM golang AS build\nFROM alpine AS Final\n"
    done = run("refactor", "-", "--apply", "rename-stage", "--at", "2-2", "--stdout", stdin=data)
    assert done.out.encode() == data.replace(b"Final", b"final")


@pytest.mark.parametrize("address", ["x", "127.0.0.1:x", "65536", "9" * 5000, ""])
def test_an_address_needs_a_port(address):
    done = run("serve", "--tcp", address)
    assert done.status == 2
    assert "a port up to 65535" in done.err


def test_the_build_context_can_be_told(tmp_path):
    done = run("check", "-", "--context", str(tmp_path / "missing"), stdin=b"FROM alpine\n")
    assert "is not a folder" in done.err
    assert run("check", "-", "--context", str(tmp_path), stdin=b"FROM alpine\n").err == ""


def test_a_refactoring_that_fails_costs_no_other(monkeypatch):
    from dockls.engine import performing

    def broken(model, selection, **settings):
        raise ZeroDivisionError

    rooms = [room._replace(plan=broken) if room.name == "inline-stage" else room for room in refactorings()]
    monkeypatch.setattr(performing, "refactorings", lambda: rooms)
    done = run("refactor", "-", "--list", "--at", "1:16", stdin=MISSPELLED)
    assert done.status == 0
    assert "rename-stage" in done.out
    assert "`inline-stage` failed and was left out: ZeroDivisionError()" in done.err


@pytest.mark.parametrize("options", [[], ["--format", "json"], ["--fix"]], ids=["text", "json", "fix"])
def test_a_fix_that_fails_costs_no_finding(options, monkeypatch):
    def broken(model):
        raise ZeroDivisionError

    for place in (examining, fixing):
        monkeypatch.setattr(place, "check", partial(check_with_fix, Fix("Broken", broken)))
    done = run("check", "-", *options, stdin=MISSPELLED)
    assert done.status == 2
    assert "did you mean" in done.out + done.err
    assert done.err.count("the fix `Broken` failed and was left out: ZeroDivisionError()") == 1


def check_with_fix(fix, model, rule_set):
    return [one._replace(finding=one.finding._replace(fixes=(fix,))) for one in check(model, rule_set)]
