"""Compares what a case draws with what dockls does, or rewrites the case file under ``pytest --update``."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from cases import Case, Fence, Outcome

Replacement = tuple[int, int, list[str]]


class Expectations:
    """Answers to cases; under ``--update`` the differing ones are kept and written when all tests are done."""

    def __init__(self, update: bool) -> None:
        self._update = update
        self._pending: dict[Path, list[Replacement]] = defaultdict(list)

    def compare(self, case: Case, fence: Fence, outcomes: Iterable[Outcome]) -> None:
        """Fail unless the case shows this input, as drawn, and these outcomes in any order."""
        new = sorted(outcomes, key=_key)
        expected, actual = _shown(case.fence, sorted(case.outcomes, key=_key)), _shown(fence, new)
        if expected == actual:
            return
        if self._update and case.path is not None:
            self._pending[case.path] += _replacements(case, fence, new)
            return
        if self._update:
            print(f"\n{case.name}: the manual should say\n\n{actual}")
        assert actual.splitlines() == expected.splitlines(), f"dockls says\n\n{actual}"

    def write(self) -> None:
        """Rewrite the case files that no longer tell the truth."""
        for path, replacements in self._pending.items():
            lines = path.read_text("utf-8").split("\n")
            for start, end, new in sorted(replacements, key=lambda one: one[:2], reverse=True):
                lines[start:end] = new
            path.write_text("\n".join(lines), "utf-8")


def _key(outcome: Outcome) -> tuple[bool, str]:
    return outcome.fence is None, outcome.sentence


def _shown(fence: Fence, outcomes: Iterable[Outcome]) -> str:
    return "".join(line + "\n" for line in ["```dockerfile", *fence.lines, "```", *_outcome_lines(outcomes)])


def _outcome_lines(outcomes: Iterable[Outcome]) -> list[str]:
    lines = []
    for outcome in outcomes:
        lines.append(f"-> {outcome.sentence}".strip())
        if outcome.fence is not None:
            lines += ["```dockerfile", *outcome.fence.lines, "```"]
    return lines


def _replacements(case: Case, fence: Fence, outcomes: list[Outcome]) -> list[Replacement]:
    found: list[Replacement] = [(case.fence.start, case.fence.end, list(fence.lines))]
    if _outcome_lines(outcomes) == _outcome_lines(sorted(case.outcomes, key=_key)):
        return found
    place = case.fence.end + 1
    for number, old in enumerate(case.outcomes):
        end = old.fence.end + 1 if old.fence is not None else old.line + 1
        if number:
            found.append((old.line, end, []))
        else:
            found.append((old.line, end, _outcome_lines(outcomes)))
    if not case.outcomes:
        found.append((place, place, _outcome_lines(outcomes)))
    return found
