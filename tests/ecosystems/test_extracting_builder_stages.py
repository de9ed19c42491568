"""What Markdown cannot show of an extracted builder stage: line ends, missing ends, and many programs at once."""

import pytest

from dockls.ecosystems import Extraction, Obstacle, Wish, recognize
from dockls.engine import Performed, perform
from dockls.project import EMPTY_SURROUNDINGS, FileMapContext
from dockls.semantics import Model
from dockls.text import Span

GO = 'FROM golang:1.25\n# the port\nEXPOSE 8080\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n\nCMD ["./app"]\n'
NODE = (
    "FROM node:24\nWORKDIR /app\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\nCMD node dist/main\n"
)
LONG = 'FROM golang:1.25\nENV A=1 \\\n    B=2\nCOPY . /src\nRUN cd /src && \\\n    go build -o /app .\nCMD ["/app"]\n'
SITE = "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && npm run build\nEXPOSE 3000\nCMD npx serve -s dist\n"


def performed(text: str, **settings: str) -> Performed:
    model = Model.of(text)
    done = perform(model, "extract-builder-stage", Span(0, 0), settings)
    assert isinstance(done, Performed), done
    return done


@pytest.mark.parametrize("text", [GO, LONG, NODE, SITE], ids=["go", "long", "node", "site"])
def test_line_ends_are_those_of_the_file(text: str) -> None:
    assert performed(text.replace("\n", "\r\n")).text == performed(text).text.replace("\n", "\r\n")


@pytest.mark.parametrize("text", [GO, NODE, SITE], ids=["go", "node", "site"])
def test_a_missing_last_line_end_stays_missing(text: str) -> None:
    assert performed(text.removesuffix("\n")).text == performed(text).text.removesuffix("\n")


@pytest.mark.parametrize("text", [GO, NODE, SITE], ids=["go", "node", "site"])
def test_the_cursor_may_stand_anywhere_in_the_stage(text: str) -> None:
    model = Model.of(text)
    results = {
        done.text if isinstance(done := perform(model, "extract-builder-stage", Span(at, at)), Performed) else done
        for at in range(len(text))
    }
    assert results == {performed(text).text}


def test_only_the_lines_that_have_to_change_do() -> None:
    done = performed(NODE)
    changed = [edit for edit in done.edits if edit.span.start != edit.span.end]
    assert changed == [], "a Node server needs insertions only"


@pytest.mark.parametrize("text", [GO, NODE, SITE], ids=["go", "node", "site"])
def test_the_last_stage_builds_nothing(text: str) -> None:
    after = Model.of(performed(text).text)
    assert after.target is not None
    assert recognize(after.target, Wish()) is None


def test_a_context_is_read_inside_the_folder_that_is_copied() -> None:
    text = GO.replace("COPY . .", "COPY api .")
    files = {"api/templates/index.html": "", "public/index.html": ""}
    surroundings = EMPTY_SURROUNDINGS._replace(context=FileMapContext(files))
    stage = Model.of(text, surroundings).target
    assert stage is not None
    found = recognize(stage, Wish())
    assert isinstance(found, Extraction)
    assert [artifact.path for artifact in found.artifacts] == ["/src/app", "/src/templates"]


@pytest.mark.parametrize(
    "package", ['{"scripts": ', "[]", '"x"', '{"scripts": []}', '{"scripts": {"start": 1}}', "\ufeff{}"]
)
def test_any_package_json_gives_an_answer(package: str) -> None:
    surroundings = EMPTY_SURROUNDINGS._replace(context=FileMapContext({"package.json": package}))
    stage = Model.of(NODE.replace("node dist/main", "npm start"), surroundings).target
    assert stage is not None
    assert isinstance(recognize(stage, Wish()), Extraction | Obstacle)


def test_scripts_that_call_themselves_end() -> None:
    package = '{"scripts": {"start": "npm run start", "prestart": "npm start && npm start"}}'
    surroundings = EMPTY_SURROUNDINGS._replace(context=FileMapContext({"package.json": package}))
    stage = Model.of(NODE.replace("node dist/main", "npm start"), surroundings).target
    assert stage is not None
    assert recognize(stage, Wish()) is not None


def test_only_the_manifests_that_are_there_are_copied() -> None:
    text = NODE.replace("COPY package*.json ./\nRUN npm ci\nCOPY . .\n", "COPY api .\nRUN yarn install --immutable\n")
    names = ("package.json", "yarn.lock", ".yarnrc.yml", ".yarn/releases/yarn.cjs", "src/index.ts")
    context = FileMapContext({f"api/{name}": "{}" for name in names})
    model = Model.of(text, EMPTY_SURROUNDINGS._replace(context=context))
    done = perform(model, "extract-builder-stage", Span(0, 0))
    assert isinstance(done, Performed)
    assert (
        "COPY api/package.json api/yarn.lock api/.yarnrc.yml ./\nCOPY api/.yarn/releases ./.yarn/releases\n"
        in done.text
    )
