"""Findings in the formats that other tools read: SARIF 2.1.0, GitHub's workflow commands, GitLab's code quality.

Each function takes the ``files`` of the JSON document that ``check`` prints.
"""

from collections.abc import Iterator
from typing import Any

from dockls import __version__
from dockls.cli.documents import as_json
from dockls.rooms import rules, summary

File = dict[str, Any]

_SARIF_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}
_GITLAB_LEVELS = {"error": "critical", "warning": "major", "info": "minor", "hint": "info"}


def _findings(files: list[File]) -> Iterator[tuple[str, dict[str, Any]]]:
    for file in files:
        for finding in file["findings"]:
            yield file["path"], finding


def github(files: list[File]) -> str:
    """Annotations of a workflow run (docs.github.com, "Workflow commands for GitHub Actions")."""
    lines = []
    for path, finding in _findings(files):
        start, end = finding["range"]["start"], finding["range"]["end"]
        places = {"file": path, "line": start["line"], "endLine": end["line"], "title": f"dockls {finding['rule']}"}
        if start["line"] == end["line"]:
            # Columns over several lines are refused.
            places |= {"col": start["column"], "endColumn": end["column"]}
        properties = ",".join([f"{key}={_property(str(value))}" for key, value in places.items()])
        lines.append(f"::{_GITHUB_LEVELS[finding['severity']]} {properties}::{_data(finding['message'])}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def gitlab(files: list[File]) -> str:
    """A code quality report (docs.gitlab.com, "Code Quality", "Code Quality report format")."""
    found = []
    for (path, finding), fingerprint in zip(_findings(files), _fingerprints(files), strict=True):
        found.append(
            {
                "description": finding["message"],
                "check_name": finding["rule"],
                "fingerprint": fingerprint,
                "severity": _GITLAB_LEVELS[finding["severity"]],
                "location": {
                    "path": path.removeprefix("./"),
                    "lines": {"begin": finding["range"]["start"]["line"], "end": finding["range"]["end"]["line"]},
                },
            }
        )
    return as_json(found)


def _fingerprints(files: list[File]) -> Iterator[str]:
    """What tells a finding from others; it stays the same when lines above it come or go."""
    from hashlib import sha256

    seen: dict[str, int] = {}
    for path, finding in _findings(files):
        key = "\0".join((path, finding["rule"], finding["message"]))
        seen[key] = seen.get(key, 0) + 1
        yield sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()


def sarif(files: list[File]) -> str:
    """A SARIF log (docs.oasis-open.org/sarif/sarif/v2.1.0)."""
    numbers = {rule.name: number for number, rule in enumerate(rules())}
    driver = {
        "name": "dockls",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": summary(rule)},
                "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity.label]},
                "properties": {"tags": [rule.theme, *rule.aliases]},
            }
            for rule in rules()
        ],
    }
    results = [
        {
            "ruleId": finding["rule"],
            "ruleIndex": numbers[finding["rule"]],
            "level": _SARIF_LEVELS[finding["severity"]],
            "message": {"text": finding["message"]},
            "locations": [_location(path, finding["range"])],
            "relatedLocations": [
                _location(path, one["range"]) | {"message": {"text": one["message"]}} for one in finding["related"]
            ],
            "partialFingerprints": {"finding/v1": fingerprint},
            "fixes": [_fix(path, fix) for fix in finding["fixes"] if fix["edits"]],
        }
        for (path, finding), fingerprint in zip(_findings(files), _fingerprints(files), strict=True)
    ]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return as_json({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _location(path: str, place: dict[str, Any]) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(path)}, "region": _region(place)}}


def _fix(path: str, fix: dict[str, Any]) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit["range"]), "insertedContent": {"text": edit["text"]}} for edit in fix["edits"]
    ]
    changes = [{"artifactLocation": {"uri": _uri(path)}, "replacements": replacements}]
    return {"description": {"text": fix["title"]}, "artifactChanges": changes}


def _region(place: dict[str, Any]) -> dict[str, int]:
    start, end = place["start"], place["end"]
    return {
        "startLine": start["line"],
        "startColumn": start["column"],
        "endLine": end["line"],
        "endColumn": end["column"],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    quoted = quote(path.replace("\\", "/"), errors="surrogatepass")
    return f"file://{quoted}" if quoted.startswith("/") else quoted
