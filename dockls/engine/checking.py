"""Runs the rules over a model, again only where an edit can have changed what they say.

Findings are gathered per section. While nothing in a section changed its tuple of diagnostics is the same object, so
that whoever shows them can keep what it made of them.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from dockls.engine.rule_set import RuleSet
from dockls.engine.suppression import is_silenced, suppressions_of
from dockls.rooms import Finding, Linked, Rule, Severity
from dockls.semantics import Model, Stage
from dockls.semantics.files import Made, files_of
from dockls.syntax import Item, Section


class Diagnostic(NamedTuple):
    """A finding with the rule that made it."""

    rule: Rule
    finding: Finding
    severity: Severity


@cache
def default_rule_set() -> RuleSet:
    """All rules at their own severity; made once, so that what they found is remembered."""
    return RuleSet()


def check(model: Model, rule_set: RuleSet | None = None) -> tuple[Diagnostic, ...]:
    """Everything the enabled rules say, in order of the file; suppressed findings are left out."""
    found = [diagnostic for section in check_sections(model, rule_set) for diagnostic in section]
    starts: dict[Item, int] = {}

    def position(diagnostic: Diagnostic) -> tuple[int, int]:
        item, span = diagnostic.finding.place
        if item not in starts:
            starts[item] = model.tree.start_of(item)
        return starts[item] + span.start, diagnostic.severity

    return tuple(sorted(found, key=position))


def check_sections(model: Model, rule_set: RuleSet | None = None) -> list[tuple[Diagnostic, ...]]:
    """The diagnostics of each section of the tree, the one above the first FROM first."""
    enabled = rule_set or default_rule_set()
    kept = model.memo.get(enabled)
    if kept is None:
        kept = model.memo[enabled] = _checked(model, enabled)
    assert isinstance(kept, _Checked)
    return kept.sections


#: so many items are looked for one by one; the sections are searched for more
_FEW_ITEMS = 4


class _Wide(NamedTuple):
    """What one section says of the whole file."""

    names: frozenset[str]
    raises: bool


class _Checked(NamedTuple):
    """What was found per section, and what all sections shared when it was."""

    sections: list[tuple[Diagnostic, ...]]
    silenced: list[_Wide]
    of_graph: dict[int, tuple[Diagnostic, ...]]
    of_file: dict[int, tuple[Diagnostic, ...]]
    linked: list[tuple[Diagnostic, ...]]
    makers: frozenset[int]


def _checked(model: Model, enabled: RuleSet) -> _Checked:
    of_graph = _graph_diagnostics(model, enabled)
    of_file = _by_section(model, _run_all(enabled, enabled.by_sight["file"], model))
    before, different = _inherited(model, enabled)
    if before is None:
        silenced = [_wide(section) for section in model.tree.sections]
    else:
        silenced = list(before.silenced)
        for number in different:
            silenced[number] = _wide(model.tree.sections[number])
        if before.of_graph is not of_graph or before.silenced != silenced:
            before = None
        elif before.of_file != of_file:
            spoken_of = {*before.of_file, *of_file}
            different |= {number for number in spoken_of if before.of_file.get(number) != of_file.get(number)}
    count = len(model.tree.sections)
    changed = range(1, count) if before is None else [number for number in different if number]
    makers = _makers(model, changed, frozenset() if before is None else before.makers)
    linked = _linked_diagnostics(model, enabled, before, different, makers)
    everywhere = frozenset[str]().union(*[one.names for one in silenced if one.names])
    raises = silenced[0].raises
    sections: list[tuple[Diagnostic, ...]] = [()] * count if before is None else list(before.sections)
    for number in range(count) if before is None else different:
        found = _own(model, number, enabled) + linked[number] + of_graph.get(number, ()) + of_file.get(number, ())
        here = enabled.silenced_in(model.stages[number - 1].name) if number else frozenset[str]()
        kept = _unsilenced(model, number, found, everywhere | here)
        sections[number] = tuple([_raised(one) for one in kept]) if raises else kept
    return _Checked(sections, silenced, of_graph, of_file, linked, makers)


def _linked_diagnostics(
    model: Model, enabled: RuleSet, before: _Checked | None, different: set[int], makers: frozenset[int]
) -> list[tuple[Diagnostic, ...]]:
    """What the linked rules say, by section; sections of which they say something else join the `different` ones."""
    rules = enabled.by_sight["linked"]
    count = len(model.tree.sections)
    if not rules:
        return [()] * count
    linked: list[tuple[Diagnostic, ...]] = [()] * count if before is None else list(before.linked)
    for number in range(1, count) if before is None else _users(model, different, makers | before.makers):
        stage = model.stages[number - 1]
        found = tuple(_run_all(enabled, rules, Linked(stage, model.stages))) if _takes(stage) else ()
        # Fixes are made anew each time; the old ones do the same, on whatever model they are given.
        if before is None or _told(found) != _told(linked[number]):
            different.add(number)
            linked[number] = found
    return linked


def _takes(stage: Stage) -> bool:
    """Whether a stage takes files from others, or one that it starts from does."""
    return stage.folded(_takes_too, lambda root: False)


def _takes_too(stage: Stage, below: bool) -> bool:
    return below or bool(stage.references)


def _told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[Any, ...]]:
    return [(one.rule.name, one.severity, one.finding._replace(fixes=())) for one in diagnostics]


def _users(model: Model, sections: set[int], makers: frozenset[int]) -> set[int]:
    """The sections of stages, of those that take files of them or do so at second hand, and of what starts from them.

    Only what programs are made of is followed from stage to stage, so that the others end at the first hand.
    """
    changed = {number for number in sections if number}
    first_hand = {use.source + 1 for number in changed for use in model.graph.dependents[number - 1]}
    found = changed | first_hand
    waiting = [use.source + 1 for number in changed & makers for use in model.graph.dependents[number - 1]]
    followed = set(waiting)
    while waiting:
        for use in model.graph.dependents[waiting.pop() - 1]:
            if use.source + 1 not in followed:
                followed.add(use.source + 1)
                waiting.append(use.source + 1)
    return _with_heirs(model, found | followed)


def _with_heirs(model: Model, sections: set[int]) -> set[int]:
    """The sections, and those of the stages that start from theirs."""
    waiting = list(sections)
    while waiting:
        heirs = {number + 1 for number in model.graph.children(waiting.pop() - 1)} - sections
        sections |= heirs
        waiting += heirs
    return sections


def _makers(model: Model, sections: Iterable[int], before: frozenset[int]) -> frozenset[int]:
    """The sections of stages that may hold programs which they or others have built."""
    found = set(before)
    for number in sections:
        stage = model.stages[number - 1]
        is_maker = bool(model.graph.dependents[number - 1]) and any(map(_is_program, files_of(stage)))
        (found.add if is_maker else found.discard)(number)
    return frozenset(found) if found != before else before


def _is_program(entry: Made) -> bool:
    return entry.origin == "run" and (entry.kind != "directory" or "cargo" in entry.instruction.text)


def _wide(section: Section) -> _Wide:
    suppressions = suppressions_of(section)
    return _Wide(suppressions.file, suppressions.raises)


def _raised(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic where ``# check=error=true`` makes BuildKit's checks fail the build."""
    return diagnostic if diagnostic.rule.buildkit_check is None else diagnostic._replace(severity=Severity.ERROR)


def _inherited(model: Model, enabled: RuleSet) -> tuple[_Checked | None, set[int]]:
    """What was found before the last edits, and the sections that they can have changed."""
    if model.inherited is None:
        return None, set()
    memo, different = model.inherited
    # Comments at the end of a section speak of the FROM below it.
    numbers = {*different, *[number + 1 for number in different if number + 1 < len(model.tree.sections)]}
    return memo.get(enabled), numbers


def _own(model: Model, number: int, enabled: RuleSet) -> tuple[Diagnostic, ...]:
    """What the instruction and stage rules say of one section; asked once per stage."""
    owner = model.stages[number - 1].memo if number else model.tree.sections[0].memo
    known = owner.get(enabled)
    if isinstance(known, tuple):
        return known
    found: list[Diagnostic] = []
    for instruction in model.tree.sections[number].instructions:
        kept = instruction.memo.get(enabled)
        if kept is None:
            kept = instruction.memo[enabled] = tuple(_run_all(enabled, enabled.by_sight["instruction"], instruction))
        found += kept
    if number:
        found += _run_all(enabled, enabled.by_sight["stage"], model.stages[number - 1])
    owner[enabled] = tuple(found)
    return owner[enabled]  # type: ignore[no-any-return]


def _graph_diagnostics(model: Model, enabled: RuleSet) -> dict[int, tuple[Diagnostic, ...]]:
    """What the graph rules say, by section; asked once per graph."""
    graph = model.graph
    kept = graph.memo.get(enabled)
    if kept is None:
        kept = graph.memo[enabled] = _by_section(model, _run_all(enabled, enabled.by_sight["graph"], graph))
    assert isinstance(kept, dict)
    return kept


def _run_all(enabled: RuleSet, rules: Iterable[Rule], subject: Any) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for rule in rules:
        severity = enabled.severity(rule)
        try:
            found += [
                Diagnostic(rule, finding, severity or finding.severity or rule.severity)
                for finding in rule.check(subject)
            ]
        except Exception as error:
            if enabled.on_fault is None:
                raise
            enabled.on_fault(rule, error)
    return found


def _by_section(model: Model, diagnostics: Iterable[Diagnostic]) -> dict[int, tuple[Diagnostic, ...]]:
    wanted: dict[Item, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        wanted.setdefault(diagnostic.finding.place.item, []).append(diagnostic)
    found: dict[int, tuple[Diagnostic, ...]] = {}
    if len(wanted) <= _FEW_ITEMS:
        for item, spoken in wanted.items():
            number = model.tree.section_of(item)
            found[number] = (*found.get(number, ()), *spoken)
        return found
    for number, section in enumerate(model.tree.sections):
        # Whichever is shorter: the wanted items in the section, or its items among the wanted.
        if len(wanted) < len(section.items):
            here = [item for item in wanted if section.offset_of(item) is not None]
        else:
            here = [item for item in section.items if item in wanted]
        if here:
            found[number] = tuple([diagnostic for item in here for diagnostic in wanted[item]])
    return found


def _above(model: Model, number: int) -> tuple[frozenset[str], frozenset[str]] | None:
    """What comments directly above a FROM, in the section before, silence for its stage."""
    if number == 0:
        return None
    before = suppressions_of(model.tree.sections[number - 1])
    return (before.below, before.below_stage) if before.below or before.below_stage else None


def _unsilenced(
    model: Model, number: int, diagnostics: tuple[Diagnostic, ...], silenced: frozenset[str]
) -> tuple[Diagnostic, ...]:
    section = model.tree.sections[number]
    here = suppressions_of(section)
    above = _above(model, number)
    everywhere = silenced | here.stage | (above[1] if above else frozenset())
    if not everywhere and not here.instructions and not above:
        return diagnostics
    kept: list[Diagnostic] = []
    for diagnostic in diagnostics:
        item = diagnostic.finding.place.item
        names = everywhere | here.instructions.get(item, frozenset())
        if above and section.instructions and item is section.instructions[0]:
            names |= above[0]
        if not is_silenced(diagnostic.rule, names):
            kept.append(diagnostic)
    return tuple(kept)
