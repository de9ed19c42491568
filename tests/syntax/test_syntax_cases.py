"""The cases in refused.md and trees.md, and the JSON object of ``dockls parse``."""

import pytest
from syntax_cases import markdown_cases, pictured, without_pictures

from dockls.syntax import parse
from dockls.syntax.dump import dump, tree
from dockls.syntax.heredocs import announcements
from dockls.syntax.suggestion import nearest
from dockls.syntax.validation import document_problems, uses_custom_frontend

REFUSED = dict(markdown_cases("refused.md"))
TREES = dict(markdown_cases("trees.md"))


@pytest.mark.parametrize("title", REFUSED)
def test_refused(title: str) -> None:
    (picture,) = REFUSED[title]
    assert pictured(without_pictures(picture)) == picture


@pytest.mark.parametrize("title", TREES)
def test_tree(title: str) -> None:
    source, printed = TREES[title]
    assert tree(parse(source + "\n")) == printed + "\n"


def test_dump_of_a_whole_file() -> None:
    source = "# escape=`\nARG V=1\nfrom a:$V As Base\nRUN a `\r\n  b\r\nONBUILD COPY --link x y\n"
    source += "FROM base\nRUN <<-E\n\tx\n\tE\nFOO"
    assert dump(parse(source), "some/Dockerfile") == {
        "version": 1,
        "path": "some/Dockerfile",
        "directives": {"escape": "`"},
        "instructions": [
            _instruction("ARG", ["V=1"], 2, 2, "ARG V=1"),
            _instruction("FROM", ["a:$V", "As", "Base"], 3, 3, "from a:$V As Base"),
            _instruction("RUN", ["a   b"], 4, 5, "RUN a `\r\n  b"),
            _instruction("COPY", ["x", "y"], 6, 6, "ONBUILD COPY --link x y", flags=["--link"], onbuild=True),
            _instruction("FROM", ["base"], 7, 7, "FROM base"),
            _instruction(
                "RUN",
                ["<<-E"],
                8,
                10,
                "RUN <<-E\n\tx\n\tE",
                heredocs=[{"name": "E", "content": "\tx\n", "expand": True, "strip_tabs": True}],
            ),
            _instruction("FOO", [""], 11, 11, "FOO"),
        ],
        "stages": [
            {"index": 0, "name": "base", "base": "a:$V", "start_line": 3, "end_line": 6},
            {"index": 1, "name": None, "base": "base", "start_line": 7, "end_line": 11},
        ],
        "errors": [{"line": 11, "message": "unknown instruction: FOO (did you mean FROM?)"}],
    }


def _instruction(
    keyword: str, arguments: list[str], start: int, end: int, text: str, **others: object
) -> dict[str, object]:
    return {
        "keyword": keyword,
        "flags": [],
        "arguments": arguments,
        "json": False,
        "heredocs": [],
        "start_line": start,
        "end_line": end,
        "onbuild": False,
        "text": text,
        **others,
    }


def test_another_frontend_has_instructions_of_its_own() -> None:
    tree = parse("# syntax=example.org/my/frontend\nFROM a\nINCLUDE b\nENV A\n")
    assert uses_custom_frontend(tree)
    assert dump(tree, "-")["errors"] == [{"line": 4, "message": "ENV must have two arguments"}]


@pytest.mark.parametrize(
    "reference",
    [
        "docker/dockerfile",
        "docker/dockerfile:1",
        "docker.io/docker/dockerfile:1.7-labs",
        "docker/dockerfile@sha256:00",
        "docker/dockerfile-upstream:master extra words",
    ],
)
def test_docker_has_more_than_one_name_for_its_frontend(reference: str) -> None:
    assert not uses_custom_frontend(parse(f"# syntax={reference}\nFROM a\n"))


def test_a_line_longer_than_buildkit_reads() -> None:
    tree = parse("FROM a\nRUN b \\\n  " + "c" * 66_000 + "\nRUN " + "d" * 60_000 + "\n")
    ((place, problem),) = document_problems(tree)
    assert place is not None and place.item is tree.instructions[1]
    assert problem.message == "dockerfile line greater than max allowed size of 65535"


@pytest.mark.parametrize(
    ("word", "name"), [("targt", "target"), ("tagret", "target"), ("x", None), ("targets", "target"), ("", None)]
)
def test_nearest(word: str, name: str | None) -> None:
    assert nearest(word, ("source", "target")) == name


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("RUN <<A", "A"),
        ("RUN << A", "A"),
        ("RUN <<-  A > x", "A"),
        ("RUN << -A", "-A"),
        ("RUN 3<<A <<'B'", "A B"),
        ("RUN <<$A", "$A"),
        ("RUN cat<<A", ""),
        ("RUN << <<A", ""),
        ("RUN <<<A", ""),
        ("RUN '<<A'", ""),
        ("RUN <<''", ""),
        ("RUN <<A \"$(x '", ""),
        ('RUN <<A ${x:-"}"} ${y//a/b} $$ ${#}', "A"),
        # BuildKit gets no words from a line with a substitution that is bash's alone.
        ("RUN <<A ${x[0]}", ""),
        ("RUN <<A ${x", ""),
        ("RUN <<A ${}", ""),
        ("RUN <<A '${x[0]}'", "A"),
    ],
)
def test_words_that_announce_a_here_document(line: str, names: str) -> None:
    assert [announcement.name for announcement in announcements(line)] == names.split()
