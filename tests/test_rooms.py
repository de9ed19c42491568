"""Runs the examples in the manuals and the case files of every rule and every refactoring.

One room alone: ``pytest tests/test_rooms.py -k unknown-stage``.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
from cases import Case, Outcome, case_files, read
from expectations import Expectations

from dockls.engine import RuleSet, check, perform
from dockls.rooms import Finding, Plan, Refactoring, Refused, Rule, manual
from dockls.semantics import Model
from dockls.text import Edit, OverlappingEditsError, Span, apply, ordered


def rooms_of(package: str) -> Iterator[tuple[str, Any]]:
    """The public names and rooms of a package; in place of a room that cannot be had, the fault."""
    for module in iter_modules(import_module(package).__path__):
        if not module.name.startswith("_"):
            try:
                yield module.name.replace("_", "-"), getattr(import_module(f"{package}.{module.name}"), module.name)
            except Exception as fault:
                yield module.name.replace("_", "-"), fault


def cases_of(kind: str) -> list[Any]:
    """Pytest parameters: each room with each of its cases, or with the fault that keeps it from being read."""
    parameters = []
    for name, room in rooms_of(f"dockls.{kind}"):
        try:
            cases = read(manual(room)) if isinstance(room, Rule | Refactoring) else []
            for path in case_files(kind, name):
                cases += read(path.read_text("utf-8"), path=path)
        except ValueError as fault:
            cases, room = [], ValueError(f"{name}: {fault}")
        found = [(case.name, room, case) for case in cases] or [("cannot be read", room, None)]
        parameters += [pytest.param(room, case, id=f"{name}: {title}") for title, room, case in found]
    return parameters


@pytest.mark.parametrize(("rule", "case"), cases_of("rules"))
def test_rule(rule: Rule | Exception, case: Case | None, expectations: Expectations) -> None:
    run_rule(_sound(rule), _readable(case), expectations)


@pytest.mark.parametrize(("refactoring", "case"), cases_of("refactorings"))
def test_refactoring(refactoring: Refactoring | Exception, case: Case | None, expectations: Expectations) -> None:
    run_refactoring(_sound(refactoring), _readable(case), expectations)


def _sound(room: Any) -> Any:
    if isinstance(room, Exception):
        raise room
    return room


def _readable(case: Case | None) -> Case:
    assert case is not None, "there is no case: write an example into the manual"
    return case


def run_rule(rule: Rule, case: Case, expectations: Expectations) -> None:
    """Compare what a rule says, and what its fixes make of the file, with what the case draws."""
    model, rule_set = Model.of(case.source, case.surroundings), RuleSet([rule])
    diagnostics = check(model, rule_set)
    name = f"[{rule.name}]" if any(f"[{rule.name}]:" in line for line in case.fence.lines) else ""
    drawn = case.drawn(
        [
            (model.absolute(finding.place), f"{severity.label}{name}: {finding.message}")
            for _, finding, severity in diagnostics
        ]
    )
    findings = [diagnostic.finding for diagnostic in diagnostics]
    for finding in findings:
        for _, edits in _fixes(model, finding):
            after = check(model.updated(model.tree.edited(edits)), rule_set)
            assert len(after) < len(findings), f"a fix does not mend: {finding.message}"
    expectations.compare(case, drawn, list(_fixed(case, model, findings)))


def _fixed(case: Case, model: Model, findings: list[Finding]) -> Iterator[Outcome]:
    """The outcomes that the case asks for: all first fixes at once, or those of the finding at the cursor."""
    marked = [
        finding
        for finding in findings
        if not case.selections or model.absolute(finding.place).overlaps(case.selections[0])
    ]
    for outcome in case.outcomes:
        if outcome.sentence == "no fix":
            titles = [title for finding in marked for title, _ in _fixes(model, finding)]
            yield outcome if not titles else Outcome(titles[0])
            continue
        chosen: list[Edit] = []
        for finding in marked:
            fixes = [edits for title, edits in _fixes(model, finding) if outcome.sentence in ("", title)]
            chosen = _together(chosen, fixes[0]) if fixes else chosen
        assert chosen, (
            f"no fix {outcome.sentence!r} among {[title for one in marked for title, _ in _fixes(model, one)]}"
        )
        yield _outcome(case, apply(case.source, chosen), outcome.sentence)


def _fixes(model: Model, finding: Finding) -> Iterator[tuple[str, list[Edit]]]:
    for fix in finding.fixes:
        edits = fix.edits(model)
        if edits is not None:
            yield fix.title, ordered(edits)


def _together(edits: list[Edit], more: list[Edit]) -> list[Edit]:
    """Both, or only the first where they touch the same text."""
    try:
        return ordered([*edits, *[edit for edit in more if edit not in edits]])
    except OverlappingEditsError:
        return edits


def _outcome(case: Case, text: str, sentence: str = "") -> Outcome:
    return Outcome(sentence, case.fence._replace(lines=tuple(text.splitlines())))


def run_refactoring(refactoring: Refactoring, case: Case, expectations: Expectations) -> None:
    """Compare what a refactoring does at the case's selection, or at each of several, with what the case says."""
    if not case.selections and case.path is None and not case.outcomes:
        return  # a manual may show a file without doing anything to it
    assert case.selections, "draw the cursor: <|>"
    if case.name.startswith(("Not offered", "Offered")):
        assert not case.outcomes, "the heading says already what becomes of it"
        for selection in case.selections:
            plan = refactoring.plan(Model.of(case.source, case.surroundings), selection, **_settings(case))
            shown = f"{case.source[: selection.start]}<|>{case.source[selection.start :]}"
            assert isinstance(plan, Plan) == case.name.startswith("Offered"), f"{plan}\n{shown}"
            assert plan is None or isinstance(plan, Plan), f"{plan}\n{shown}"
        return
    assert case.outcomes or case.path, "say what becomes of it: `->` and a fence, or `-> refused:` and the reason"
    for selection in case.selections:
        expectations.compare(case, case.fence, list(_performed(refactoring, case, selection)))


def _settings(case: Case) -> dict[str, str]:
    return {key.replace("-", "_"): value for key, value in case.settings.items()}


def _performed(refactoring: Refactoring, case: Case, selection: Span) -> Iterator[Outcome]:
    performed = perform(Model.of(case.source, case.surroundings), refactoring.name, selection, case.settings)
    if performed is None:
        yield Outcome("not offered")
        return
    if isinstance(performed, Refused):
        yield Outcome(f"refused: {performed.reason}")
        return
    assert performed.text == apply(case.source, performed.edits)
    yield _outcome(case, performed.text)
    asked = {outcome.sentence.partition(":")[0] for outcome in case.outcomes}
    if "title" in asked:
        yield Outcome(f"title: {performed.title}")
    if "grade" in asked:
        yield Outcome(f"grade: {performed.grade}")
    if "file" in asked:
        yield from (Outcome(f"file: {one.path}: {' '.join(one.text.split())}") for one in performed.files)
    if "assumes" in asked:
        yield from (Outcome(f"assumes: {assumption}") for assumption in performed.assumptions)
    if "repeats" in asked:
        yield Outcome("repeats")
    else:
        _assert_stable(refactoring, case, performed.text, _moved(selection, performed.edits))


def _assert_stable(refactoring: Refactoring, case: Case, text: str, selection: Span | None) -> None:
    """Done twice is done once, unless the cursor stood in text that is gone; a case may say ``-> repeats``."""
    if selection is None:
        return
    again = perform(Model.of(text, case.surroundings), refactoring.name, selection, case.settings)
    if again is not None and not isinstance(again, Refused):
        assert again.text == text, "done again it does more; where that is right, add the line `-> repeats`"


def _moved(selection: Span, edits: tuple[Edit, ...]) -> Span | None:
    """Where the selection stands after the edits; None if the text around it was deleted."""
    places = []
    for offset in selection:
        moved = offset
        for edit in edits:
            if edit.span.end <= offset:
                moved += len(edit.text) - (edit.span.end - edit.span.start)
            elif edit.span.start < offset:
                if not edit.text:
                    return None
                moved = min(moved, edit.span.start + moved - offset + len(edit.text))
        places.append(moved)
    return Span(*sorted(places))
