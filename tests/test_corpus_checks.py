"""BuildKit's own checks, by rule and line, over third-party files that its linter has labelled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dockls.engine import Diagnostic, RuleSet, check
from dockls.project import FileMapContext, Surroundings
from dockls.rooms import rules
from dockls.semantics import Model

#: (BuildKit's name of the check, 1-based line)
Told = tuple[str, int]

#: checks that look at what only a registry knows
NEEDS_REGISTRY = {"InvalidBaseImagePlatform"}
#: a build argument that takes the place of the file's own ``# check=``
OVERRIDES = "build-arg:BUILDKIT_DOCKERFILE_CHECK"
#: what BuildKit was told to build for when it labelled the files: a path with a drive is a relative one there
PLATFORMS = ("linux/amd64",)
#: an ARG above the first FROM that BuildKit cannot expand ends its work before the later checks
ENDED_EARLY = {("microsoft__vscode-dev-containers/containers/dapr-javascript-node/.devcontainer/Dockerfile", 24)}


class Labelled(NamedTuple):
    """A file, the texts of its context, and what BuildKit tells of all its stages."""

    name: str
    text: str
    files: dict[str, str]
    expected: set[Told]


#: the rules that are checks of BuildKit
CHECKS = RuleSet([rule for rule in rules() if rule.buildkit_check or rule.name == "syntax-error"])


def told(case: Labelled) -> set[Told]:
    """What dockls tells by the names of BuildKit's checks."""
    model = Model.of(case.text, Surroundings(context=FileMapContext(case.files), platforms=PLATFORMS))
    found = set()
    for diagnostic in check(model, CHECKS):
        name = diagnostic.rule.buildkit_check or _check_of_error(diagnostic)
        start = model.absolute(diagnostic.finding.place).start
        if name is not None:
            found.add((name, model.tree.line_index.position(start, "utf-8").line + 1))
    return found


def _check_of_error(diagnostic: Diagnostic) -> str | None:
    """A FROM that can be no image: BuildKit warns, then refuses it; dockls tells it once, as an error."""
    is_name = diagnostic.finding.message.startswith("failed to parse stage name")
    return "InvalidDefaultArgInFrom" if is_name else None


def labelled(findings: list[dict[str, Any]]) -> set[Told]:
    return {(one["rule"], one["lines"][0][0]) for one in findings if one["lines"]}


@pytest.fixture
def buildkit(shared: Path) -> Path:
    return shared / "corpus" / "buildkit"


def lint_cases(buildkit: Path) -> Iterator[Labelled]:
    for case in json.loads((buildkit / "lint_cases.json").read_text("utf-8")):
        files = {} if case["dockerignore"] is None else {".dockerignore": case["dockerignore"]}
        if case.get("oracle_all_stages") is not None and OVERRIDES not in case["frontend_attrs"]:
            yield Labelled(case["name"], case["dockerfile"], files, labelled(case["oracle_all_stages"]))


def integration_cases(buildkit: Path) -> Iterator[Labelled]:
    for case in json.loads((buildkit / "integration_dockerfiles.json").read_text("utf-8")):
        if case["lint"] is not None and not (case["parse_error"] or case["instr_error"]):
            yield Labelled(case["source"], case["dockerfile"], {}, labelled(case["lint"]))


def real_cases(shared: Path) -> Iterator[Labelled]:
    folder = shared / "corpus" / "real"
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        if label.get("lint") is not None and not (label["parse_error"] or label["instr_error"]):
            text = (folder / label["file"]).read_bytes().decode("utf-8", "replace")
            yield Labelled(label["file"], text, {}, labelled(label["lint"]))


def differences(cases: Iterator[Labelled], without: set[str]) -> tuple[int, list[str]]:
    """How many findings the two have in common, and what only one of them tells."""
    common, different = 0, []
    for case in cases:
        ours = {one for one in told(case) if one[0] not in without}
        theirs = {one for one in case.expected if one[0] not in without}
        common += len(ours & theirs)
        different += [f"{case.name}: too much: {one}" for one in sorted(ours - theirs)]
        different += [f"{case.name}: missing: {one}" for one in sorted(theirs - ours)]
    return common, different


def test_lint_cases(buildkit: Path) -> None:
    common, different = differences(lint_cases(buildkit), NEEDS_REGISTRY)
    assert common > 50
    assert different == []


def test_integration_dockerfiles(buildkit: Path) -> None:
    common, different = differences(integration_cases(buildkit), NEEDS_REGISTRY)
    assert common > 40
    assert different == []


def test_real_dockerfiles(shared: Path) -> None:
    common, different = differences(real_cases(shared), NEEDS_REGISTRY | {"UndefinedVar"})
    assert common > 500
    early = {f"{file}: too much: ('LegacyKeyValueFormat', {line})" for file, line in ENDED_EARLY}
    assert set(different) <= early
