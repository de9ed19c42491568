"""Runs rules and refactorings: incremental checking, suppressions, offers, and the guard of every edit."""

from dockls.engine.checking import Diagnostic, check, check_sections, default_rule_set
from dockls.engine.fixing import fixed, with_sound_fixes, worked_out
from dockls.engine.performing import Offer, Performed, UnknownRefactoringError, guarded, offers, perform
from dockls.engine.rule_set import RuleSet, configured, known_words, selected

__all__ = [
    "Diagnostic",
    "Offer",
    "Performed",
    "RuleSet",
    "UnknownRefactoringError",
    "check",
    "check_sections",
    "configured",
    "default_rule_set",
    "fixed",
    "guarded",
    "known_words",
    "offers",
    "perform",
    "selected",
    "with_sound_fixes",
    "worked_out",
]
