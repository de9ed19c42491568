"""Everything that an editor or the command line can ask of a model, as questions with names.

``tests/test_robustness.py`` asks them all of half-typed and absurd files.
"""

from collections.abc import Callable, Iterator
from typing import Any

from dockls.cli.paint import Paint
from dockls.cli.rendering import render
from dockls.cli.report import finding_of
from dockls.engine import Diagnostic, Offer, check, fixed, offers, perform
from dockls.features.completion import completion
from dockls.features.definition import definition
from dockls.features.document_symbols import document_symbols
from dockls.features.folding_ranges import folding_ranges
from dockls.features.highlight import highlight
from dockls.features.hover import hover
from dockls.features.references import references
from dockls.features.rename import prepare_rename, rename
from dockls.rooms import Fix, Refused
from dockls.semantics import Model
from dockls.server.answers import symbols
from dockls.server.capabilities import Client
from dockls.server.conversion import diagnostic as converted
from dockls.server.conversion import range_of, text_edits
from dockls.server.documents import Document
from dockls.text import Edit, Encoding, Span, apply

#: what is asked, and how to ask it
Question = tuple[str, Callable[[], Any]]

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
NEW_NAME = "brand-new"
CLIENT = Client(
    {
        "capabilities": {
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": True, "tagSupport": {"valueSet": [1, 2]}},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
            }
        }
    }
)


def of_file(model: Model) -> Iterator[Question]:
    """What concerns the whole file."""
    yield "check", lambda: check(model)
    yield "document_symbols", lambda: document_symbols(model)
    yield "folding_ranges", lambda: folding_ranges(model)


def of_findings(model: Model, most: int) -> Iterator[Question]:
    """What becomes of the first and the last findings: as text, as JSON, over the wire; their fixes."""
    found = check(model)
    paint = Paint()
    for one in found if len(found) <= 2 * most else (*found[:most], *found[-most:]):
        name = one.rule.name
        yield f"render {name}", lambda one=one: render("Dockerfile", model, one, paint)  # type: ignore[misc]
        yield f"as JSON {name}", lambda one=one: finding_of(model, one)  # type: ignore[misc]
        yield f"fixes {name}", lambda one=one: [_mended(model, fix) for fix in one.finding.fixes]  # type: ignore[misc]
        yield f"convert {name}", lambda one=one: [_wired(model, one, each) for each in ENCODINGS]  # type: ignore[misc]


def of_fixing(model: Model) -> Iterator[Question]:
    """All fixes at once."""
    yield "fix all", lambda: fixed(model, unsafe=True)


def of_place(model: Model, offset: int) -> Iterator[Question]:
    """What an editor asks with the cursor somewhere."""
    yield "hover", lambda: hover(model, offset)
    yield "definition", lambda: [model.absolute(place) for place in definition(model, offset)]
    yield "references", lambda: [model.absolute(place) for place in references(model, offset, True)]
    yield "highlight", lambda: [model.absolute(found.place) for found in highlight(model, offset)]
    yield "prepare_rename", lambda: prepare_rename(model, offset)
    yield "rename", lambda: _renamed(model, offset)
    yield "completion", lambda: completion(model, offset)


def of_selection(model: Model, selection: Span, most: int) -> Iterator[Question]:
    """The refactorings at a selection: what is offered, and up to `most` of the enabled ones carried out."""
    offered: list[Offer] = []
    yield "offers", lambda: offered.extend(offers(model, selection))
    for name in [each.refactoring.name for each in offered if each.enabled][:most]:
        yield f"perform {name}", lambda name=name: perform(model, name, selection)  # type: ignore[misc]


def over_the_wire(model: Model) -> Iterator[Question]:
    """The outline in every encoding."""
    for encoding in ENCODINGS:
        document = _document(model, encoding)
        yield f"outline {encoding}", lambda document=document: symbols(CLIENT, document, document_symbols(model))  # type: ignore[misc]


def _document(model: Model, encoding: Encoding) -> Document:
    document = Document("untitled:x", "", 1, "dockerfile", encoding)
    document.tree = model.tree
    return document


def _mended(model: Model, fix: Fix) -> None:
    edits = fix.edits(model)
    if edits is not None:
        edits = tuple(edits)
        apply(model.tree.text, edits)
        text_edits(_document(model, "utf-16"), edits)


def _wired(model: Model, found: Diagnostic, encoding: Encoding) -> Any:
    document = _document(model, encoding)
    place = model.absolute(found.finding.place)
    assert document.span(range_of(document, place)).start <= place.end
    related = [(model.absolute(each.place), each.message) for each in found.finding.related]
    return converted(CLIENT, document, place, found.finding.message, severity=found.severity, related=related)


def _renamed(model: Model, offset: int) -> None:
    change = rename(model, offset, NEW_NAME)
    if change is not None and not isinstance(change, Refused):
        edits: tuple[Edit, ...] = change.edits
        apply(model.tree.text, edits)
