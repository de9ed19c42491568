"""Variable expansion: own cases, BuildKit's cases if they are at hand, and a second implementation as the judge."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dockls.semantics.expansion import (
    Expanded,
    ExpansionError,
    VariableUse,
    expand,
    expand_with_origin,
    expand_words,
    variables,
)
from dockls.text import Span

ENVIRONMENT = {
    "a": "one",
    "empty": "",
    "path": "/usr/local/lib",
    "file": "app.tar.gz",
    "spaced": " x  y ",
    "lines": "ab\ncd",
    "star": "*",
}

CASES = {
    "plain text": ("hello", "hello"),
    "a name ends where letters end": ("$a-$a.x", "one-one.x"),
    "an unset name is empty": ("<$missing>", "<>"),
    "names are case-sensitive": ("$A", ""),
    "braces": ("${a}b", "oneb"),
    "a digit parameter is digits only": ("$12b", "b"),
    "a dollar sign alone": ("a$", "a$"),
    "a dollar sign before a mark": ("$/x", "$/x"),
    "two dollar signs are a parameter": ("$$a", "a"),
    "escaped dollar sign": (r"\$a", "$a"),
    "escaped escape": (r"\\$a", r"\one"),
    "escape at the end": ("x\\", "x"),
    "single quotes are literal": (r"'$a\'", r"$a\ ".strip()),
    "double quotes expand": ('"$a"', "one"),
    "in double quotes most escapes stay": (r'"\n\$\"\\"', r"\n$" + '"\\'),
    "quotes in quotes": ("\"'$a'\"", "'one'"),
    "default for unset": ("${missing:-x}", "x"),
    "default for empty": ("${empty:-x}", "x"),
    "default without colon leaves empty": ("${empty-x}", ""),
    "default not needed": ("${a:-x}", "one"),
    "nested default": ("${missing:-${nothing-$a}}", "one"),
    "quoted brace in a default": ("${missing:-'}'}", "}"),
    "alternative": ("${a:+x}", "x"),
    "alternative of empty": ("[${empty:+x}${empty+y}]", "[y]"),
    "required and there": ("${a:?no}", "one"),
    "required, empty will do": ("${empty?no}", ""),
    "shortest prefix": ("${path#*/}", "usr/local/lib"),
    "longest prefix": ("${path##*/}", "lib"),
    "shortest suffix": ("${file%.*}", "app.tar"),
    "longest suffix": ("${file%%.*}", "app"),
    "one character": ("${file#?}", "pp.tar.gz"),
    "prefix that is not there": ("${file#tar}", "app.tar.gz"),
    "suffix that is not there": ("${file%.zip}", "app.tar.gz"),
    "brackets are literal": ("${file#[a]}", "app.tar.gz"),
    "a star does not cross lines": ("${lines##*}", "\ncd"),
    "a quoted star is still a star": ("${path##'*/'}", "lib"),
    "an escaped star is literal": (r"${star#\*}", ""),
    "a star from a value matches all": ("${a##$star}", ""),
    "replace one": (r"${path/\//:}", ":usr/local/lib"),
    "replace all": (r"${path//\//:}", ":usr:local:lib"),
    "replace by nothing": ("${file/.tar/}", "app.gz"),
    "replace as much as possible": ("${path/l*l/L}", "/usr/Lib"),
    "replace nothing by something": ("${a//'-'/+}", "one"),
    "replace between all characters": ("${a///-}", "-o-n-e-"),
    "an empty name is unset": ("${+x}|${/a/b}", "|"),
}

# Facts of Go's regular expressions and scanner that the second implementation, with Python's, cannot know.
GO_CASES = {
    "one match of everything": ("${a//*/x}", "x"),
    "one match on each line": ("${lines//*/x}", "x\nx"),
    "an empty value matches once": ("${empty//*/x}", "x"),
    "the match itself": (r"${a//n/<\$0>}", r"o<\n>e"),
    "the match itself, quoted": ("${a//n/'<${0}>'}", "o<n>e"),
    "a group that is not there": ("${a//n/'<$1$x>'}", "o<>e"),
    "a dollar sign in a replacement": ("${a//n/'$$0$-$'}", "o$0$-$e"),
    "no such thing when replacing one": ("${a/n/'$0'}", "o$0e"),
    "a byte order mark is skipped": ("\ufeff$a\ufeff", "one\ufeff"),
}

ERRORS = {
    "single quote": ("it's", "matching single-quote", "'"),
    "double quote": ('a "b', "matching double-quote", '"'),
    "no brace": ("x${a", "missing '}'", "$"),
    "no brace behind a default": ("${a:-b", "missing '}'", "$"),
    "the outermost substitution is to blame": ("${a:-'b}", "missing '}'", "$"),
    "nothing in braces": ("x${}", "bad substitution", "$"),
    "assignment": ("${a:=b}", "unsupported modifier (:=)", "$"),
    "pattern with a colon": ("${a:#b}x", "unsupported modifier (:#)", "$"),
    "dot in a name": ("${a.b}", "unsupported modifier (.)", "$"),
    "unset": ("${missing?}", "missing: is not allowed to be unset", "$"),
    "empty": ("${empty:?}", "empty: is not allowed to be empty", "$"),
    "own reason": ("${missing:?set $a}", "missing: set one", "$"),
    "bad escape in a pattern": (r"${a#\n}", r"invalid pattern (\n) in substitution: invalid escape '\n'", "$"),
    "no second slash": ("${a/b}", "missing '/' in ${}", "$"),
}


@pytest.mark.parametrize(("word", "expected"), [*CASES.values(), *GO_CASES.values()], ids=[*CASES, *GO_CASES])
def test_a_word_expands_as_in_buildkit(word: str, expected: str) -> None:
    assert expand(word, ENVIRONMENT.get) == expected


def test_the_cases_are_no_opinion_of_this_project() -> None:
    oracle = pytest.importorskip("e2b_dockerfile_utils.lexer").ShellLex("\\", env=ENVIRONMENT, skip_unset_env=False)
    assert {word: oracle.process_word(word) for word, _ in CASES.values()} == dict(CASES.values())


@pytest.mark.parametrize(("word", "message", "blamed"), ERRORS.values(), ids=ERRORS)
def test_what_buildkit_refuses_is_an_error_with_its_place(word: str, message: str, blamed: str) -> None:
    with pytest.raises(ExpansionError) as raised:
        expand(word, ENVIRONMENT.get)
    assert message in raised.value.message
    assert str(raised.value) == raised.value.message
    assert raised.value.offset == word.index(blamed)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("a  b", ["a", "b"]),
        ("$spaced", ["x", "y"]),
        ('"$spaced"', [" x  y "]),
        ("a$spaced'b c'", ["a", "x", "y", "b c"]),
        (r"a\ b c", ["a b", "c"]),
        ("'' x \"\"", ["x"]),
        ("8${missing:-0}80", ["8080"]),
        ("   ", []),
        ("a\u00a0b\u2003c\x1cd", ["a", "b", "c\x1cd"]),
    ],
)
def test_words_split_at_white_space_outside_quotes(word: str, expected: list[str]) -> None:
    assert expand_words(word, ENVIRONMENT.get) == expected


def test_the_back_tick_can_be_the_escape_character() -> None:
    assert expand(r"C:\$a\`$a``", ENVIRONMENT.get, "`") == r"C:\one\$a" + "`"
    assert [use.name for use in variables("`$a $empty", "`")] == ["empty"]


def test_quotes_are_ordinary_in_the_body_of_a_here_document() -> None:
    assert expand('it\'s "$a"', ENVIRONMENT.get, quotes=False) == 'it\'s "one"'
    assert [use.name for use in variables("'$a' $empty", quotes=False)] == ["a", "empty"]


def test_the_names_looked_up_are_told() -> None:
    answer = expand_with_origin("$a${path:-$missing}'$empty'$a${+x}", ENVIRONMENT.get)
    assert answer == Expanded("one/usr/local/lib$emptyone", ("a", "missing", "path"), ("missing",))


def test_doubling_again_and_again_ends_in_an_error() -> None:
    values = {"v": "x" * 1000}
    with pytest.raises(ExpansionError, match="too large"):
        for _ in range(100):
            values["v"] = expand("$v$v", values.get)
    with pytest.raises(ExpansionError, match="too large"):
        expand("${v//?/${v//?/$v}}", {"v": "x" * 1000}.get)


@pytest.mark.parametrize("modifier", ["#", "##", "%", "%%", "/", "//"])
def test_patterns_with_many_stars_have_an_answer(modifier: str) -> None:
    value = "a" * 5000
    end = "/x" if "/" in modifier else ""
    word = f"${{v{modifier}{'*a' * 30}*b{end}}}"
    assert expand(word, {"v": value}.get) == value


def test_deep_nesting_has_an_answer() -> None:
    depth = 3000
    assert expand("${x:-" * depth + "y" + "}" * depth, {}.get) == "y"
    assert len(variables("${x:-" * depth)) == depth


def _shown(text: str, uses: tuple[VariableUse, ...]) -> list[tuple[str, str, str | None]]:
    """Each use as its text, its modifier and its default; the name must be where it says."""
    for use in uses:
        assert text[use.name_span.start : use.name_span.end] == use.name
    return [(text[use.span.start : use.span.end], use.modifier, use.default) for use in uses]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x$a y", [("$a", "", None)]),
        ("${a}$b", [("${a}", "", None), ("$b", "", None)]),
        ("'$a' \"'$b'\"", [("$b", "", None)]),
        (r"\$a \\$b", [("$b", "", None)]),
        (r'"\$a \n$b"', [("$b", "", None)]),
        ("${a:-}", [("${a:-}", ":-", "")]),
        ("${a:-x$b'}'}", [("${a:-x$b'}'}", ":-", "x$b'}'"), ("$b", "", None)]),
        ("${a##*/}${b#/}", [("${a##*/}", "##", "*/"), ("${b#/}", "#", "/")]),
        ("${a//x/$b}", [("${a//x/$b}", "//", "x/$b"), ("$b", "", None)]),
        ("${a/}/x}y", [("${a/}/x}", "/", "}/x")]),
        ("${a?no $b}", [("${a?no $b}", "?", "no $b"), ("$b", "", None)]),
        ("x${NA", [("${NA", "", None)]),
        ("${NA /y ${b}", [("${NA", "", None), ("${b}", "", None)]),
        ("${a:-x $b", [("${a:-x $b", ":-", "x $b"), ("$b", "", None)]),
        ("${a:=$b}", [("${a:=$b}", "", None), ("$b", "", None)]),
        ("${}${:-$a}${", [("$a", "", None)]),
        ("it's $a", [("$a", "", None)]),
        ('"$a', [("$a", "", None)]),
        ("$@$1x$", [("$@", "", None), ("$1", "", None)]),
    ],
)
def test_variables_are_found_with_their_places(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert _shown(text, variables(text)) == expected


def test_a_use_tells_where_its_name_stands() -> None:
    text = "COPY ${source:-.} /x"
    name = text.index("source")
    (use,) = variables(text)
    assert use.name_span == Span(name, name + len("source"))
    assert use.span == Span(text.index("$"), text.index("}") + 1)


def _buildkit_cases() -> dict[str, Any]:
    shared = Path(os.environ.get("DOCKLS_SHARED", Path(__file__).parents[3] / "shared"))
    path = shared / "corpus" / "buildkit" / "shell_cases.json"
    if not path.exists():
        pytest.skip("BuildKit's own cases are not at hand")
    cases: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return cases


def _outcome(word: str, values: Mapping[str, str]) -> str:
    try:
        return expand(word, values.get)
    except ExpansionError:
        return "error"


def test_buildkits_own_cases() -> None:
    corpus = _buildkit_cases()
    values = dict(line.split("=", 1) for line in corpus["env"])
    # On Windows, BuildKit compares names without case.
    windows = {**values, **{name.lower(): value for name, value in values.items()}}
    wrong = [
        case
        for case in corpus["cases"]
        if _outcome(case["word"], windows if case["platform"] == "W" else values) != case["expected"]
    ]
    assert len(corpus["cases"]) > 200
    assert wrong == []


def test_buildkits_own_words() -> None:
    values: dict[str, str] = {}
    wrong, count = [], 0
    for line in _buildkit_cases()["words"].split("\n"):
        if line.startswith("#") or not line:
            continue
        if line.startswith("ENV "):
            name, value = line.removeprefix("ENV ").split("=", 1)
            values[name] = value
            continue
        word, expected = line.split("|")
        try:
            found = expand_words(word.strip(), values.get)
        except ExpansionError:
            found = ["error"]
        count += 1
        if found != expected.removeprefix(" ").split(","):
            wrong.append(line)
    assert count > 20
    assert wrong == []
