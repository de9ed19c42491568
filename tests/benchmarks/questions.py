"""The requests that are timed, where they are asked, and what a right answer looks like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import documents
from wire import URI, Json


class Question(NamedTuple):
    """A request: what a server must announce to be asked, its parameters, and whether an answer is right."""

    provider: str
    method: str
    parameters: Callable[[str], Json]
    is_right: Callable[[str, Any], bool]


def _named(text: str) -> tuple[int, int, str]:
    """Line, column and name of the stage that the last `COPY --from=` copies from."""
    lines = text.split("\n")
    line = max(number for number, each in enumerate(lines) if each.startswith("COPY --from="))
    column = len("COPY --from=")
    return line, column, lines[line][column:].split(" ")[0]


def _declared(text: str) -> tuple[int, int]:
    """Line and column of the name of that stage in its FROM."""
    name = _named(text)[2]
    for number, line in enumerate(text.split("\n")):
        if line.startswith("FROM ") and line.endswith(f" AS {name}"):
            return number, len(line) - len(name)
    raise LookupError(name)


def _at(line: int, column: int, **more: Any) -> Json:
    return {"textDocument": {"uri": URI}, "position": {"line": line, "character": column}, **more}


def _whole(text: str) -> Json:
    return {"textDocument": {"uri": URI}}


def _places(answer: Any) -> list[int]:
    """The lines that locations or links point to."""
    found = answer if isinstance(answer, list) else [answer] if answer else []
    return [
        (each.get("targetSelectionRange") or each.get("targetRange") or each["range"])["start"]["line"]
        for each in found
    ]


def _edited(answer: Any) -> list[int]:
    """The lines that a workspace edit changes."""
    changes = [edit for edits in (answer or {}).get("changes", {}).values() for edit in edits]
    for document in (answer or {}).get("documentChanges", ()):
        changes += document["edits"]
    return [edit["range"]["start"]["line"] for edit in changes]


def _uses(text: str) -> set[int]:
    """The lines that name that stage."""
    name = _named(text)[2]
    return {
        number
        for number, line in enumerate(text.split("\n"))
        if f"from={name} " in line or line.endswith(f" AS {name}")
    }


def _labels(answer: Any) -> set[str]:
    return {item["label"] for item in (answer.get("items", ()) if isinstance(answer, dict) else answer or ())}


#: by the names of the table's rows
QUESTIONS: dict[str, Question] = {
    "definition": Question(
        "definitionProvider", "textDocument/definition",
        lambda text: _at(*_named(text)[:2]),
        lambda text, answer: _places(answer) == [_declared(text)[0]],
    ),
    "references": Question(
        "referencesProvider", "textDocument/references",
        lambda text: _at(*_declared(text), context={"includeDeclaration": True}),
        lambda text, answer: set(_places(answer)) == _uses(text),
    ),
    "rename": Question(
        "renameProvider", "textDocument/rename",
        lambda text: _at(*_declared(text), newName="renamed"),
        lambda text, answer: set(_edited(answer)) == _uses(text),
    ),
    "hover": Question(
        "hoverProvider", "textDocument/hover",
        lambda text: _at(_declared(text)[0], 1),
        lambda text, answer: bool(answer and answer["contents"]),
    ),
    "documentSymbol": Question(
        "documentSymbolProvider", "textDocument/documentSymbol", _whole,
        lambda text, answer: len(answer or ()) >= text.count("\nFROM "),
    ),
    "foldingRange": Question(
        "foldingRangeProvider", "textDocument/foldingRange", _whole,
        lambda text, answer: len(answer or ()) >= text.count("\nENV "),
    ),
    "completion": Question(
        "completionProvider", "textDocument/completion",
        lambda text: _at(*_named(text)[:2]),
        lambda text, answer: _named(text)[2] in _labels(answer),
    ),
    "codeAction": Question(
        "codeActionProvider", "textDocument/codeAction",
        lambda text: {
            "textDocument": {"uri": URI},
            "range": {"start": {"line": documents.typed_line(text), "character": 0},
                      "end": {"line": documents.typed_line(text), "character": 4}},
            "context": {"diagnostics": []},
        },
        lambda text, answer: isinstance(answer, list) or answer is None,
    ),
}  # fmt: skip
