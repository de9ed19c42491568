"""Half-typed files, absurd files, any bytes: each question gets an answer, in work that grows as the text does.

``DOCKLS_EXAMPLES`` is how many files of the shared corpus are typed.
"""

import os
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asking
import pytest
from absurd_texts import ABSURD
from hypothesis import given
from hypothesis import strategies as st

from dockls.engine import check, fixed
from dockls.project import EMPTY_SURROUNDINGS, FileMapContext, Surroundings
from dockls.semantics import Model
from dockls.text import Edit, Span

FILES = int(os.environ.get("DOCKLS_EXAMPLES", "6"))
#: so much of a corpus file is typed
LONGEST = 1500
#: the size in which absurd files are asked everything; FROM chains must not need a stack as deep as they are long
SIZE = 150
LONG_CHAIN = 3000
#: twice the size may take so many times the work
ALLOWED_GROWTH = 2.7

TEXTS = {
    "stages and mounts": (
        "# syntax=docker/dockerfile:1\nARG VERSION=1.26\nFROM --platform=$BUILDPLATFORM golang:${VERSION} AS build\n"
        "WORKDIR /src\nCOPY go.mod go.sum ./\nRUN --mount=type=cache,target=/root/.cache go mod download\n"
        'COPY . .\nRUN CGO_ENABLED=0 go build -o /out/app ./cmd\n\n# What runs.\nFROM scratch\n'
        'COPY --from=build --chown=1:1 /out/app /app\nUSER 1\nENTRYPOINT ["/app", "-v"]\n'
    ),
    "here-documents and triggers": (
        "FROM alpine AS tools\r\nRUN <<-EOF sh && <<B\r\n\tset -e\r\n\techo \"$HOME\" > ${X:-'a b'}\r\n"
        "EOF\r\nb\r\nB\r\n"
        "COPY <<one <<\"two\" /etc/\r\n1 $X\r\none\r\n2\r\ntwo\r\n"
        "FROM tools\r\nONBUILD COPY --from=tools a b\r\nONBUILD RUN --mount=from=0,target=/t true\r\n"
        'HEALTHCHECK --interval=5s CMD ["x"]\r\n'
    ),
    "quotes and escapes": (
        "# escape=`\n# check=skip=all;error=true\nFROM mcr.microsoft.com/windows/nanoserver AS win\n"
        'SHELL ["powershell", "-Command"]\nENV A="b c" D=\'$e\' F=g` h=${i:+"j"} \\\nLABEL k l m\n'
        "RUN echo `\n  # inside\n  'unfinished `\n  && $(x\nCOPY [\"a b\", \"c\\u00e9\"]\nEXPOSE 80/tcp ${P##*a}\n"
    ),
    "languages": (
        "FROM node:24 as Deps\nCOPY . .\nRUN npm ci && npm run build\nFROM python:3.13-slim\nARG GIT_SHA\n"
        "RUN apt-get update && apt-get install -y gcc\nCOPY --from=DEPS /app /caf\u00e9\u732b\U0001f433\n"
        "RUN pip install -r requirements.txt\nFROM deps\nFROM 0\nCOPY --from=9 x y\nCMD npm start\n"
    ),
}  # fmt: skip

CONTEXT = FileMapContext(
    dict.fromkeys(("go.mod", "go.sum", "package.json", "requirements.txt", "cmd/main.go"), ""), certain=True
)
SURROUNDED = EMPTY_SURROUNDINGS._replace(
    context=CONTEXT, named_contexts=frozenset({"extra"}), build_arguments={"VERSION": "1"}
)


def ask(questions: Iterable[asking.Question], about: str) -> None:
    """Get all the answers; what fails says which question it was."""
    for name, question in questions:
        try:
            question()
        except Exception as error:
            error.add_note(f"asked: {name}; of: {about}")
            raise


def ask_everything(model: Model, rng: random.Random, about: str, most: int = 3) -> None:
    end = len(model.tree.text)
    ask(asking.of_file(model), about)
    ask(asking.of_findings(model, most), about)
    for offset in {end, rng.randint(0, end), rng.randint(0, end)}:
        ask(asking.of_place(model, offset), f"{about} at {offset}")
    beginnings = [model.section_span(stage).start for stage in model.stages]
    for start in {end, *rng.sample(beginnings, min(len(beginnings), 2))}:
        ask(asking.of_selection(model, Span(start, min(start + 4, end)), most), f"{about} from {start}")


def said(model: Model) -> list[tuple[str, str, Span]]:
    return sorted((one.rule.name, one.finding.message, model.absolute(one.finding.place)) for one in check(model))


def type_text(text: str, rng: random.Random, surroundings: Surroundings, about: str) -> None:
    """Letter by letter; what is said of the half-typed file is what is said of one that was opened like that."""
    model = Model.of("", surroundings)
    for end in range(len(text)):
        model = model.updated(model.tree.edited([Edit(Span(end, end), text[end])]))
        ask_everything(model, rng, f"{about}, {end + 1} letters typed")
        if end % 7 == 0:
            opened = Model.of(text[: end + 1], surroundings)
            assert said(model) == said(opened)
            ask(asking.of_fixing(opened), f"{about}, {end + 1} letters opened")


@pytest.mark.parametrize("name", TEXTS)
def test_every_prefix_typed(name: str) -> None:
    type_text(TEXTS[name], random.Random(1), SURROUNDED, name)


@pytest.mark.parametrize("name", TEXTS)
def test_every_prefix_opened(name: str) -> None:
    rng = random.Random(2)
    for end in range(len(TEXTS[name]) + 1):
        ask_everything(Model.of(TEXTS[name][:end]), rng, f"{name}, {end} letters opened")


@pytest.mark.parametrize("name", TEXTS)
def test_every_suffix_and_every_letter_lost(name: str) -> None:
    rng = random.Random(3)
    whole = Model.of(TEXTS[name], SURROUNDED)
    for start in range(len(TEXTS[name])):
        ask_everything(Model.of(TEXTS[name][start:]), rng, f"{name} from letter {start}")
        lost = whole.updated(whole.tree.edited([Edit(Span(start, start + 1), "")]))
        ask_everything(lost, rng, f"{name} without letter {start}")


def test_corpus_typed(shared: Path) -> None:
    files = [path for path in sorted((shared / "corpus" / "real").rglob("*")) if path.is_file()]
    rng = random.Random(4)
    for path in rng.sample([path for path in files if ".json" not in path.name], FILES):
        text = path.read_bytes()[:LONGEST].decode("utf-8", "surrogateescape")
        type_text(text, rng, rng.choice((EMPTY_SURROUNDINGS, SURROUNDED)), path.name)


@given(st.binary(max_size=200), st.sampled_from(("surrogateescape", "replace", "latin-1")), st.integers(0, 99))
def test_any_bytes(data: bytes, how: str, seed: int) -> None:
    text = data.decode("latin-1") if how == "latin-1" else data.decode("utf-8", how)
    ask_everything(Model.of(text), random.Random(seed), repr(text))


WORDS = (
    "FROM ", "RUN ", "COPY ", "ARG ", "ENV ", "ONBUILD ", "HEALTHCHECK ", "CMD ", "SHELL ", "ADD ", "--from=",
    "--mount=", " AS ", "a", "b", "0", "=", "$", "${", "}", ":-", "'", '"', "[", "]", ",", "\\", "`", "\n", "\r",
    " ", "\t", "#", "<<E", "E\n", "\0", "\ud800", "\u00e9", "&&", "|", "(", ")", "scratch", "# escape=`\n",
    "apt-get install ",
)  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=60), st.integers(0, 99))
def test_any_words(words: list[str], seed: int) -> None:
    ask_everything(Model.of("".join(words)), random.Random(seed), repr(words))


@pytest.mark.parametrize("name", ABSURD)
def test_absurd(name: str) -> None:
    rng = random.Random(5)
    model = Model.of(ABSURD[name](SIZE))
    ask_everything(model, rng, name)
    ask(asking.of_fixing(model), name)
    for _ in range(5):
        place = rng.randint(0, len(model.tree.text))
        model = model.updated(model.tree.edited([Edit(Span(place, place), rng.choice(("a", " ", "\n", "$", "\\")))]))
        ask_everything(model, rng, name)


def _calls(questions: Iterable[asking.Question]) -> int:
    """How many functions are called for the answers."""
    count = 0

    def called(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        for _, question in questions:
            question()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("name", ABSURD)
def test_work_grows_as_the_text_does(name: str) -> None:
    """In counted calls, the same on every machine: no loop over all pairs of anything."""
    counts = []
    # The first round loads modules; no other test may have filled a cache with texts of these sizes.
    for size in (SIZE // 3, SIZE + 2, 2 * (SIZE + 2)):
        text = ABSURD[name](size)
        models: list[Model] = []
        work = {"open": _calls([("open", lambda text=text, models=models: models.append(Model.of(text)))])}
        end = len(text)
        for kind, questions in (
            ("file", asking.of_file(models[0])),
            ("wire", asking.over_the_wire(models[0])),
            ("place", asking.of_place(models[0], end)),
            ("selection", asking.of_selection(models[0], Span(end, end), most=1)),
        ):
            work[kind] = _calls(questions)
        counts.append(work)
    for kind, small in counts[1].items():
        assert counts[2][kind] <= ALLOWED_GROWTH * small + 2000, f"{kind}: {small} calls, then {counts[2][kind]}"


@pytest.mark.parametrize("name", ["a chain of stages", "a chain of copies", "a chain upwards", "a ring", "triggers"])
def test_no_chain_is_too_long(name: str) -> None:
    text = ABSURD[name](LONG_CHAIN)
    model = Model.of(text)
    ask(asking.of_file(model), name)
    for place in (0, len(text)):
        ask(asking.of_place(model, place), name)
        ask(asking.of_selection(model, Span(place, place), most=2), name)


def test_many_findings_are_mended_at_once() -> None:
    wrong = "FROM alpine AS stage{n}\nWORKDIR /app\nCOPY --from=biuld a b\n"
    text = "FROM alpine AS build\n" + "".join([wrong.format(n=number) for number in range(100)])
    mended = fixed(Model.of(text), unsafe=True).tree.text
    assert mended == text.replace("biuld", "build")
