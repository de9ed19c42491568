"""The notation of the cases itself, with rooms that exist only here."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from cases import Case, read
from expectations import Expectations
from test_rooms import run_refactoring, run_rule

from dockls.engine import performing
from dockls.rooms import Finding, Fix, Plan, Refused, Severity, instruction_rule, refactoring
from dockls.semantics import Model
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

STRICT = Expectations(update=False)


@instruction_rule(Severity.WARNING, theme="style")
def shouting_echo(instruction: Instruction) -> Iterator[Finding]:
    at = instruction.text.find("ECHO")
    if at >= 0:
        place = Place(instruction, Span(at, at + 4))
        quiet = Fix("Whisper", lambda model: [Edit(model.absolute(place), "echo")])
        gone = Fix("Be silent", lambda model: [Edit(model.absolute(place), ":")])
        yield Finding(place, "too loud", fixes=(quiet, gone))


@refactoring(title="Name the stage", kind="refactor.rewrite", grade="preserving", settings=("name",))
def name_it(model: Model, selection: Span, name: str = "build") -> Plan | Refused | None:
    stage = model.stage_at(selection.start)
    if stage is None or stage.name:
        return None
    if model.graph.named(name):
        return Refused(f"`{name}` is taken")
    end = model.start_of(stage.declaration) + len(stage.declaration.text.rstrip())
    return Plan((Edit(Span(end, end), f" AS {name}"),), assumptions=("names are free",))


@pytest.fixture(autouse=True)
def _rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performing, "refactorings", lambda: (name_it,))


def cases(text: str, path: Path | None = None) -> list[Case]:
    return read(dedent(text), path=path)


def expected_of_rule(text: str) -> None:
    for case in cases(text):
        run_rule(shouting_echo, case, STRICT)


def expected_of_refactoring(text: str) -> None:
    for case in cases(text):
        run_refactoring(name_it, case, STRICT)


FOUND = """
    # One

    ```dockerfile
    FROM alpine
    RUN ECHO a
        ^^^^ warning: too loud
    ```
"""


def test_carets_draw_what_is_found() -> None:
    expected_of_rule(FOUND)
    expected_of_rule(FOUND.replace("warning:", "warning[shouting-echo]:"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("^^^^ w", "^^^ w"), ("    ^", "   ^"), ("loud", "low"), ("warning", "error"), ("ECHO", "echo")],
)
def test_a_drawing_that_is_not_exact_fails(old: str, new: str) -> None:
    with pytest.raises(AssertionError):
        expected_of_rule(FOUND.replace(old, new, 1))


def test_something_found_where_nothing_is_drawn_fails() -> None:
    with pytest.raises(AssertionError):
        expected_of_rule("```dockerfile\nFROM alpine\nRUN ECHO\n```\n")


def test_a_finding_over_several_lines_is_drawn_under_the_first() -> None:
    (case,) = cases("```dockerfile\nFROM alpine\nRUN a \\\n  b\n```\n")
    drawn = case.drawn([(Span(12, 23), "hint: long")])
    assert drawn.lines == ("FROM alpine", "RUN a \\", "^^^^^^^ hint: long", "  b")


def test_the_cursor_does_not_move_what_is_drawn_from_what_is_seen() -> None:
    expected_of_rule("""
        ```dockerfile
        FROM alpine
        RUN <|>ECHO a && b
               ^^^^ warning: too loud
        ```
        ->
        ```dockerfile
        FROM alpine
        RUN echo a && b
        ```
    """)


def test_a_fix_is_chosen_by_its_title() -> None:
    fixed = (
        FOUND
        + """
    -> Be silent
    ```dockerfile
    FROM alpine
    RUN : a
    ```
    """
    )
    expected_of_rule(fixed)
    with pytest.raises(AssertionError):
        expected_of_rule(fixed.replace("RUN :", "RUN ;"))
    with pytest.raises(AssertionError):
        expected_of_rule(FOUND + "\n    -> no fix\n")


NAMED = """
    ```dockerfile
    FROM alpine<|>
    RUN true
    ```
    ->
    ```dockerfile
    FROM alpine AS build
    RUN true
    ```
"""


def test_an_arrow_shows_the_file_afterwards() -> None:
    expected_of_refactoring(NAMED)
    with pytest.raises(AssertionError):
        expected_of_refactoring(NAMED.replace("AS build", "AS other"))


def test_settings_and_facts_are_given_in_lines_of_their_own() -> None:
    facts = "-> grade: preserving\n    -> assumes: names are free\n    -> title: Name the stage\n"
    expected_of_refactoring("    Settings: `name=base`\n" + NAMED.replace("build", "base") + "    " + facts)
    with pytest.raises(AssertionError):
        expected_of_refactoring(NAMED + "    -> assumes: nothing at all\n")


def test_a_refusal_is_a_sentence() -> None:
    refused = "```dockerfile\nFROM a AS build\nFROM b<|>\n```\n-> refused: `build` is taken\n"
    expected_of_refactoring(refused)
    with pytest.raises(AssertionError):
        expected_of_refactoring(refused.replace("taken", "free"))


def test_headings_say_where_it_is_offered() -> None:
    text = "# {}\n```dockerfile\nFROM a{} AS build{}\nFROM b{}\n```\n"
    expected_of_refactoring(text.format("Not offered on a named stage", "<|>", "<|>", ""))
    for heading, *cursors in [("Not offered", "", "", "<|>"), ("Offered", "", "", "<|>"), ("Offered", "<|>", "", "")]:
        with pytest.raises(AssertionError):
            expected_of_refactoring(text.format(heading, *cursors))


def test_a_selection_is_drawn_by_its_ends() -> None:
    (case,) = cases("```dockerfile\nFROM <|a|>\nFROM b<|>\n```\n")
    assert case.source == "FROM a\nFROM b\n"
    assert [case.source[start:end] for start, end in case.selections] == ["a", ""]
    assert case.source[: case.selections[1].start].endswith("FROM b")


def test_fences_with_a_title_are_the_build_context() -> None:
    (case,) = cases("""
        # With a context

        ```json package.json
        {"name": "app"}
        ```
        ```yaml compose.yaml
        services: {web: {build: {context: ., target: production}}}
        ```
        ```files
        src/main.js
        dist/
        ```
        ```targets
        debug
        ```
        ```arguments
        VERSION=3
        ```
        ```contexts
        docs
        ```
        ```dockerfile
        FROM alpine
        ```
    """)
    around = case.surroundings
    assert around.context.read("package.json") == '{"name": "app"}\n'
    assert around.context.kind("src/main.js") == "file"
    assert around.context.kind("dist") == "directory"
    assert [use.name for use in around.targets] == ["production", "debug"]
    assert around.build_arguments["VERSION"] == "3"
    assert around.named_contexts == {"docs"}


def test_without_files_the_context_is_unknown() -> None:
    (case,) = cases("```dockerfile\nFROM alpine\n```\n")
    assert not case.surroundings.context.known


def test_a_fence_that_is_not_closed_is_an_error() -> None:
    with pytest.raises(ValueError, match="line 2"):
        read("# One\n```dockerfile\nFROM alpine\n")


def test_updating_rewrites_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.md"
    path.write_text(
        dedent(FOUND).replace("^^^^ warning: too loud", "^^ error: old") + "\nWhy.\n\n# Two\n" + dedent(FOUND)
    )
    updating = Expectations(update=True)
    for case in read(path.read_text(), path=path):
        run_rule(shouting_echo, case, updating)
    updating.write()
    assert path.read_text() == dedent(FOUND) + "\nWhy.\n\n# Two\n" + dedent(FOUND)


def test_updating_adds_what_becomes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "cases.md"
    path.write_text(dedent(NAMED).split("->")[0] + "\nWhy.\n")
    updating = Expectations(update=True)
    for case in read(path.read_text(), path=path):
        run_refactoring(name_it, case, updating)
    updating.write()
    assert path.read_text() == dedent(NAMED) + "\nWhy.\n"
