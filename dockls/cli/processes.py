"""Checks many files in several processes; the outcomes are those of one process, in the same order."""

from argparse import Namespace
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from dockls.cli.earlier import Watch
from dockls.cli.examining import examined
from dockls.cli.outcomes import Outcome
from dockls.cli.paint import Paint
from dockls.project import Found

#: parts per process, so that none waits long for another and the progress is seen
_PARTS = 4


class Part(NamedTuple):
    """The outcomes of some files, whether something ends in exit status 2, and the paths that were looked at."""

    outcomes: list[Outcome]
    failed: bool
    seen: set[str]


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
    with ProcessPoolExecutor(max_workers=jobs) as executor:
        try:
            for part in executor.map(partial(_part, plain, paint), parts):
                outcomes += part.outcomes
                failed |= part.failed
                seen |= part.seen
                told(size)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    return Part(outcomes, failed, seen)


def _part(options: Namespace, paint: Paint, files: list[Found]) -> Part:
    watch = Watch()
    outcomes, failed = examined(options, paint, files, lambda count: None)
    return Part(outcomes, failed, watch.seen())
