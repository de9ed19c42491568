"""From times to a table: medians, ratios, and the place between two markers of a document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

BEGIN = "<!-- measured: written by tests/benchmarks/run.py -->"
END = "<!-- end of measured -->"

#: what dockls should need at most, as a share of what the named tool needs
GOALS: dict[str, tuple[str, float]] = {
    "start → `initialize` answered": ("docker-langserver", 0.3),
    "start → first diagnostics": ("docker-langserver", 0.8),
    "keystroke, 50 lines, toggle": ("docker-langserver", 1.5),
    "keystroke, 50 lines, typing": ("docker-langserver", 1.5),
    "keystroke, 1,000 lines, toggle": ("docker-langserver", 0.15),
    "keystroke, 1,000 lines, typing": ("docker-langserver", 0.15),
    "keystroke, 10,000 lines, toggle": ("docker-langserver", 0.02),
    "keystroke, 10,000 lines, typing": ("docker-langserver", 0.02),
    "30 edits at once, 10,000 lines": ("docker-langserver", 0.02),
    "peak memory, 50 lines": ("docker-langserver", 1),
    "peak memory, 1,000 lines": ("docker-langserver", 1),
    "peak memory, 10,000 lines": ("docker-langserver", 1),
    "check 500 files": ("hadolint", 0.3),
}

#: the values of each contestant by the name of the row
Results = Mapping[str, Mapping[str, Sequence[float]]]


def table(results: Results, names: Sequence[str]) -> str:
    """A Markdown table: the median of dockls, and how dockls compares with each other contestant's median."""
    others = [name for name in names if name != "dockls" and any(name in row for row in results.values())]
    lines = [
        "| | dockls | " + " | ".join([f"of {name}" for name in others] + ["goal"]) + " |",
        "|---|---:|" + "---:|" * (len(others) + 1),
    ]
    for row, values in results.items():
        if not values.get("dockls"):
            continue
        own = median(values["dockls"])
        cells = [_compared(own, values.get(name), row) for name in others]
        lines.append(f"| {row} | {_shown(own, row)} | {' | '.join([*cells, _goal(row, values)])} |")
    return "\n".join(lines)


def missed(results: Results) -> list[str]:
    """The goals that were not reached, as sentences."""
    found = []
    for row, (name, share) in GOALS.items():
        values = results.get(row, {})
        if values.get("dockls") and values.get(name):
            ratio = median(values["dockls"]) / median(values[name])
            if ratio > share:
                found.append(f"{row}: {_ratio(ratio)} of {name}, where {_ratio(share)} is the goal")
    return found


def write(path: Path, text: str) -> None:
    """Puts text between the markers of a document; raises ValueError if it has none."""
    before, begin, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path} has no place for the results: {BEGIN} … {END}")
    path.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def _compared(own: float, values: Iterable[float] | None, row: str) -> str:
    if not values:
        return "–"
    other = median(values)
    return f"{_ratio(own / other)} ({_shown(other, row)})"


def _goal(row: str, values: Mapping[str, Sequence[float]]) -> str:
    name, share = GOALS.get(row, ("", 0))
    if not values.get(name):
        return ""
    reached = median(values["dockls"]) <= share * median(values[name])
    return f"≤ {_ratio(share)} {'✓' if reached else '✗'}"


def _ratio(ratio: float) -> str:
    if ratio < 0.001:
        return "< 0.001×"
    return f"{ratio:.2g}×" if ratio < 100 else f"{ratio:.0f}×"


def _shown(value: float, row: str) -> str:
    if row.startswith("peak memory"):
        return f"{value / 2**20:.1f} MiB"
    milliseconds = value * 1000
    if milliseconds >= 10_000:
        return f"{value:.1f} s"
    return f"{milliseconds:.2f} ms" if milliseconds < 10 else f"{milliseconds:.0f} ms"
