"""`.dockerignore`: which paths stay out of the context, and which line says so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockls.project import IgnoreFile

# A line is: the ignore file's lines, joined by "|"; paths that stay out; paths that come in.
TABLE = [
    ("node_modules", "node_modules node_modules/a/b.js", "web/node_modules web/node_modules/a.js node_modules2"),
    ("**/node_modules", "node_modules web/node_modules web/a/node_modules/x.js", "web/my_node_modules"),
    ("*.md", "README.md", "docs/README.md README.mdx"),
    ("**/*.md", "README.md docs/README.md docs/a/b.md", "docs/md"),
    ("*.md|!README.md", "CHANGES.md", "README.md"),
    ("!README.md|*.md", "README.md CHANGES.md", "README.txt"),
    ("*|!src", "a.txt lib/x", "src src/a src/a/b"),
    ("*|!src|src/secret", "src/secret src/secret/key lib", "src src/a"),
    ("docs|!docs/keep", "docs docs/a", "docs/keep docs/keep/x"),
    ("docs/**", "docs/a docs/a/b", "docs docsx"),
    ("docs/*/x", "docs/a/x", "docs/x docs/a/b/x"),
    ("docs/**/x", "docs/x docs/a/x docs/a/b/x docs/x/below", "docs/xy"),
    ("dist/", "dist dist/a.js", "distance"),
    ("./dist", "dist", "src/dist"),
    ("/dist", "dist", "src/dist"),
    ("src/../dist", "dist dist/x", "src"),
    ("a?c", "abc axc", "ac abbc a/c"),
    ("[ab].txt", "a.txt b.txt", "c.txt [ab].txt"),
    ("[^a].txt", "b.txt", "a.txt"),
    ("[!a].txt", "a.txt !.txt", "b.txt"),
    ("[a-c]x", "ax bx cx", "dx -x"),
    (r"\*.txt", "*.txt", "a.txt"),
    (r"\!important", "!important", "important"),
    ("**", "a a/b .git", ""),
    ("**/", "a a/b", ""),
    ("**/*.go|!vendor", "main.go pkg/a.go vendor/x.go", "vendor"),
    ("a**", "a ab abc/d", "ba b"),
    ("**b", "b ab x/ab", "bc"),
    ("  spaced  ", "spaced", "spaced2"),
    ("# comment|#file", "", "#file comment"),
    (" #file", "#file", "file"),
    ("a.b+c(d)", "a.b+c(d)", "aXb+c(d)"),
    ("Dockerfile*", "Dockerfile Dockerfile.dev", "docker/Dockerfile"),
    ("\ufeffbuild", "build", "src"),
    ("", "", "a"),
    (".", "", "a a/b"),
    ("grün", "grün grün/x", "grun"),
]


@pytest.mark.parametrize(("lines", "ignored", "kept"), TABLE, ids=[row[0] or "empty" for row in TABLE])
def test_which_paths_are_kept_out(lines: str, ignored: str, kept: str) -> None:
    file = IgnoreFile.parse(lines.replace("|", "\n"))
    assert file.problems == ()
    assert [path for path in ignored.split(" ") if path and not file.decide(path).ignored] == []
    assert [path for path in kept.split(" ") if path and file.decide(path).ignored] == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_deciding_line_is_told_with_its_place(ending: str) -> None:
    text = ending.join(["# all", "*", "  !src ", "src/*.log", ""])
    file = IgnoreFile.parse(text, ".dockerignore")
    for path, written, line in [("x", "*", 2), ("src/a", "!src", 3), ("src/a.log", "src/*.log", 4)]:
        pattern = file.decide(path).pattern
        assert pattern is not None
        assert (pattern.text, pattern.line) == (written, line)
        assert text[pattern.span.start : pattern.span.end] == written


def test_a_path_no_line_speaks_of_has_no_deciding_line() -> None:
    assert IgnoreFile.parse("docs\n!README.md").decide("README.md") == (False, None)


@pytest.mark.parametrize("bad", ["!", "! ", "[", "[]", "[a", "a[", "[-]", "[a-]", "x\\", "[b-a]", "[\\"])
def test_a_bad_line_is_a_problem_with_its_line_and_silences_no_other(bad: str) -> None:
    file = IgnoreFile.parse(f"*.md\n{bad}\ntarget\n")
    assert [problem.line for problem in file.problems] == [2]
    assert bad.strip() in file.problems[0].message
    assert file.decide("a.md").ignored
    assert file.decide("target/x").ignored


@pytest.mark.parametrize("root", ["", ".", "/", "./", "a/.."])
def test_the_context_itself_is_never_ignored(root: str) -> None:
    assert not IgnoreFile.parse("*\n**\n.").decide(root).ignored


@pytest.mark.parametrize("path", ["/docs/a", "./docs/a", "docs//a", "x/../docs/a"])
def test_paths_are_cleaned_before_they_are_asked_for(path: str) -> None:
    assert IgnoreFile.parse("docs/a").decide(path).ignored


def test_below_an_ignored_folder_something_may_come_in_again() -> None:
    file = IgnoreFile.parse("docs\nbuild\n!docs/keep.md\n")
    assert file.may_let_in_below("docs")
    assert not file.may_let_in_below("build")


def test_a_pattern_made_to_hang_others_is_answered() -> None:
    pattern = "a*" * 60 + "b"
    assert not IgnoreFile.parse(pattern).decide("a" * 500).ignored
    assert not IgnoreFile.parse("**/a" * 60 + "/**/b").decide("a/" * 200 + "c").ignored


PARTS = ["a", "b", "ab", "*", "**", "?", "/", "/", ".", "!", "[ab]", "[^a]", "\\a", "c", "..", "{", "+", " ", "#"]
LINES = st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join), max_size=4)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "c", ".", "aab", "#a", "!a", "x{"]), min_size=1, max_size=4).map(
    "/".join
)


@settings(max_examples=400, deadline=None)
@given(LINES, PATHS)
def test_the_same_paths_stay_out_as_by_another_port_of_the_same_matcher(lines: list[str], path: str) -> None:
    other = pytest.importorskip("e2b_dockerfile_utils")
    try:
        matcher = other.PatternMatcher([line for line in lines if line.strip()])
    except ValueError:
        return
    if "." in path.split("/"):
        return
    file = IgnoreFile.parse("\n".join(lines))
    assert file.problems == ()
    assert file.decide(path).ignored == matcher.matches(path)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_is_answered(text: str, path: str) -> None:
    file = IgnoreFile.parse(text)
    assert file.decide(path).ignored in (True, False)
    for pattern in file.patterns:
        assert text[pattern.span.start : pattern.span.end] == pattern.text
