"""The JSON documents have the shape that scripts depend on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from consoles import run

from dockls.cli.report import finding_of
from dockls.engine import check
from dockls.rooms import Fix, rules
from dockls.semantics import Model
from dockls.syntax import parse

POSITION = {"line": int, "column": int}
RANGE = {"start": POSITION, "end": POSITION}
EDIT = {"range": RANGE, "text": str}
FIX = {"title": str, "applicability": str, "edits": [EDIT]}
FINDING = {
    "rule": str,
    "aliases": [str],
    "severity": str,
    "message": str,
    "range": RANGE,
    "stage": (str, int, None),
    "related": [{"message": str, "range": RANGE}],
    "fixes": [FIX],
    "url": str,
}
CHECK = {"version": int, "files": [{"path": str, "findings": [FINDING]}]}
OFFER = {
    "id": str,
    "title": str,
    "kind": str,
    "grade": str,
    "enabled": bool,
    "reason": (str, None),
    "assumptions": [str],
}
LIST = {"version": int, "refactorings": [OFFER]}
APPLY = {**LIST, "edits": [EDIT], "result": (str, None)}
REFERENCE = {"kind": str, "text": str, "resolution": str, "stage": (int, None), "onbuild": bool, "range": RANGE}
NODE = {"index": int, "name": (str, None), "base": str, "line": int, "needed": bool, "references": [REFERENCE]}
GRAPH = {"version": int, "stages": [NODE]}
STEP = {"line": int, "text": str, "status": str, "reason": (str, None)}
CACHE = {"version": int, "stages": [{"index": int, "name": (str, None), "steps": [STEP]}]}
HEREDOC = {"name": str, "content": str, "expand": bool, "strip_tabs": bool}
INSTRUCTION = {
    "keyword": str,
    "flags": [str],
    "arguments": [str],
    "json": bool,
    "heredocs": [HEREDOC],
    "start_line": int,
    "end_line": int,
    "onbuild": bool,
    "text": str,
}
STAGE = {"index": int, "name": (str, None), "base": str, "start_line": int, "end_line": int}
PARSE = {
    "version": int,
    "path": str,
    "directives": dict,
    "instructions": [INSTRUCTION],
    "stages": [STAGE],
    "errors": [{"line": int, "message": str}],
}

FILE = b"""\
# syntax=docker/dockerfile:1
FROM golang:1.27 AS Build
RUN <<EOT
go build -o /app .
EOT

FROM alpine
COPY --from=biuld /app /app
COPY --from=7 /app /app
ONBUILD RUN ["true"]
NONSENSE \xf0\x9f\x8e\x89
"""


def misfits(value: Any, shape: Any, where: str = "$") -> list[str]:
    """Where a value differs from a shape: a type, several, a list of one shape, or an object with exactly its keys."""
    if isinstance(shape, dict):
        if not isinstance(value, dict) or set(value) != set(shape):
            return [f"{where} is {value!r}, not an object of {sorted(shape)}"]
        return [line for key, inner in shape.items() for line in misfits(value[key], inner, f"{where}.{key}")]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [line for number, one in enumerate(value) for line in misfits(one, shape[0], f"{where}[{number}]")]
    kinds = shape if isinstance(shape, tuple) else (shape,)
    return [] if (None if value is None else type(value)) in kinds else [f"{where} is {value!r}"]


@pytest.mark.parametrize(
    ("command", "shape"),
    [
        (["check", "-", "--format", "json"], CHECK),
        (["refactor", "-", "--list", "--format", "json", "--at", "2"], LIST),
        (["refactor", "-", "--apply", "rename-stage", "--at", "2:22", "--format", "json"], APPLY),
        (["refactor", "-", "--apply", "rename-stage", "--at", "3", "--format", "json"], APPLY),
        (["graph", "-", "--format", "json"], GRAPH),
        (["cache", "-", "--changed", "main.go", "--format", "json"], CACHE),
        (["parse", "-"], PARSE),
    ],
    ids=["check", "list", "apply", "not offered", "graph", "cache", "parse"],
)
@pytest.mark.parametrize(
    "data", [FILE, FILE.replace(b"\n", b"\r\n"), b"", b"\0\xff"], ids=["a", "CRLF", "empty", "bad"]
)
def test_shape(command, shape, data):
    done = run(*command, stdin=data)
    if done.status == 2:
        assert "--at names line" in done.err
        return
    assert misfits(json.loads(done.out), shape) == []


def test_the_document_says_something_of_everything():
    document = json.loads(run("check", "-", "--format", "json", stdin=FILE).out)
    findings = document["files"][0]["findings"]
    assert {"unknown-stage", "stage-index-out-of-range", "unknown-instruction"} <= {one["rule"] for one in findings}
    assert any(finding["fixes"] and finding["related"] for finding in findings)
    offered = json.loads(run("refactor", "-", "--list", "--format", "json", "--at", "2", stdin=FILE).out)
    (rename,) = [one for one in offered["refactorings"] if one["id"] == "rename-stage"]
    assert (rename["enabled"], rename["grade"], rename["reason"]) == (True, "preserving", None)


def test_edits_lead_to_the_result():
    command = ("refactor", "-", "--apply", "rename-stage", "--at", "2:22", "--format", "json")
    document = json.loads(run(*command, stdin=FILE).out)
    lines = FILE.decode().splitlines(keepends=True)
    for edit in sorted(document["edits"], key=lambda edit: -edit["range"]["start"]["line"]):
        start, end = edit["range"]["start"], edit["range"]["end"]
        assert start["line"] == end["line"]
        line = lines[start["line"] - 1]
        lines[start["line"] - 1] = line[: start["column"] - 1] + edit["text"] + line[end["column"] - 1 :]
    assert document["edits"]
    assert "".join(lines) == document["result"]


def test_columns_count_characters():
    data = "FROM golang AS build\nFROM alpine\nCOPY --chown=🎉ä --from=biuld /app /app\n"
    document = json.loads(run("check", "-", "--select", "unknown-stage", "--format", "json", stdin=data.encode()).out)
    (finding,) = document["files"][0]["findings"]
    line = data.splitlines()[finding["range"]["start"]["line"] - 1]
    assert line[finding["range"]["start"]["column"] - 1 : finding["range"]["end"]["column"] - 1] == "biuld"


def test_a_file_that_cannot_be_read_leaves_the_others_in_the_document(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_bytes(FILE)
    done = run("check", str(tmp_path / "missing"), str(path), "--format", "json")
    assert done.status == 2
    assert [file["path"] for file in json.loads(done.out)["files"]] == [str(path)]
    assert "There is no file or folder" in done.err


def test_sarif_says_the_same_as_json(tmp_path):
    path = tmp_path / "a folder" / "Dockerfile"
    path.parent.mkdir()
    path.write_bytes(FILE)
    findings = json.loads(run("check", str(path), "--format", "json").out)["files"][0]["findings"]
    log = json.loads(run("check", str(path), "--format", "sarif").out)
    (run_of_dockls,) = log["runs"]
    listed = [rule["id"] for rule in run_of_dockls["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in run_of_dockls["results"]] == [finding["rule"] for finding in findings]
    for result, finding in zip(run_of_dockls["results"], findings, strict=True):
        place = result["locations"][0]["physicalLocation"]
        assert listed[result["ruleIndex"]] == finding["rule"]
        assert place["artifactLocation"]["uri"].endswith("a%20folder/Dockerfile")
        assert place["region"]["startLine"] == finding["range"]["start"]["line"]
        assert result["message"]["text"] == finding["message"]
        replacements = [one["artifactChanges"][0]["replacements"] for one in result["fixes"]]
        assert [len(one) for one in replacements] == [len(fix["edits"]) for fix in finding["fixes"]]
    assert any(result["fixes"] for result in run_of_dockls["results"])


def test_what_github_would_misread_is_escaped(tmp_path):
    path = tmp_path / "a,b:c%.Dockerfile"
    path.write_bytes(FILE)
    lines = run("check", str(path), "--format", "github", "--select", "unknown-stage").out.splitlines()
    assert lines
    for line in lines:
        assert "a%2Cb%3Ac%25.Dockerfile,line=" in line


def _broken(model: Model) -> list[Any]:
    raise ZeroDivisionError


@pytest.mark.parametrize("edits", [_broken, lambda model: None], ids=["raises", "gives none"])
def test_a_fix_that_cannot_be_worked_out_is_left_out(edits, capsys):
    model = Model(parse("FROM golang AS build\nFROM alpine\nCOPY --from=biuld /app /app\n"))
    (diagnostic,) = [one for one in check(model) if one.rule.name == "unknown-stage"]
    fixes = (Fix("Broken", edits), *diagnostic.finding.fixes)
    document = finding_of(model, diagnostic._replace(finding=diagnostic.finding._replace(fixes=fixes)))
    assert misfits(document, FINDING) == []
    assert [fix["title"] for fix in document["fixes"]] == [fix.title for fix in diagnostic.finding.fixes]
    assert ("`Broken`" in capsys.readouterr().err) == (edits is _broken)


def test_fingerprints_stay_when_lines_move_and_differ_where_a_finding_repeats(tmp_path):
    path = tmp_path / "Dockerfile"
    fingerprints = []
    for above in ("", "# a comment\n\n"):
        path.write_text(f"FROM node:24\n{above}ENV A 1\nENV A 1\n", "utf-8")
        found = run("check", str(path), "--format", "sarif", "--select", "LegacyKeyValueFormat").out
        results = json.loads(found)["runs"][0]["results"]
        fingerprints.append([result["partialFingerprints"]["finding/v1"] for result in results])
        report = json.loads(run("check", str(path), "--format", "gitlab", "--select", "LegacyKeyValueFormat").out)
        assert [one["fingerprint"] for one in report] == fingerprints[-1]
    assert fingerprints[0] == fingerprints[1]
    assert len(set(fingerprints[0])) == 2


def test_sarif_tells_of_every_rule():
    document = json.loads(run("check", "-", "--format", "sarif", stdin=b"FROM scratch\n").out)
    listed = document["runs"][0]["tool"]["driver"]["rules"]
    assert [one["id"] for one in listed] == [rule.name for rule in rules()]
    assert {one["defaultConfiguration"]["level"] for one in listed} == {"error", "warning", "note"}


def test_sarif_follows_its_schema(tmp_path):
    """The schema is that of SARIF 2.1.0 as Microsoft's sarif-multitool 5.7.0 (MIT) ships it."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text("utf-8")))
    path = tmp_path / "a folder" / "Dockerfile"
    path.parent.mkdir()
    path.write_bytes(
        FILE + b"FROM node:24 as 4\nENV A 1\nCOPY . .\nRUN npm install\nFROM nothing:$UNSET\nRUN cat <<E\nopen\n"
    )
    log = json.loads(run("check", str(path), "--format", "sarif", "--select", "all").out)
    results = log["runs"][0]["results"]
    assert {one["level"] for one in results} == {"error", "warning", "note"}
    assert any(one["fixes"] for one in results) and any("relatedLocations" in one for one in results)
    assert [error.message for error in validator.iter_errors(log)] == []
    clean = json.loads(run("check", "-", "--format", "sarif", stdin=b"").out)
    assert [error.message for error in validator.iter_errors(clean)] == []
    del log["runs"][0]["tool"]["driver"]["name"]
    assert [error.message for error in validator.iter_errors(log)] == ["'name' is a required property"]
