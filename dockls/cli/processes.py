"""Checks many files in several processes; the outcomes are those of one process, in the same order."""

import signal
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from dockls.cli.earlier import Watch
from dockls.cli.examining import Examined, examined
from dockls.cli.opening import complain
from dockls.cli.outcomes import Outcome
from dockls.cli.paint import Paint
from dockls.project import Found

#: parts per process, so that none waits long for another and the progress is seen
_PARTS = 4


class _Part(NamedTuple):
    """What one process gives; `failed` as in `Examined`, `seen` is what was looked at, `complaints` are to be told."""

    outcomes: list[Outcome]
    failed: bool
    seen: set[str]
    complaints: list[str]


def examined_by_many(
    options: Namespace, paint: Paint, files: list[Found], jobs: int, told: Callable[[int], None]
) -> tuple[Examined, set[str]]:
    """Check the files in `jobs` processes; `told` is told how many more are done. What was looked at comes second."""
    # The parser of the command line is of no use to the others, and cannot be sent.
    plain = Namespace(**{key: value for key, value in vars(options).items() if key != "parser"})
    size = max(-(-len(files) // (jobs * _PARTS)), 1)
    parts = [files[start : start + size] for start in range(0, len(files), size)]
    outcomes: list[Outcome] = []
    failed, seen = False, set[str]()
    complaints: dict[str, None] = {}
    with ProcessPoolExecutor(max_workers=jobs, initializer=_ignore_interrupts) as executor:
        try:
            for part in executor.map(partial(_part, plain, paint), parts):
                outcomes += part.outcomes
                failed |= part.failed
                seen |= part.seen
                for sentence in part.complaints:
                    if sentence not in complaints:
                        complaints[sentence] = None
                        complain(sentence)
                told(size)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    return Examined(outcomes, failed), seen


def _part(options: Namespace, paint: Paint, files: list[Found]) -> _Part:
    watch = Watch()
    complaints: list[str] = []
    outcomes, failed = examined(options, paint, files, lambda count: None, complaints.append)
    return _Part(outcomes, failed, watch.seen(), complaints)


def _ignore_interrupts() -> None:
    """An interrupt at the keyboard reaches all processes; it is for the first one to end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
