"""Settings: where they come from, which win, and what is said about mistakes."""

from pathlib import Path

import pytest

from dockls.project import Configuration, load_configuration

RULES = ["unknown-stage", "unused-stage", "DL3022"]


def load(folder: Path, files: dict[str, str], below: str = "Dockerfile", **options: object) -> Configuration:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / below).parent.mkdir(parents=True, exist_ok=True)
    return load_configuration(str(folder / below), RULES, **options)  # type: ignore[arg-type]


def test_without_any_file_the_defaults_apply(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == Configuration()


WRITTEN = """select = ["unknown-stage"]
ignore = ["DL3022"]
context = "app"
targets = ["test"]
fail-on = "error"
{header}
unused-stage = "hint"
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dockls.toml", WRITTEN.format(header="[severity]")),
        ("pyproject.toml", "[project]\nname = 'x'\n[tool.dockls]\n" + WRITTEN.format(header="[tool.dockls.severity]")),
    ],
)
def test_every_setting_is_read_from_a_folder_above(tmp_path: Path, name: str, text: str) -> None:
    found = load(tmp_path, {name: text}, "a/b/Dockerfile")
    assert found == Configuration(
        select=("unknown-stage",),
        ignore=("DL3022",),
        severity={"unused-stage": "hint"},
        context=str(tmp_path / "app"),
        targets=("test",),
        fail_on="error",
        path=str(tmp_path / name),
    )


def test_the_nearest_file_counts_alone(tmp_path: Path) -> None:
    found = load(tmp_path, {"dockls.toml": 'ignore = ["DL3022"]', "a/dockls.toml": 'targets = ["x"]'}, "a/Dockerfile")
    assert (found.ignore, found.targets) == ((), ("x",))


def test_a_pyproject_without_settings_is_passed_over(tmp_path: Path) -> None:
    found = load(tmp_path, {"dockls.toml": 'targets = ["x"]', "a/pyproject.toml": "[tool.ruff]\n"}, "a/Dockerfile")
    assert found.targets == ("x",)


def test_a_file_that_is_named_is_the_one_read(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text('targets = ["named"]')
    found = load(tmp_path, {"dockls.toml": 'targets = ["x"]'}, file=str(other))
    assert found.targets == ("named",)
    missing = load(tmp_path, {}, file=str(tmp_path / "missing.toml"))
    assert "missing.toml cannot be read" in missing.problems[0].message


def test_the_editor_wins_where_both_speak(tmp_path: Path) -> None:
    editor = {"targets": ["edited"], "failOn": "never", "context": None, "severity": {"DL3022": "info"}}
    written = 'targets = ["x"]\nignore = ["DL3022"]\n[severity]\nunused-stage = "off"'
    found = load(tmp_path, {"dockls.toml": written}, editor=editor)
    assert found.targets == ("edited",)
    assert found.ignore == ("DL3022",)
    assert found.fail_on == "never"
    assert found.severity == {"unused-stage": "off", "DL3022": "information"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('slect = ["unknown-stage"]', ["no setting `slect`", "nearest is `select`"]),
        ('zzz = "x"', ["no setting `zzz`"]),
        ('ignore = ["unknown-stag"]', ["no rule `unknown-stag`", "nearest is `unknown-stage`"]),
        ('ignore = ["dl3022"]', ["no rule `dl3022`"]),
        ("ignore = 3", ["`ignore` must be a list"]),
        ("targets = [3]", ["`targets` must be a list"]),
        ("context = 3", ["`context` must be a text"]),
        ('fail-on = "fatal"', ["`fail-on` must be one of"]),
        ('severity = "x"', ["`severity` must be a table"]),
        ('severity = { unused-stage = "loud" }', ["severity of `unused-stage`", "error, warning"]),
        ('severity = { unused-stag = "error" }', ["no rule `unused-stag`", "nearest is `unused-stage`"]),
        ("per-file-ignores = 3", ["`per-file-ignores` must be a table"]),
        ('per-stage-ignores = { test = "x" }', ["`test` must be a list"]),
        ('per-stage-ignores = { test = ["unused-stag"] }', ["no rule `unused-stag`"]),
        ('other-servers = ["vim"]', ["knows docker and hadolint, but not `vim`"]),
        ("this is no toml", ["not valid TOML", "defaults apply"]),
    ],
)
def test_a_mistake_is_told_with_its_file_line_and_remedy(tmp_path: Path, line: str, words: list[str]) -> None:
    found = load(tmp_path, {"dockls.toml": f"# settings\n\n{line}\n"})
    (problem,) = found.problems
    assert problem.path == str(tmp_path / "dockls.toml")
    assert problem.line == 3
    assert [word for word in words if word not in problem.message] == []


PATTERNS = """
ignore = ["unknown-stage"]
[per-file-ignores]
"examples/*" = ["unused-stage"]
"*.dev.Dockerfile" = ["DL3022"]
"""


@pytest.mark.parametrize(
    ("file", "ignored"),
    [
        ("Dockerfile", ("unknown-stage",)),
        ("examples/Dockerfile", ("unknown-stage", "unused-stage")),
        ("examples/deep/a.dev.Dockerfile", ("unknown-stage", "unused-stage", "DL3022")),
        ("a.dev.Dockerfile", ("unknown-stage", "DL3022")),
        ("other/examples/Dockerfile", ("unknown-stage",)),
    ],
)
def test_rules_are_ignored_by_the_path_from_the_settings(tmp_path: Path, file: str, ignored: tuple[str, ...]) -> None:
    found = load(tmp_path, {"dockls.toml": PATTERNS})
    assert found.problems == ()
    assert found.for_file(str(tmp_path / file)).ignore == ignored


def test_a_mistake_leaves_the_other_settings_alone(tmp_path: Path) -> None:
    found = load(tmp_path, {"dockls.toml": 'nonsense = 1\ntargets = ["x"]\n'})
    assert found.targets == ("x",)
    assert len(found.problems) == 1


def test_a_broken_file_means_the_defaults(tmp_path: Path) -> None:
    files = {"a/dockls.toml": 'targets = ["x"]\n[severity\n', ".hadolint.yaml": "ignored: [DL3022]\n"}
    found = load(tmp_path, files, "a/Dockerfile")
    assert found._replace(problems=(), path=None) == Configuration()
    assert [problem.line for problem in found.problems] == [2]


def test_mistakes_in_the_editor_are_told_too(tmp_path: Path) -> None:
    found = load(tmp_path, {}, editor={"ignored": ["x"]})
    assert "nearest is `ignore`" in found.problems[0].message
    assert "editor" in found.problems[0].path


HADOLINT = "ignored:\n  - DL3007\noverride:\n  error: [DL3022]\n  info:\n    - DL3059\n  style: [DL4000]\n"


def test_hadolint_settings_are_taken_where_there_are_no_own(tmp_path: Path) -> None:
    found = load(tmp_path, {".hadolint.yaml": HADOLINT})
    assert found.ignore == ("DL3007",)
    assert found.severity == {"DL3022": "error", "DL3059": "information", "DL4000": "hint"}
    assert found.problems == ()


def test_hadolint_settings_are_not_taken_where_there_are_own(tmp_path: Path) -> None:
    assert load(tmp_path, {".hadolint.yaml": HADOLINT, "dockls.toml": "targets = []"}).ignore == ()


@pytest.mark.parametrize("garbage", [b"\xff\xfe\x00", b"[" * 5000, b"a = " + b"[" * 5000, b"", b"= ="])
def test_any_bytes_are_answered(tmp_path: Path, garbage: bytes) -> None:
    for name in ("dockls.toml", "pyproject.toml", ".hadolint.yaml"):
        (tmp_path / name).write_bytes(garbage)
    assert load_configuration(str(tmp_path / "Dockerfile"), RULES)._replace(problems=(), path=None) == Configuration()
