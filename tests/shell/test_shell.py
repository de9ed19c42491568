"""Cases of ``commands.md``, ``neutralize.md`` and ``instructions.md``, and what must hold for any text."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockls import syntax
from dockls.shell import Command, Redirect, Script, neutralize, parse, scripts

HERE = Path(__file__).parent


def cases(name: str) -> list[object]:
    """The headings of a file, each with its fence and the fence behind ``->``."""
    result: list[object] = []
    for section in (HERE / name).read_text().split("\n## ")[1:]:
        title = section.partition("\n")[0]
        _, first, between, second, *_ = section.split("\n```")
        assert between.strip() == "->", title
        source, expected = (fence.partition("\n")[2] for fence in (first, second))
        if "(escaped)" in title:
            source = source.encode("latin-1").decode("unicode_escape")
        result.append(pytest.param(source, expected, id=title))
    return result


def shown_redirect(redirect: Redirect, text: str) -> str:
    target = "" if redirect.target is None else redirect.target.text
    shown = f"{redirect.descriptor}{redirect.operator}{target}"
    if redirect.content is not None:
        shown += repr(text[slice(*redirect.content)])
    return shown


def shown_command(command: Command, text: str) -> str:
    parts = [command.connector or "-", *(word.text for word in command.assignments)]
    parts += [command.name or "?"] if command.words else []
    parts += [f"[{argument}]" for argument in command.arguments]
    parts += [shown_redirect(redirect, text) for redirect in command.redirects]
    line = "  " * command.depth + " ".join(parts).replace("\n", "⏎")
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in line)


def shown(script: Script, text: str) -> str:
    kind = "errors" if script.errors else "simple" if script.simple else "compound"
    return "\n".join([kind, *(shown_command(command, text) for command in script.commands)])


def check_spans(script: Script, text: str) -> None:
    for command in script.commands:
        start, end = command.span
        assert 0 <= start <= end <= len(text)
        for word in (*command.words, *command.assignments):
            assert start <= word.span.start < word.span.end <= end
            assert text[slice(*word.span)] == word.text
        for redirect in command.redirects:
            assert start <= redirect.span.start <= redirect.span.end <= end
            if redirect.target is not None:
                assert text[slice(*redirect.target.span)] == redirect.target.text
            if redirect.content is not None:
                assert redirect.span.end <= redirect.content.start <= redirect.content.end <= len(text)


@pytest.mark.parametrize(("text", "expected"), cases("commands.md"))
def test_commands(text: str, expected: str) -> None:
    script = parse(text)
    assert shown(script, text) == expected
    check_spans(script, text)


@pytest.mark.parametrize(("text", "expected"), cases("neutralize.md"))
def test_neutralize(text: str, expected: str) -> None:
    escape = "`" if "`" in text else "\\"
    plain = neutralize(text, escape)
    assert len(plain) == len(text)
    assert shown(parse(plain), plain) == expected
    for command in parse(plain).commands:
        for word in command.words:
            assert text[slice(*word.span)] == word.text.replace("\\\n", escape + "\n")


@pytest.mark.parametrize(("text", "expected"), cases("instructions.md"))
def test_instructions(text: str, expected: str) -> None:
    tree = syntax.parse(text + "\n")
    instruction = next(item for item in tree.items if isinstance(item, syntax.Instruction))
    pieces = scripts(instruction)
    assert scripts(instruction) is pieces
    lines: list[str] = []
    for piece in pieces:
        source = instruction.text[piece.offset :]
        lines.append(shown(piece.script, source))
        check_spans(piece.script, source)
    assert ("\n".join(lines) or "nothing") == expected


def picture_of(text: str) -> str:
    """The text, then a line for each command: ``~`` where it stands, ``^`` where its words do."""
    lines = [text]
    for command in parse(text).commands:
        line = [" "] * len(text)
        line[slice(*command.span)] = "~" * (command.span.end - command.span.start)
        for word in command.words:
            line[slice(*word.span)] = "^" * (word.span.end - word.span.start)
        lines.append("".join(line).rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize(
    "picture",
    [
        """\
A=1 apt-get install -y "libé" > 'a b' && échο x
~~~~^^^^^^^~^^^^^^^~^^~^^^^^^~~~~~~~~
                                         ^^^^~^""",
        """\
cd /x && sh -c 'make "all" | tee log; ls' && rm x
^^~^^
         ^^~^^~^^^^^^^^^^^^^^^^^^^^^^^^^^
                ^^^^~^^^^^
                             ^^^~^^^
                                      ^^
                                             ^^~^""",
        """\
𝔘=1; echo "𝔘$(cat 'ü')" `ls 日本` 2>ß
^^^
     ^^^^~^^^^^^^^^^^^^~^^^^^^^~~~~
              ^^^~^^^
                         ^^~^^""",
    ],
)
def test_spans(picture: str) -> None:
    assert picture_of(picture.partition("\n")[0]) == picture


WORDS = (
    "a bb 'q' \" ' ` $( ) ( { } ;; ; & && || | |& < > >> << <<- <<E E <<< \\ # $x ${x:-y} if then fi case in esac for "
    "do done while [ ]] [[ (( )) $(( ! !(a) A=1 export sh -c 2>&1 \0 é 𝔘 \ud800 \x0b \xa0 function f() * ="
)
PIECES = st.sampled_from([*WORDS.split(" "), " ", "\t", "\n", "\r\n", "\\\n"])


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_any_text_has_commands_within_it(text: str) -> None:
    script = parse(text)
    check_spans(script, text)
    assert [command.span.start for command in script.commands] == sorted(c.span.start for c in script.commands)
    if script.simple:
        assert not script.errors
        assert {command.connector for command in script.top} <= {"", "&&", ";"}


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join), st.sampled_from("\\`"))
def test_neutralizing_moves_nothing(text: str, escape: str) -> None:
    plain = neutralize(text, escape)
    assert len(plain) == len(text)
    kept = [(a, b) for a, b in zip(text, plain, strict=True) if a != b]
    assert all(b in " \\\n" for _, b in kept)
    check_spans(parse(plain), plain)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["RUN", "CMD", "HEALTHCHECK CMD", "ONBUILD RUN"]), st.lists(PIECES, max_size=20).map("".join))
def test_any_instruction_has_scripts_within_it(keyword: str, body: str) -> None:
    for item in syntax.parse(f"{keyword} {body}").items:
        if isinstance(item, syntax.Instruction):
            for piece in scripts(item):
                for command in piece.script.commands:
                    span = command.span.shifted(piece.offset)
                    assert 0 <= span.start <= span.end <= len(item.text)


@pytest.mark.parametrize("text", ["a | ", "a=( ", "$(", '"$(', "((", "{ ", "if ", "case x in ", "<<A\n", "[[ ", "a'\n"])
def test_deep_and_broken_texts_are_answered(text: str) -> None:
    assert parse(text * 5001).errors


def test_the_grammar_is_loaded_by_the_first_parse_only() -> None:
    program = (
        "import sys, dockls.shell as shell\n"
        "print('tree_sitter' in sys.modules)\n"
        "shell.parse('ls')\n"
        "print('tree_sitter' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
