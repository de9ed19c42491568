"""Code actions, text in and text out, for editors that fetch edits later and for those that want them at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from editor_profiles import PROFILES

from dockls.engine import Offer, Performed
from dockls.rooms import Fix, Plan, Refactoring, Refused
from dockls.server import actions
from dockls.server.actions import Actions, Request
from dockls.server.analysis import EngineAnalyzer
from dockls.server.capabilities import Client
from dockls.server.documents import Document
from dockls.server.errors import RequestError
from dockls.syntax import parse
from dockls.text import Edit, Span, apply, changed_lines

LAZY = [editor for editor in PROFILES if editor.startswith(("helix", "neovim", "vscode"))]
EAGER = [editor for editor in PROFILES if editor not in LAZY]
MISSPELLED = "FROM golang AS build\nRUN go build -o /app .\n\nFROM alpine\nCOPY --from=biuld /app /app\n"
COPYING = "FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\n"
MENDED = MISSPELLED.replace("biuld", "build")


class Editor:
    """An editor that has one document open and asks for the actions at a piece of its text."""

    def __init__(self, name: str, text: str, version: int = 1, uri: str = "untitled:1") -> None:
        client = Client({"capabilities": PROFILES[name]})
        self.document = Document(uri, text, version, "dockerfile", client.encoding)
        front = SimpleNamespace(
            log=lambda *_: None, log_fault=lambda message, error: pytest.fail(f"{message} {error!r}")
        )
        session = SimpleNamespace(
            client=client, front=front, settings=SimpleNamespace(values={}, levels={}), documents=[]
        )
        self.actions = Actions(client, EngineAnalyzer(session))

    def menu(self, part: str, only: list[str] | None = None) -> list[dict[str, Any]]:
        start = self.document.tree.text.index(part)
        return self.actions.list(Request(self.document, Span(start, start + len(part)), only, lambda: None))

    def applied(self, action: dict[str, Any]) -> str:
        """The text after an action, resolved first if it has no edit yet."""
        if "edit" not in action:
            action = self.actions.resolve(self.document, action)
        edit = action["edit"]
        changes = edit["documentChanges"][0]["edits"] if "documentChanges" in edit else edit["changes"]["untitled:1"]
        edits = [Edit(self.document.span(change["range"]), change["newText"]) for change in changes]
        return apply(self.document.tree.text, edits)


@pytest.mark.parametrize("name", PROFILES)
def test_a_fix_mends_the_file(name):
    editor = Editor(name, MISSPELLED)
    fix, *others = editor.menu("biuld", ["quickfix"])
    assert [other["title"] for other in others] == [
        "Ignore unknown-stage for this instruction",
        "Ignore unknown-stage in this stage",
        "Ignore unknown-stage in this file",
    ]
    assert "isPreferred" not in others[0]
    assert "# dockls: ignore[unknown-stage]\nCOPY" in editor.applied(others[0])
    assert ("edit" in fix) == (name in EAGER)
    assert fix["diagnostics"][0]["code"] == "unknown-stage"
    assert editor.applied(fix) == MENDED


def test_the_same_mend_of_two_faults_is_offered_once():
    menu = Editor("vscode 1.100", "FROM scratch\nCOPY a /a\nCMD /a --now\n").menu("/a --now", ["quickfix"])
    assert [action["title"] for action in menu].count("Use the exec form") == 1
    assert len({action["diagnostics"][0]["code"] for action in menu}) == 2


def test_a_fix_that_fails_costs_no_other(monkeypatch):
    def broken(model):
        raise ZeroDivisionError

    editor = Editor("ale", MISSPELLED)
    (found,) = [one for one in editor.actions._analyzer.findings(editor.document) if one.rule.name == "unknown-stage"]
    found = found._replace(finding=found.finding._replace(fixes=(Fix("Broken", broken), *found.finding.fixes)))
    monkeypatch.setattr(editor.actions._analyzer, "findings", lambda document: [found])
    failed = []
    monkeypatch.setattr(editor.actions._analyzer, "room_failed", lambda room, error: failed.append((room.name, error)))
    fix, *others = editor.menu("biuld", ["quickfix"])
    assert [(name, type(error)) for name, error in failed] == [("unknown-stage", ZeroDivisionError)]
    assert editor.applied(fix) == MENDED
    assert len(others) == 3


def test_a_fix_is_offered_where_its_fault_is_only():
    assert Editor("helix", MISSPELLED).menu("golang", ["quickfix"]) == []


@pytest.mark.parametrize("name", ["ale", "vscode 1.100"])
def test_all_safe_fixes_at_once_are_a_source_action(name, monkeypatch):
    monkeypatch.setattr(actions, "fixed", lambda model, rule_set, on_fault: model.updated(parse(MENDED)))
    editor = Editor(name, MISSPELLED)
    (action,) = editor.menu("golang", ["source"])
    assert editor.applied(action) == MENDED
    assert "source.fixAll.dockls" not in [action["kind"] for action in editor.menu("biuld")]
    assert Editor(name, MENDED).menu("golang", ["source.fixAll"]) == []


@pytest.mark.parametrize(
    ("before", "after"), [("", "a"), ("a\nb\nc\n", "a\nc\nd"), ("a\n\fb", "\fb"), ("x\n" * 1200, "x\n")]
)
def test_changed_lines_turn_one_text_into_the_other(before, after):
    assert apply(before, changed_lines(before, after)) == after


# -- refactorings: stand-ins, since only their way to the editor matters here


def room(name: str, kind: str) -> Refactoring:
    return Refactoring(name, name.title(), kind, "preserving", (), lambda model, span: Plan(()), "none")


@pytest.fixture
def two_offers(monkeypatch):
    """One refactoring that puts a line above and takes two things for granted, and one that is refused."""
    possible, impossible = room("add-line", "refactor.rewrite"), room("inline-stage", "refactor.inline")
    performed = Performed(possible, "Add a line", (Edit(Span(0, 0), "# new\n"),), "", ("It rains.", "It pours."), "")

    def perform(model: object, name: str, span: Span) -> Performed | Refused:
        return performed if name == "add-line" else Refused("no")

    offered = (
        Offer(possible, "Add a line", True, None, "preserving", ()),
        Offer(impossible, "Inline", False, "The stage is used twice.", "preserving", ()),
    )
    monkeypatch.setattr(actions, "offers", lambda model, span, on_fault: offered)
    monkeypatch.setattr(actions, "perform", perform)


@pytest.mark.parametrize("name", PROFILES)
def test_refactorings_are_shown_as_far_as_the_editor_can(two_offers, name):
    editor = Editor(name, "FROM scratch\n")
    menu = editor.menu("scratch", ["refactor"])
    assert menu[0]["kind"] == "refactor.rewrite.add-line"
    assert editor.applied(menu[0]) == "# new\nFROM scratch\n"
    can_show_reasons = name in ("helix", "neovim 0.12", "vscode 1.100")
    assert [action.get("disabled") for action in menu[1:]] == [
        {"reason": "The stage is used twice."} for _ in range(can_show_reasons)
    ]


def test_what_a_plan_takes_for_granted_has_to_be_confirmed(two_offers):
    editor = Editor("vscode 1.100", "FROM scratch\n")
    edit = editor.actions.resolve(editor.document, editor.menu("scratch")[0])["edit"]
    (annotation,) = edit["changeAnnotations"].values()
    assert annotation == {"label": "Add a line", "description": "It rains.\nIt pours.", "needsConfirmation": True}


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (None, ["refactor.rewrite.add-line", "refactor.inline.inline-stage"]),
        (["refactor.inline"], ["refactor.inline.inline-stage"]),
        (["refactor.rewrite.add-line"], ["refactor.rewrite.add-line"]),
        (["refactor.re"], []),
        (["quickfix"], []),
        ([""], ["refactor.rewrite.add-line", "refactor.inline.inline-stage"]),
    ],
)
def test_only_the_kinds_asked_for(two_offers, only, kinds):
    assert [action["kind"] for action in Editor("helix", "FROM scratch\n").menu("scratch", only)] == kinds


def test_an_action_of_an_older_version_is_refused(two_offers):
    editor = Editor("helix", "FROM scratch\n", version=1)
    action = editor.menu("scratch")[0]
    editor.document.change([{"text": "FROM alpine\n"}], 2)
    with pytest.raises(RequestError) as refused:
        editor.actions.resolve(editor.document, action)
    assert refused.value.code == -32801


@pytest.mark.parametrize(
    "data", [None, {}, {"span": 3}, {"span": ["x", "y"], "version": 1}, {"span": [0], "version": 1}]
)
def test_a_strange_action_is_refused(data):
    editor = Editor("helix", MISSPELLED)
    with pytest.raises(RequestError):
        editor.actions.resolve(editor.document, {"title": "x", "data": data})


@pytest.mark.parametrize("name", ["vscode 1.100", "ale"])
@pytest.mark.parametrize("before", [None, ".git\n*.log"])
def test_a_file_beside_the_dockerfile_is_made_or_completed(tmp_path, name, before):
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "Dockerfile").write_text(COPYING)
    if before is not None:
        (tmp_path / ".dockerignore").write_text(before)
    editor = Editor(name, COPYING, uri=(tmp_path / "Dockerfile").as_uri())
    found = [one for one in editor.menu("COPY", ["refactor"]) if one["title"].endswith(".dockerignore")]
    if name == "ale":
        assert found == [], "it lets nobody make files, and shows nothing that is disabled"
        return
    (action,) = found
    steps = editor.actions.resolve(editor.document, action)["edit"]["documentChanges"]
    uri = (tmp_path / ".dockerignore").as_uri()
    creation = [{"kind": "create", "uri": uri, "options": {"ignoreIfExists": True}}] if before is None else []
    assert steps[:-1] == creation
    (edit,) = steps[-1]["edits"]
    end = {"line": 0, "character": 0} if before is None else {"line": 1, "character": 5}
    assert (steps[-1]["textDocument"]["uri"], edit["range"]["start"]) == (uri, end)
    assert edit["newText"].startswith(".git\n" if before is None else "\n.gitignore\n")
