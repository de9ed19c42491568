"""Applies the fixes of findings until nothing is left to mend: ``check --fix`` and ``source.fixAll.dockls``."""

from bisect import bisect_right, insort
from collections.abc import Container
from typing import NamedTuple

from dockls.engine.checking import check
from dockls.engine.rule_set import RuleSet
from dockls.rooms import Fix, Severity
from dockls.semantics import Model
from dockls.text import Edit, Span

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
    edits: list[Edit]


def fixed(model: Model, rule_set: RuleSet | None = None, *, unsafe: bool = False) -> Model:
    """The model after all fixes; unsafe ones only if asked.

    A fix that would add an error is left out. Fixes that overlap wait for the next round.
    """
    refused: set[tuple[str, str]] = set()
    trials = _MOST_WORK // (len(model.tree.instructions) + _STAGE * len(model.tree.sections))
    for _ in range(_MOST_ROUNDS):
        wanted, looked_at = _disjoint(model, rule_set, unsafe, refused, trials // 2)
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
    model: Model, rule_set: RuleSet | None, unsafe: bool, refused: Container[tuple[str, str]], most: int
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
        edits = list(fix.edits(model) or ())
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
