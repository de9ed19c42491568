"""Checks many files in several processes; the outcomes are those of one process, in the same order."""

import signal
from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from dockls.cli.earlier import Watch
from dockls.cli.examining import examined
from dockls.cli.opening import complain
from dockls.cli.outcomes import Outcome
from dockls.cli.paint import Paint
from dockls.project import Found

#: parts per process, so that none waits long for another and the progress is seen
_PARTS = 4


class Part(NamedTuple):
    """The outcomes of some files, whether something ends in exit status 2, what was looked at, what is to be told."""

    outcomes: list[Outcome]
    failed: bool
    seen: set[str]
    complaints: tuple[str, ...] = ()


def examined_by_many(
    options: Namespace, paint: Paint, files: list[Found], jobs: int, told: Callable[[int], None]
) -> Part:
    """Check the files in `jobs` processes; `told` is told how many more are done."""
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
    return Part(outcomes, failed, seen)


def _part(options: Namespace, paint: Paint, files: list[Found]) -> Part:
    watch = Watch()
    complaints: list[str] = []
    outcomes, failed = examined(options, paint, files, lambda count: None, complaints.append)
    return Part(outcomes, failed, watch.seen(), tuple(complaints))


def _ignore_interrupts() -> None:
    """An interrupt at the keyboard reaches all processes; it is for the first one to end the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
