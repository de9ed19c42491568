"""What a check of one file came to, as plain data, and the last line about all of them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from dockls.cli.paint import Paint

#: stands for standard input
STDIN = "-"
#: the gravest first
_LABELS = ("error", "warning", "info", "hint")


class Outcome(NamedTuple):
    """What a check of one file came to.

    `text` are the rendered findings, of format ``text``, `findings` the same as JSON, of the others; `severities` are
    their labels. `safe` of them can be mended, `unsafe` more with a change of meaning. `fails` tells that one is as
    grave as what ends in exit status 1, `is_plain` that nothing else was told on the way. `marks` are those of a
    baseline that is to be written.
    """

    path: str
    text: str
    findings: list[dict[str, Any]]
    severities: list[str]
    safe: int
    unsafe: int
    fails: bool
    mended: bool
    is_plain: bool
    marks: list[str]


def names(text: str | None) -> list[str]:
    """The names in a list with commas."""
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def summary(outcomes: Sequence[Outcome], paint: Paint) -> str:
    """The last line: how much was looked at, what was found, what can be done about it."""
    mended = sum(outcome.mended for outcome in outcomes)
    start = f"{count(len(outcomes), 'file')} checked" + (f", {mended} mended" if mended else "")
    severities = Counter([label for outcome in outcomes for label in outcome.severities])
    if not severities:
        return f"{start}, nothing {'left' if mended else 'found'}.\n"
    parts = [paint(label, count(severities[label], label)) for label in _LABELS if severities[label]]
    safe, unsafe = sum(one.safe for one in outcomes), sum(one.unsafe for one in outcomes)
    ways = [f"{safe} can be mended with --fix"] if safe else []
    ways += [f"{unsafe} {'more ' if safe else ''}with --fix --unsafe" if safe else _alone(unsafe)] if unsafe else []
    return f"{start}: {', '.join(parts)}." + (f" {', '.join(ways)}." if ways else "") + "\n"


def _alone(number: int) -> str:
    return f"{number} can be mended with --fix --unsafe, which may change meaning"


def count(number: int, one: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 or one == 'info' else one + 's'}"
