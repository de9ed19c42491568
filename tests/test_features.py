"""Runs the case files of the features: what each answers at the cursor, drawn or written as text.

One feature alone: ``pytest tests/test_features.py -k hover``. A case file bears the name of its feature.
"""

from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from cases import Case, Outcome, read
from expectations import Expectations

from dockls.rooms import Refused
from dockls.semantics import Model
from dockls.text import Span, apply

CASES = Path(__file__).parent / "features"

Answer = tuple[list[tuple[Span, str]], list[str]]


def _cases() -> list[Any]:
    return [
        pytest.param(path.stem.replace("-", "_"), case, id=f"{path.stem}: {case.name}")
        for path in sorted(CASES.glob("*.md"))
        for case in read(path.read_text("utf-8"), path=path)
    ]


@pytest.mark.parametrize(("feature", "case"), _cases())
def test_feature(feature: str, case: Case, expectations: Expectations) -> None:
    if find_spec(f"dockls.features.{feature}") is None:
        pytest.skip(f"there is no feature {feature} yet")
    model = Model.of(case.source, case.surroundings)
    drawn, lines = ADAPTERS[feature](import_module(f"dockls.features.{feature}"), model, case)
    outcomes = [Outcome("nothing")] if not drawn and not lines else []
    if lines:
        refused = lines[0].startswith("refused: ")
        outcomes = [Outcome(lines[0]) if refused else Outcome("", case.fence._replace(lines=tuple(lines)))]
    expectations.compare(case, case.drawn(drawn), outcomes)


def _cursor(case: Case) -> int:
    assert len(case.selections) == 1, "draw one cursor: <|>"
    return case.selections[0].start


def _span(model: Model, where: Any) -> Span:
    """The absolute span of a span, a place, or something that has a place."""
    if isinstance(where, Span):
        return where
    return model.absolute(getattr(where, "place", where))


def _drawn(label: str) -> Callable[[Any, Model, Case], Answer]:
    """Draws the places that a function of the feature's name answers with."""

    def answer(module: Any, model: Model, case: Case) -> Answer:
        found = getattr(module, module.__name__.rpartition(".")[2])(model, _cursor(case))
        return [(_span(model, place), label) for place in found or ()], []

    return answer


def _highlight(module: Any, model: Model, case: Case) -> Answer:
    return [(_span(model, found), found.kind) for found in module.highlight(model, _cursor(case))], []


def _references(module: Any, model: Model, case: Case) -> Answer:
    with_declaration = case.settings.get("declaration", "yes") == "yes"
    found = module.references(model, _cursor(case), with_declaration)
    return [(_span(model, place), "reference") for place in found or ()], []


def _rename(module: Any, model: Model, case: Case) -> Answer:
    """Without ``Settings: name=…`` the range that an editor would let the user edit."""
    found = module.prepare_rename(model, _cursor(case))
    if found is not None and not isinstance(found, Refused) and "name" in case.settings:
        found = module.rename(model, _cursor(case), case.settings["name"])
        if not isinstance(found, Refused):
            return [], apply(case.source, found.edits).splitlines()
    if found is None or isinstance(found, Refused):
        return [], [] if found is None else [f"refused: {found.reason}"]
    return [(_span(model, found), "rename")], []


def _hover(module: Any, model: Model, case: Case) -> Answer:
    found = module.hover(model, _cursor(case))
    return [], [] if found is None else found.markdown.splitlines()


def _symbols(module: Any, model: Model, case: Case) -> Answer:
    def tree(symbols: Iterable[Any], indent: str = "") -> list[str]:
        lines = []
        for symbol in symbols:
            lines.append(f"{indent}{symbol.name} {symbol.detail or ''}".rstrip())
            lines += tree(symbol.children, indent + "  ")
        return lines

    return [], tree(module.document_symbols(model))


def _folding(module: Any, model: Model, case: Case) -> Answer:
    found = module.folding_ranges(model)
    return [], [f"{one.first + 1}-{one.last + 1} {one.kind}".rstrip() for one in found]


def _completion(module: Any, model: Model, case: Case) -> Answer:
    found = module.completion(model, _cursor(case))
    return [], [f"{one.text} {one.detail}".rstrip() for one in found]


ADAPTERS: dict[str, Callable[[Any, Model, Case], Answer]] = {
    "completion": _completion,
    "definition": _drawn("definition"),
    "document_symbols": _symbols,
    "folding_ranges": _folding,
    "highlight": _highlight,
    "hover": _hover,
    "references": _references,
    "rename": _rename,
}
