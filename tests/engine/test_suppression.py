"""Comments and directives that silence findings, or make them errors."""

import pytest

from dockls.engine import check, configured
from dockls.project import Configuration
from dockls.rooms import Severity
from dockls.semantics import Model
from dockls.text import Edit, Span

#: two findings: the old ENV in line 2, the shell form in line 3 of what stands behind the head
FAULTY = "FROM node:24\nENV A 1\nCMD node a.js\n"
ENV, CMD = "legacy-key-value-format", "shell-form-command"


def told(text: str, settings: Configuration | None = None, other_servers: tuple[str, ...] = ()) -> set[str]:
    rule_set = None if settings is None else configured(settings, other_servers=other_servers)
    return {one.rule.name for one in check(Model.of(text), rule_set)}


def test_nothing_is_silenced_without_a_comment() -> None:
    assert told(FAULTY) == {ENV, CMD}


@pytest.mark.parametrize(
    "comment",
    [
        "# dockls: ignore[legacy-key-value-format]",
        "# dockls: ignore[LegacyKeyValueFormat] an old file",
        "#dockls: ignore [shell-form-command, legacy-key-value-format]",
        "# dockls: ignore",
        "# hadolint ignore=LegacyKeyValueFormat",
        "# check=skip=LegacyKeyValueFormat",
        "# check=skip=LegacyKeyValueFormat // an old file",
        "# check = skip=all",
    ],
)
def test_a_comment_silences_the_instruction_below(comment: str) -> None:
    assert told(FAULTY.replace("ENV", f"{comment}\nENV")) == {CMD}


@pytest.mark.parametrize(
    "comment",
    [
        "# dockls: ignore[shell-form-command]",
        "# check=skip=JSONArgsRecommended",
        "# check=error=true",
        "# hadolint ignore=DL3025",
        "# dockls: ignore[legacy-key-value-format]\n",
        "# please check=skip=all",
    ],
)
def test_other_comments_leave_it(comment: str) -> None:
    assert told(FAULTY.replace("ENV", f"{comment}\nENV")) == {ENV, CMD}


@pytest.mark.parametrize(
    "head",
    [
        "# check=skip=all\n",
        "# check=skip=LegacyKeyValueFormat, JSONArgsRecommended\n",
        "# syntax=docker/dockerfile:1\n# check=error=true;skip=all\n",
        "# dockls: ignore-file\n",
        "# dockls: ignore-stage\n",
        "# hadolint global ignore=DL3025,LegacyKeyValueFormat\n",
    ],
)
def test_wider_comments(head: str) -> None:
    assert told(head + FAULTY) == set()


def test_a_comment_in_a_stage_reaches_to_its_end() -> None:
    text = f"{FAULTY}\nFROM node:24\n# dockls: ignore-stage[shell-form-command]\nENV B 1\nCMD node b.js\n"
    found = [one for one in check(Model.of(text)) if one.rule.name == CMD]
    assert [one.finding.place.item.text for one in found] == ["CMD node a.js\n"]


def test_error_true_makes_the_checks_of_buildkit_errors() -> None:
    text = "# check=error=true\n" + FAULTY + "\nFROM scratch\nCOPY --from=biuld /a /a\nFROM scratch AS unused\n"
    severities = {one.rule.name: one.severity for one in check(Model.of(text))}
    assert severities[ENV] == severities[CMD] == Severity.ERROR
    assert severities["unused-stage"] == Severity.HINT


def test_the_directive_can_come_and_go() -> None:
    model = Model.of(FAULTY)
    assert {one.severity for one in check(model)} == {Severity.INFORMATION}
    head = "# check=error=true\n"
    stricter = model.updated(model.tree.edited([Edit(Span(0, 0), head)]))
    assert {one.severity for one in check(stricter)} == {Severity.ERROR}
    as_before = stricter.updated(stricter.tree.edited([Edit(Span(0, len(head)), "")]))
    assert {one.severity for one in check(as_before)} == {Severity.INFORMATION}


def test_settings_silence_rules_in_stages_by_name() -> None:
    text = FAULTY.replace("24\n", "24 AS Test-unit\n") + "\nFROM node:24\nCMD node b.js\n"
    settings = Configuration(stage_ignores=(("test-*", ("DL3025", ENV)), ("other", ("unused-stage",))))
    found = check(Model.of(text), configured(settings))
    assert {one.finding.place.item.text for one in found if one.rule.name in (ENV, CMD)} == {"CMD node b.js\n"}


@pytest.mark.parametrize(
    ("servers", "expected"),
    [((), {ENV, CMD}), (("docker",), set()), (("hadolint",), {ENV}), (("hadolint", "docker"), set())],
)
def test_what_another_server_tells_can_be_left_to_it(servers: tuple[str, ...], expected: set[str]) -> None:
    assert told(FAULTY, Configuration(), servers) == expected


def test_a_level_does_not_bring_back_what_another_server_tells() -> None:
    assert told(FAULTY, Configuration(severity={ENV: "error"}), ("docker",)) == set()
