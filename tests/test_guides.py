"""All that dockls says, by all its rules, about the Dockerfiles of guides in ``guides.md``.

A label there is a severity, a rule and, where the rule does not run by default, its group.
"""

from pathlib import Path

import pytest
from cases import Case, read
from expectations import Expectations

from dockls.engine import RuleSet, check
from dockls.rooms import rules
from dockls.semantics import Model

GUIDES = Path(__file__).parent / "guides.md"
CASES = read(GUIDES.read_text("utf-8"), path=GUIDES)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_guide(case: Case, expectations: Expectations) -> None:
    model = Model.of(case.source, case.surroundings)
    found = [
        (model.absolute(finding.place), f"{severity.label}[{rule.name}] {rule.group or ''}".rstrip())
        for rule, finding, severity in check(model, RuleSet(rules()))
    ]
    expectations.compare(case, case.drawn(found), [])
