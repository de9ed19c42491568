"""The quick fixes that ignore a finding: what they write, and that the finding is gone then."""

import pytest

from dockls.engine import Diagnostic, check
from dockls.engine.silencing import silencings
from dockls.semantics import Model
from dockls.text import apply

RULE = "legacy-key-value-format"


def the_finding(model: Model) -> Diagnostic:
    """The last finding of the rule."""
    return [one for one in check(model) if one.rule.name == RULE][-1]


def silenced(text: str, scope: int) -> str:
    """The text after the fix of that number: 0 the instruction, 1 the stage, 2 the file."""
    model = Model.of(text)
    fix = silencings(model, the_finding(model))[scope]
    edits = fix.edits(model)
    assert edits is not None
    return apply(text, tuple(edits))


CASES = {
    "an instruction": (
        0,
        "FROM node:24\nENV A 1\n",
        "FROM node:24\n# dockls: ignore[legacy-key-value-format]\nENV A 1\n",
    ),
    "below a comment": (
        0,
        "FROM node:24\n# what A is\nENV A 1\n",
        "FROM node:24\n# dockls: ignore[legacy-key-value-format]\n# what A is\nENV A 1\n",
    ),
    "an instruction with a comment of that kind": (
        0,
        "FROM node:24\n# dockls: ignore[root-user] for now\nENV A 1\n",
        "FROM node:24\n# dockls: ignore[root-user, legacy-key-value-format] for now\nENV A 1\n",
    ),
    "indented, with Windows' line ends": (
        0,
        "FROM node:24\r\n  ENV A 1\r\n",
        "FROM node:24\r\n  # dockls: ignore[legacy-key-value-format]\r\n  ENV A 1\r\n",
    ),
    "a stage": (
        1,
        "FROM node:24 AS a\n\nFROM node:24 AS b\nENV A 1\n",
        "FROM node:24 AS a\n\n# dockls: ignore-stage[legacy-key-value-format]\nFROM node:24 AS b\nENV A 1\n",
    ),
    "a file": (2, "FROM node:24\nENV A 1\n", "# dockls: ignore-file[legacy-key-value-format]\nFROM node:24\nENV A 1\n"),
    "a file with directives": (
        2,
        "# syntax=docker/dockerfile:1\n# escape=`\n\nFROM node:24\nENV A 1\n",
        "# syntax=docker/dockerfile:1\n# escape=`\n# dockls: ignore-file[legacy-key-value-format]\n\n"
        "FROM node:24\nENV A 1\n",
    ),
    "a file with BuildKit's directive": (
        2,
        "# check=skip=JSONArgsRecommended;error=true\nFROM node:24\nENV A 1\n",
        "# check=skip=LegacyKeyValueFormat,JSONArgsRecommended;error=true\nFROM node:24\nENV A 1\n",
    ),
    "a file with a directive that skips nothing": (
        2,
        "# check=error=true\nFROM node:24\nENV A 1\n",
        "# check=error=true\n# dockls: ignore-file[legacy-key-value-format]\nFROM node:24\nENV A 1\n",
    ),
    "a file with a comment of that kind": (
        2,
        "FROM node:24\n# dockls: ignore-file[root-user]\n\nENV A 1\n",
        "FROM node:24\n# dockls: ignore-file[root-user, legacy-key-value-format]\n\nENV A 1\n",
    ),
    "a byte order mark": (
        2,
        "\ufeffFROM node:24\nENV A 1\n",
        "\ufeff# dockls: ignore-file[legacy-key-value-format]\nFROM node:24\nENV A 1\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_written(name: str) -> None:
    scope, before, after = CASES[name]
    assert silenced(before, scope) == after
    assert not [one for one in check(Model.of(after)) if one.rule.name == RULE]


@pytest.mark.parametrize("scope", [0, 1, 2])
def test_other_rules_are_still_told(scope: int) -> None:
    text = silenced("FROM node:24\nENV A 1\nCMD node a.js\n", scope)
    assert {one.rule.name for one in check(Model.of(text))} == {"shell-form-command"}


def test_a_finding_outside_of_stages_can_be_ignored_in_the_file_alone() -> None:
    model = Model.of("BOGUS a\nFROM node:24\n")
    finding = next(one for one in check(model) if model.absolute(one.finding.place).start == 0)
    assert [fix.title.split(" ", 2)[2] for fix in silencings(model, finding)] == [
        "for this instruction",
        "in this file",
    ]
