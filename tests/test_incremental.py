"""After any sequence of edits everything is as if the text had just been opened: tree, graph, findings, state."""

import os
import random
from pathlib import Path

import pytest

from dockls.engine import RuleSet, check
from dockls.rooms import rules
from dockls.semantics import Model, recipe
from dockls.text import Edit, Span, apply

EDITS = int(os.environ.get("DOCKLS_EXAMPLES", "150"))

TEXTS = (
    "# syntax=docker/dockerfile:1\nARG V=1\nFROM golang:1.26 AS build\nWORKDIR /src\nCOPY . .\n"
    "RUN go build -o /out/app\n"
    '\n# The image that runs.\nFROM scratch AS final\nCOPY --from=build /out/app /app\nENTRYPOINT ["/app"]\n',
    "FROM node:24 AS base\r\nWORKDIR /app\r\n\r\nFROM base AS deps\r\nCOPY . .\r\nRUN npm ci\r\n\r\nFROM base\r\n"
    "COPY --from=deps /app/node_modules ./node_modules\r\nRUN --mount=type=bind,from=deps,target=/d true\r\n",
    "FROM alpine\nRUN <<EOF\nset -e\napk add curl\nEOF\n# dockls: ignore[duplicate-copy]\nCOPY a b\nCOPY a b\nFROM 0\n",
    "FROM golang:1.27 AS build\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch AS files\n"
    'COPY --from=build /app /app\nFROM files AS image\nENTRYPOINT ["/app"]\nFROM image\nUSER 1000\n',
    "ARG KIND=prod\nFROM alpine AS run-dev\nFROM alpine AS run-prod\nFROM run-${KIND}\nARG GIT_SHA\nRUN apk add git\n",
)
PIECES = (
    "", "", "\n", " ", "\\\n", "#", "FROM x AS y\n", "FROM build\n", "COPY --from=build a b\n", "COPY --from=0 a b\n",
    "RUN <<EOF\n", "EOF\n", "ARG GIT_COMMIT\n", "$", "'", '"', "AS build", "# dockls: ignore-file\n", "# escape=`\n",
    "RUN npm ci\n", "COPY . .\n", "\r\n", "é", "\U0001f433",
)  # fmt: skip


ALL = RuleSet(rules())


def said(model: Model) -> list[tuple[str, str, str, Span]]:
    """Every finding of all rules with its absolute place."""
    found = [
        (one.rule.name, one.finding.message, one.severity.label, model.absolute(one.finding.place))
        for one in check(model, ALL)
    ]
    return sorted(found)


def edited(rng: random.Random, text: str) -> Edit:
    start = rng.randrange(len(text) + 1)
    end = min(len(text), start + rng.choice((0, 0, 0, 1, 3, 30)))
    return Edit(Span(start, end), rng.choice(PIECES))


def assert_like_opened(model: Model) -> None:
    opened = Model.of(model.tree.text)
    assert all(stage.node is node for stage, node in zip(model.stages, model.graph.nodes, strict=True))
    assert said(model) == said(opened)
    assert [stage.final_state[:3] for stage in model.stages] == [stage.final_state[:3] for stage in opened.stages]
    if model.target is not None and opened.target is not None:
        assert recipe(model, model.target) == recipe(opened, opened.target)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_edits_one_by_one(number: int) -> None:
    rng = random.Random(number)
    model = Model.of(TEXTS[number])
    for step in range(EDITS):
        edit = edited(rng, model.tree.text)
        expected = apply(model.tree.text, [edit])
        model = model.updated(model.tree.edited([edit]))
        assert model.tree.text == expected
        # Several edits may come before anybody asks what the rules say.
        if step % 3:
            assert_like_opened(model)
        if len(model.tree.text) > 3 * len(TEXTS[number]):
            model = Model.of(TEXTS[number])


def test_corpus(shared: Path) -> None:
    """The same on real files, cut to a length at which many edits meet."""
    files = [
        path for path in sorted((shared / "corpus" / "real").rglob("*")) if path.is_file() and path.suffix != ".json"
    ]
    rng = random.Random(7)
    for _ in range(EDITS):
        text = rng.choice(files).read_bytes()[:2500].decode("utf-8", "replace")
        model = Model.of(text)
        said(model)
        for _ in range(4):
            edit = edited(rng, model.tree.text)
            model = model.updated(model.tree.edited([edit]))
        assert_like_opened(model)
