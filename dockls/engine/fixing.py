"""Applies the fixes of findings until nothing is left to mend: ``check --fix`` and ``source.fixAll.dockls``."""

from dockls.engine.checking import check
from dockls.engine.rule_set import RuleSet
from dockls.rooms import Fix, Severity
from dockls.semantics import Model
from dockls.text import Edit

_MOST_ROUNDS = 20


def fixed(model: Model, rule_set: RuleSet | None = None, *, unsafe: bool = False) -> Model:
    """The model after all fixes; unsafe ones only if asked.

    A fix that would add an error is left out. Fixes that overlap wait for the next round.
    """
    refused: set[tuple[str, str]] = set()
    for _ in range(_MOST_ROUNDS):
        edits: list[Edit] = []
        for diagnostic in check(model, rule_set):
            key = (diagnostic.rule.name, diagnostic.finding.message)
            fix = None if key in refused else _first(diagnostic.finding.fixes, unsafe)
            wanted = list((fix.edits(model) if fix else None) or ())
            if wanted and not _touches(wanted, edits):
                if _errors(_applied(model, wanted), rule_set) > _errors(model, rule_set):
                    refused.add(key)
                else:
                    edits += wanted
        after = _applied(model, edits)
        if after.tree.text == model.tree.text or _errors(after, rule_set) > _errors(model, rule_set):
            return model
        model = after
    return model


def _first(fixes: tuple[Fix, ...], unsafe: bool) -> Fix | None:
    for fix in fixes:
        if fix.safe or unsafe:
            return fix
    return None


def _applied(model: Model, edits: list[Edit]) -> Model:
    return model.updated(model.tree.edited(edits))


def _touches(edits: list[Edit], others: list[Edit]) -> bool:
    return any(edit.span.overlaps(other.span) for edit in edits for other in others)


def _errors(model: Model, rule_set: RuleSet | None) -> int:
    return sum(diagnostic.severity is Severity.ERROR for diagnostic in check(model, rule_set))
