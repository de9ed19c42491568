"""Lists rendered stage by stage: nothing stale is kept, and nothing is rendered twice without need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

import pytest
from lsp_client import Json

from dockls.engine import Diagnostic, check_sections
from dockls.features.document_symbols import Symbol, document_symbols, section_symbols
from dockls.semantics import Model
from dockls.server.documents import Document
from dockls.server.fragments import Fragments, stays_inside
from dockls.server.transport import Encoded, encoded
from dockls.syntax import Dockerfile, parse
from dockls.text import Edit, Span

#: faults of one stage, faults that point into an earlier stage and into a later one, and stages without any
TEXT = """\
FROM --platform=$TARGET alpine AS one
STOPSIGNAL SIGNONE

FROM one as two
RUNN one

FROM alpine AS two
COPY --from=four /a /b

# the next but one
FROM two AS three
RUN true

FROM alpine AS four
EXPOSE eighty
EXPOSE ninety

FROM alpine
COPY --from=three / /
COPY --from=five / /
"""


class Shown:
    """A document that is edited, and what is rendered of it."""

    def __init__(self, text: str) -> None:
        self.document = Document("file:///Dockerfile", text, 1, "", "utf-32")
        self.model = Model(self.document.tree)
        self.converted = 0

    def edit(self, edit: Edit) -> None:
        self.document.tree = self.document.tree.edited([edit])
        self.model = self.model.updated(self.document.tree)

    def replace(self, old: str, new: str) -> None:
        start = self.model.tree.text.index(old)
        self.edit(Edit(Span(start, start + len(old)), new))

    def render(self) -> list[Json]:
        """The diagnostics; `converted` tells how many had to be made."""
        self.converted = 0
        fragments = Fragments.of(self.document, "diagnostics")
        text = fragments.joined(self.document, check_sections(self.model), self._convert, stays_inside)
        found: list[Json] = json.loads(text)
        return found

    def _convert(self, diagnostics: Sequence[Diagnostic], offset: int) -> list[Json]:
        self.converted += len(diagnostics)
        return [converted(self.model.tree, diagnostic) for diagnostic in diagnostics]


def converted(tree: Dockerfile, diagnostic: Diagnostic) -> Json:
    def position(place) -> list[int]:
        return list(tree.line_index.position(tree.span_of(place).start))

    finding = diagnostic.finding
    related = [position(each.place) for each in finding.related]
    return {"rule": diagnostic.rule.name, "at": position(finding.place), "related": related}


def outlined(tree: Dockerfile, symbol: Symbol) -> Json:
    return {"name": symbol.name, "at": [list(tree.line_index.position(offset)) for offset in symbol.span]}


def afresh(text: str) -> list[Json]:
    model = Model(parse(text))
    return [converted(model.tree, diagnostic) for section in check_sections(model) for diagnostic in section]


def test_the_document_has_faults_of_every_sort() -> None:
    shown = Shown(TEXT).render()
    assert len({diagnostic["at"][0] for diagnostic in shown}) > 4
    directions = {related > diagnostic["at"] for diagnostic in shown for related in diagnostic["related"]}
    assert directions == {True, False}


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_is_shown_after_edits_is_what_a_new_document_shows(seed: int, mark: str) -> None:
    random = Random(seed)
    shown = Shown(mark + TEXT)
    for _ in range(12):
        length = len(shown.model.tree.text)
        start = random.choice([0, length, random.randint(0, length)])
        end = min(length, start + random.choice([0, 0, 1, 1, 7, 30]))
        new = random.choice(["", "\n", "x", "# a comment\n", "FROM one AS four\n", "COPY --from=two / /\n", "é"])
        shown.edit(Edit(Span(start, end), new))
        assert shown.render() == afresh(shown.model.tree.text)


def test_only_the_stage_that_was_edited_is_rendered_again() -> None:
    stage = "FROM alpine AS s{number}\nSTOPSIGNAL SIGNONE\nENV N={number}\nRUN true\n"
    shown = Shown("\n".join([stage.format(number=number) for number in range(50)]))
    everything = len(shown.render())
    assert shown.converted == everything >= 50
    shown.render()
    assert shown.converted == 0
    shown.replace("RUN true", "RUN true and more")
    assert len(shown.render()) == everything
    assert shown.converted <= everything // 20


def test_encoded_parts_go_into_a_message_as_they_stand() -> None:
    message = {"id": 1, "result": {"kind": "full", "items": Encoded('[{"a":"\\u00e9"}]')}, "x": {"y": ["é", None]}}
    assert json.loads(encoded(message)) == message | {"result": {"kind": "full", "items": [{"a": "é"}]}}
    assert encoded("é\ud800") == '"\\u00e9\\ud800"'


@pytest.mark.parametrize("seed", range(10))
def test_an_outline_after_edits_is_that_of_a_new_document(seed: int) -> None:
    random = Random(seed)
    shown = Shown(TEXT)

    def convert(symbols: Sequence[Symbol], offset: int) -> list[Json]:
        return [outlined(shown.model.tree, symbol.shifted(offset)) for symbol in symbols]

    for _ in range(12):
        length = len(shown.model.tree.text)
        start = random.randint(0, length)
        shown.edit(Edit(Span(start, min(length, start + 4)), random.choice(["\n", "FROM a\n", "\nFROM b AS c\n", "x"])))
        text = Fragments.of(shown.document, "symbols").joined(shown.document, section_symbols(shown.model), convert)
        new = Model(parse(shown.model.tree.text))
        assert json.loads(text) == [outlined(new.tree, symbol) for symbol in document_symbols(new)]
