"""Own Dockerfiles against BuildKit's Go parser (package ``dockerfile``), and the corpus against its labels."""

from collections.abc import Iterator
from typing import Any

import pytest
from syntax_cases import CORPUS, SHARED, all_problems, corpus_json, look_inside, real_files

from dockls.syntax import Dockerfile, Instruction, parse
from dockls.syntax.dump import dump
from dockls.syntax.heredocs import announcements

needs_corpus = pytest.mark.skipif(not SHARED.is_dir(), reason="no corpus beside the checkout")

OWN = {
    "stages": "FROM a AS b\nFROM b\nCOPY --from=b x y\n",
    "windows line ends": "FROM a\r\nRUN b \\\r\n  c\r\n\r\nRUN <<E\r\nd\r\nE\r\nCMD e\r\n",
    "byte order mark": "\ufeffFROM a\nRUN b\n",
    "byte order mark before a directive": "\ufeff# escape=`\nFROM a\nRUN b `\n c\n",
    "tabs": "\tFROM\ta\t\n\tRUN\tb\t\\\n\t\tc\n\tCOPY\td\te\n",
    "other blanks": "\x0b\x0cFROM a\nRUN\x0bb\nRUN\x0cc\n\xa0RUN d\n",
    "back-tick": "# escape=`\nFROM a\nCOPY C:\\x\\ C:\\y\\\nRUN b `\n  c\nENV d=e`\n   f=g` h\n",
    "comments in continuations": "FROM a\nRUN b \\\n# one\n   # two\n  c \\\n\n\n  d\n# after\nRUN e\n",
    "no final line end": "FROM a\nRUN b",
    "ends in a continuation": "FROM a\nRUN b \\\n",
    "ends in a comment inside a continuation": "FROM a\nRUN b \\\n# c\n",
    "escape alone": "FROM a\nRUN \\\n\\\n b\n",
    "escaped escape": "FROM a\nRUN b \\\\\nRUN c\n",
    "keyword over two lines": "FROM a\nRU\\\nN b\n",
    "keyword alone": "FROM a\nRUN\nCMD\nENTRYPOINT\n",
    "json": 'FROM a\nCMD ["b", "c d"]\nRUN [ "e" , "\\u0041\\n" ]\nENTRYPOINT []\nSHELL ["x"]\nVOLUME ["/y"]\n',
    "not quite json": 'FROM a\nCMD [\'b\']\nCMD ["c"\nCMD [c]\nCOPY ["d", e\nVOLUME [/f]\n',
    "json over lines": 'FROM a\nCMD ["b", \\\n  "c"]\n',
    "flags": "FROM --platform=x a\nCOPY --x\\ y=z --chown=u -- e f\n",
    "flags with quotes": 'FROM a\nRUN --mount=type=bind,target="a b" --network=none c --d\n',
    "health": 'FROM a\nHEALTHCHECK --interval=1s CMD b c\nHEALTHCHECK CMD ["d"]\nHEALTHCHECK NONE\nHEALTHCHECK\n',
    "names": 'FROM a\nENV b=c d="e f" g=\'h i\' j=k\\ l\nENV m n  o\nLABEL p=q \\\n  r=s\nARG t u=v w="x y"\n',
    "quotes left open": 'FROM a\nENV b="c\nLABEL d=\'e f\nARG g="h\n',
    "modifiers": "FROM a\nENV b=${c:-d} e=${f%%.*} g=${h/i/j} k=${l:+${m:-n}}\nWORKDIR ${x}/y\n",
    "triggers": 'FROM a\nONBUILD RUN b\nONBUILD COPY ["c", "d"]\nonbuild run <<E\nf\nE\nONBUILD ENV g=h\n',
    "here-documents": "FROM a\nCOPY <<b <<-'c' 3<<\"d\" /e\n1\nb\n\t2\n\tc\n3\nd\nRUN cat <<f | x\n4\nf\nRUN y\n",
    "what is no here-document": "FROM a\nRUN cat <<< b\nRUN c '<<d'\nRUN \"e\" <<\nUSER <<f\nENV g=<<h\n",
    "here-document in the exec form": 'FROM a\nRUN ["b", "<<c"]\nCMD d <<e\n',
    "here-document with a backslash": "FROM a\nRUN <<\\b\n1\nb\nRUN <<c\\\n d\n2\nc\n",
    "directives that come too late": "\n# escape=`\nFROM a\nRUN b `\nRUN c\n",
    "directives in odd forms": "#EsCaPe = ` \n#  syntax=x y\nFROM a\nRUN b `\n c\n",
    "unknown instructions": "FROM a\nFOO bar baz\n/x y\n",
    "lower case": "from a as b\nrun c\nCmd d\n",
    "signals and ports": "FROM a\nSTOPSIGNAL  9 \nEXPOSE 1 2/udp\nUSER  u:g \nMAINTAINER me & you\n",
}


def instructions_of(tree: Dockerfile) -> Iterator[tuple[Any, ...]]:
    """The instructions as the oracle counts them."""
    line = 1
    for item in tree.items:
        breaks = item.text.count("\n")
        if isinstance(item, Instruction):
            effective = item.effective
            arguments = [word for pair in item.pairs for word in (pair.name, pair.value)]
            if effective.keyword not in ("ENV", "LABEL"):
                arguments = list(effective.arguments)
            elif item.inner is not None:
                arguments = [word for pair in effective.pairs for word in (pair.name, pair.value)]
            end = line + breaks - item.text.endswith("\n")
            # The oracle keeps the bodies of a trigger to itself.
            heredocs = () if item.inner else item.heredocs
            bodies = [
                (heredoc.name, item.text[heredoc.content_span.start : heredoc.content_span.end]) for heredoc in heredocs
            ]
            yield item.keyword, effective.is_json, [flag.text for flag in item.flags], arguments, line, end, bodies
        line += breaks


@pytest.mark.parametrize("name", OWN)
def test_own_files_parse_as_buildkit_parses_them(name: str) -> None:
    oracle = pytest.importorskip("dockerfile")
    expected = [
        (
            command.cmd.upper(),
            command.json,
            list(command.flags),
            list(command.value),
            command.start_line,
            command.end_line,
            [(heredoc.name, heredoc.content) for heredoc in command.heredocs],
        )
        for command in oracle.parse_string(OWN[name])
    ]
    assert list(instructions_of(parse(OWN[name]))) == expected


REFUSED_BY_THE_PARSER = [
    "",
    "# only a comment\n",
    "FROM a\nENV b\n",
    "FROM a\nENV b=c d\n",
    "FROM a\nONBUILD LABEL b\n",
    'FROM a\nCMD ["b", 1]\n',
    "FROM a\nRUN <<b\n",
    "# escape=x\nFROM a\n",
    "# escape=`\n# escape=`\nFROM a\n",
]


@pytest.mark.parametrize("source", REFUSED_BY_THE_PARSER)
def test_what_the_parser_refuses_is_a_problem(source: str) -> None:
    oracle = pytest.importorskip("dockerfile")
    with pytest.raises(oracle.GoParseError):
        oracle.parse_string(source)
    assert all_problems(parse(source))


def _expected_instruction(node: dict[str, Any]) -> tuple[Any, ...]:
    arguments = node.get("args") or []
    trigger = arguments[0][0] if arguments and isinstance(arguments[0], list) else None
    effective = trigger or node
    keyword = effective["cmd"]
    return (
        # An unknown keyword stays as written.
        keyword,
        effective.get("flags") or [],
        effective.get("args") or [],
        effective.get("json", False),
        trigger is not None,
        node["start"],
        node["end"],
        [(body["Name"], body["Content"], body["Expand"]) for body in node.get("heredocs") or []],
    )


def _differences(source: str, nodes: list[dict[str, Any]]) -> list[Any]:
    printed = dump(parse(source), "-")["instructions"]
    ours = [
        (
            entry["keyword"],
            entry["flags"],
            entry["arguments"],
            entry["json"],
            entry["onbuild"],
            entry["start_line"],
            entry["end_line"],
            [(body["name"], body["content"], body["expand"]) for body in entry["heredocs"]],
        )
        for entry in printed
    ]
    expected = [_expected_instruction(node) for node in nodes]
    if len(ours) != len(expected):
        return [(len(ours), len(expected))]
    return [
        (one, other)
        for one, other in zip(ours, expected, strict=True)
        if (one[0].upper(), one[1:]) != (other[0].upper(), other[1:])
    ]


def _labeled() -> Iterator[tuple[str, str, list[dict[str, Any]], list[dict[str, Any] | None]]]:
    """Name, source, instructions and errors of everything that BuildKit has judged."""
    for label, source in real_files():
        errors = [label[kind] for kind in ("parse_error", "instr_error", "build_error")]
        yield label["file"], source, label["instructions"], errors
    for case in corpus_json("buildkit/integration_dockerfiles.json"):
        errors = [case[kind] for kind in ("parse_error", "instr_error", "build_error")]
        yield case["source"], case["dockerfile"], case.get("nodes") or [], errors
    parser_cases = corpus_json("buildkit/parser_cases.json")
    for case in parser_cases["negative"]:
        yield case["name"], case["dockerfile"], [], [case["parse_error"]]
    for case in corpus_json("buildkit/error_cases.json")["instruction_errors"]:
        error = {"message": case["oracle_error_with_FROM_prefix"], "lines": [[2, 2]]}
        yield case["name"], "FROM a\n" + case["dockerfile"], [], [None, error]


@needs_corpus
def test_corpus_parses_as_labeled() -> None:
    assert CORPUS.is_dir()
    different = {
        name: differences
        for name, source, nodes, errors in _labeled()
        if nodes and not errors[0] and (differences := _differences(source, nodes))
    }
    for case in corpus_json("buildkit/parser_cases.json")["cases"]:
        if differences := _differences(case["dockerfile"], case["nodes"]):
            different[case["name"]] = differences
    assert not different


#: faults that show only once variables have values, or between stages: no matter of one instruction's syntax
SEMANTIC = (
    "failed to process",
    "failed to parse stage name",
    "failed to parse platform",
    "empty platform value",
    "base name",
    "circular dependency",
    "checksum requires",
    "invalid SOURCE_DATE_EPOCH",
    "lint violation",
)


@needs_corpus
def test_corpus_is_refused_where_buildkit_refuses_it_and_nowhere_else() -> None:
    wrong = {}
    for name, source, _, errors in _labeled():
        ours = [(source.count("\n", 0, start) + 1, message) for start, _, message in all_problems(parse(source))]
        error = next((error for error in errors if error is not None), None)
        if error is None or error["message"].startswith("lint violation"):
            if ours:
                wrong[name] = (ours, None)
            continue
        message = error["message"]
        if message.startswith("dockerfile parse error"):
            message = message.partition(": ")[2]
        first, last = (error.get("lines") or [[0, 0]])[0][0], (error.get("lines") or [[0, 1 << 30]])[-1][1]
        whole_file = message == "file with no instructions"
        found = any(text == message and (whole_file or first <= line <= last) for line, text in ours)
        if not found and not message.startswith(SEMANTIC):
            wrong[name] = (ours, error)
    assert not wrong


@needs_corpus
def test_corpus_of_here_documents() -> None:
    cases = corpus_json("buildkit/heredoc_cases.json")
    for case in cases["from_line"]:
        names = [announcement.name for announcement in announcements(case["line"])]
        assert (case["line"], names) == (case["line"], case["heredocNames"] or [])
    assert all(len(announcements(word)) == 1 for word in cases["valid"])
    assert not any(announcements(word) for word in cases["invalid"])
    instructions = parse(cases["dockerfile"]).instructions[1:]
    for instruction, bodies in zip(instructions, cases["heredocs_of_children_from_1"], strict=True):
        ours = [
            (
                heredoc.name,
                instruction.text[heredoc.content_span.start : heredoc.content_span.end],
                heredoc.expand,
                heredoc.strip_tabs,
            )
            for heredoc in instruction.heredocs
        ]
        assert ours == [
            (body["Name"], body["Content"], body["Expand"], body.get("Chomp", False)) for body in bodies or []
        ]


@needs_corpus
def test_every_prefix_of_a_file_has_an_answer() -> None:
    for number, (_, source) in enumerate(real_files()):
        if number % 25 == 0:
            for end in range(0, min(len(source), 1500), 7):
                look_inside(parse(source[:end]))
