"""What written cases of moving, merging and creating stages cannot show: line ends, and files that end without one."""

import pytest

from dockls.engine import Performed, perform
from dockls.semantics import Model
from dockls.text import Span

_CASES = {
    "merge-stages": (
        "FROM alpine:3.24 AS one\nRUN true\n\n# again\nFROM alpine:3.24 AS <|>two\nRUN true\n\n"
        "FROM scratch\nCOPY --from=two /a /a",
        "# again\nFROM alpine:3.24 AS one\nRUN true\n\nFROM scratch\nCOPY --from=one /a /a",
    ),
    "merge-stages, files": (
        "FROM alpine:3.24 AS <|>build\nWORKDIR /app\nRUN touch a\n\nFROM alpine:3.24\nWORKDIR /app\n"
        'CMD ["ls"]\nCOPY --from=build /app/a a',
        'FROM alpine:3.24\nWORKDIR /app\nRUN touch a\nCMD ["ls"]\n',
    ),
    "extract-common-base": (
        "FROM alpine:3.24 AS <|>one\nRUN true\nRUN echo 1\n\nFROM alpine:3.24\nRUN true\nRUN echo 2",
        "FROM alpine:3.24 AS base\nRUN true\n\nFROM base AS one\nRUN echo 1\n\nFROM base\nRUN echo 2",
    ),
    "extract-common-base, the last one has nothing else": (
        "FROM alpine:3.24 AS <|>one\nRUN true\nRUN echo 1\n\nFROM alpine:3.24\nRUN true",
        "FROM alpine:3.24 AS base\nRUN true\n\nFROM base AS one\nRUN echo 1\n\nFROM base\n",
    ),
    "sort-stages": (
        "FROM alpine:3.24 AS <|>one\nCOPY --from=two /a /a\nCOPY --from=three /b /b\n\nFROM alpine:3.24 AS two\n"
        "RUN touch /a\n\nFROM alpine:3.24 AS three\nRUN touch /b\n\nFROM scratch\nCOPY --from=0 /a /a",
        "FROM alpine:3.24 AS two\nRUN touch /a\n\nFROM alpine:3.24 AS three\nRUN touch /b\n\nFROM alpine:3.24 AS one\n"
        "COPY --from=two /a /a\nCOPY --from=three /b /b\n\nFROM scratch\nCOPY --from=2 /a /a",
    ),
    "create-missing-stage": (
        "# runs\nFROM alpine:3.24\nCOPY --from=<|>assets /a /a",
        "FROM alpine:3.24 AS assets\n\n# runs\nFROM alpine:3.24\nCOPY --from=assets /a /a",
    ),
}


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("case", _CASES)
def test_line_ends_stay(case: str, ending: str) -> None:
    before, after = [text.replace("\n", ending) for text in _CASES[case]]
    start = before.index("<|>")
    performed = perform(Model.of(before.replace("<|>", "")), case.partition(",")[0], Span(start, start))
    assert isinstance(performed, Performed)
    assert performed.text == after


@pytest.mark.parametrize("case", _CASES)
def test_every_beginning_has_an_answer(case: str) -> None:
    whole = _CASES[case][0]
    start, text = whole.index("<|>"), whole.replace("<|>", "")
    for end in range(len(text) + 1):
        for place in {min(start, end), end}:
            perform(Model.of(text[:end]), case.partition(",")[0], Span(place, place))
