"""Applies the fixes of findings until nothing is left to mend: ``check --fix`` and ``source.fixAll.dockls``."""

from bisect import bisect_right, insort
from collections.abc import Callable, Container
from functools import partial
from typing import NamedTuple

from dockls.engine.checking import Diagnostic, check
from dockls.engine.rule_set import RuleSet
from dockls.rooms import Fix, Rule, Severity
from dockls.semantics import Model
from dockls.text import Edit, Span

FixFault = Callable[[Rule, Fix, Exception], None]

_MOST_ROUNDS = 20
#: up to so many fixes of a round are tried one by one, more in groups: each trial analyzes the file
_MOST_GROUPS = 32
#: so many instructions are looked at in working out and trying fixes, before what is left stays as it is
_MOST_WORK = 500_000
#: a stage takes the time of so many instructions
_STAGE = 10


class _Wanted(NamedTuple):
    """The edits of one fix, with what tells the fix from others in later rounds."""

    key: tuple[str, str]
    edits: tuple[Edit, ...]


def worked_out(model: Model, fix: Fix, on_fault: Callable[[Exception], None] | None) -> tuple[Edit, ...]:
    """The edits of a fix, none if it does not apply.

    A fix that raises costs nothing else: the fault goes to `on_fault`, or is raised if there is none.
    """
    try:
        return tuple(fix.edits(model) or ())
    except Exception as error:
        if on_fault is None:
            raise
        on_fault(error)
        return ()


def with_sound_fixes(model: Model, diagnostic: Diagnostic, on_fault: FixFault | None) -> Diagnostic:
    """The diagnostic with those of its fixes that apply, their edits worked out; faults as in `worked_out`."""
    sound: list[Fix] = []
    for fix in diagnostic.finding.fixes:
        edits = worked_out(model, fix, on_fault and partial(on_fault, diagnostic.rule, fix))
        if edits:
            sound.append(fix._replace(edits=partial(_known, edits)))
    return diagnostic._replace(finding=diagnostic.finding._replace(fixes=tuple(sound)))


def _known(edits: tuple[Edit, ...], _: Model) -> tuple[Edit, ...]:
    return edits


def fixed(
    model: Model, rule_set: RuleSet | None = None, *, unsafe: bool = False, on_fault: FixFault | None = None
) -> Model:
    """The model after all fixes; unsafe ones only if asked.

    A fix that would add an error is left out. Fixes that overlap wait for the next round. Faults as in
    `worked_out`.
    """
    refused: set[tuple[str, str]] = set()
    trials = _MOST_WORK // (len(model.tree.instructions) + _STAGE * len(model.tree.sections))
    for _ in range(_MOST_ROUNDS):
        wanted, looked_at = _disjoint(model, rule_set, unsafe, refused, trials // 2, on_fault)
        trials -= looked_at
        errors = _errors(model, rule_set)
        size = max(-(-len(wanted) // _MOST_GROUPS), 1)
        groups = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        sound: list[_Wanted] = []
        while groups and trials > 0:
            group = groups.pop()
            trials -= 1
            if _errors(_applied(model, group), rule_set) <= errors:
                sound += group
            elif len(group) == 1:
                refused.add(group[0].key)
            else:
                middle = len(group) // 2
                groups += (group[:middle], group[middle:])
        after = _applied(model, sound)
        if after.tree.text == model.tree.text or _errors(after, rule_set) > errors:
            return model
        model = after
    return model


def _disjoint(
    model: Model,
    rule_set: RuleSet | None,
    unsafe: bool,
    refused: Container[tuple[str, str]],
    most: int,
    on_fault: FixFault | None,
) -> tuple[list[_Wanted], int]:
    """The fixes of the findings, without refused ones and those that touch an earlier one.

    At most `most` are looked at; how many were comes second.
    """
    found: list[_Wanted] = []
    taken: list[Span] = []
    looked_at = 0
    for diagnostic in check(model, rule_set):
        key = (diagnostic.rule.name, diagnostic.finding.message)
        fix = None if key in refused else _first(diagnostic.finding.fixes, unsafe)
        if fix is None or looked_at >= most:
            continue
        looked_at += 1
        edits = worked_out(model, fix, on_fault and partial(on_fault, diagnostic.rule, fix))
        if edits and not any(_touches(edit.span, taken) for edit in edits):
            found.append(_Wanted(key, edits))
            for edit in edits:
                insort(taken, edit.span)
    return found, looked_at


def _touches(span: Span, taken: list[Span]) -> bool:
    """Whether a span touches one of the others, which are in order and apart."""
    before = bisect_right(taken, (span.end, float("inf"))) - 1
    return before >= 0 and taken[before].overlaps(span)


def _first(fixes: tuple[Fix, ...], unsafe: bool) -> Fix | None:
    for fix in fixes:
        if fix.safe or unsafe:
            return fix
    return None


def _applied(model: Model, fixes: list[_Wanted]) -> Model:
    return model.updated(model.tree.edited([edit for fix in fixes for edit in fix.edits]))


def _errors(model: Model, rule_set: RuleSet | None) -> int:
    return sum(diagnostic.severity is Severity.ERROR for diagnostic in check(model, rule_set))
