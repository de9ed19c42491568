"""``dockls check``: what is wrong in Dockerfiles, in one of several formats, and its mending.

Nothing that reads Dockerfiles is imported here: where an earlier run has left the outcomes, they are printed at once.
"""

import sys
from argparse import Namespace
from typing import Any, TextIO

from dockls.cli.earlier import EarlierRun, Watch, earlier_run
from dockls.cli.outcomes import STDIN, Outcome, summary
from dockls.cli.paint import Paint
from dockls.cli.progress import Progress
from dockls.project import Found, dockerfiles

#: so many files are worth more than one process, and those of one process
MANY = 100


def run(options: Namespace) -> int:
    """Check the files; gives the exit status."""
    # Standard output is for the diff, and for the mended text where standard input was mended.
    stream = sys.stderr if options.diff or (options.fix and STDIN in options.paths) else sys.stdout
    paint = Paint(stream)
    files = list(dockerfiles(options.paths))
    earlier = earlier_run(options, paint, files)
    known = {} if earlier is None else earlier.outcomes()
    waiting = [found for found in files if found.path not in known]
    failed = False
    if waiting or not files:
        failed = _examine(options, paint, waiting, known, earlier)
    outcomes = [known[found.path] for found in files if found.path in known]
    if options.write_baseline and not failed:
        return _write_baseline(options.write_baseline, outcomes)
    _print(options, outcomes, paint, stream, failed)
    return 2 if failed else int(any(outcome.fails for outcome in outcomes))


def _write_baseline(path: str, outcomes: list[Outcome]) -> int:
    from dockls.cli.baseline import write_baseline
    from dockls.cli.opening import UnreadableError, complain
    from dockls.cli.outcomes import count

    try:
        write_baseline(path, [(one.path, one.marks) for one in outcomes])
    except UnreadableError as error:
        complain(str(error))
        return 2
    number = sum(len(one.marks) for one in outcomes)
    print(f"{count(number, 'finding')} of {count(len(outcomes), 'file')} written to {path}.")
    return 0


def _examine(
    options: Namespace, paint: Paint, files: list[Found], known: dict[str, Outcome], earlier: EarlierRun | None
) -> bool:
    """Check the files and add their outcomes to what is known; whether something went wrong."""
    jobs = _jobs(options, len(files))
    progress = Progress(len(files))
    seen: set[str]
    try:
        if jobs > 1:
            from dockls.cli.processes import examined_by_many

            (outcomes, failed), seen = examined_by_many(options, paint, files, jobs, progress.step)
        else:
            from dockls.cli.examining import examined

            watch = Watch() if earlier is not None else None
            outcomes, failed = examined(options, paint, files, progress.step)
            seen = watch.seen() if watch is not None else set()
    finally:
        progress.end()
    known.update({outcome.path: outcome for outcome in outcomes})
    if earlier is not None and not failed:
        earlier.keep(known.values(), seen)
    return failed


def _jobs(options: Namespace, count: int) -> int:
    """How many processes; one where files are written or shown as a diff, and for a few."""
    import os

    if options.fix or options.diff or STDIN in options.paths:
        return 1
    if options.jobs is not None:
        return int(min(options.jobs, max(count, 1)))
    return min(os.cpu_count() or 1, count // MANY + 1)


def _print(options: Namespace, outcomes: list[Outcome], paint: Paint, stream: TextIO, failed: bool) -> None:
    if options.format != "text":
        files: list[dict[str, Any]] = [{"path": one.path, "findings": one.findings} for one in outcomes]
        stream.write(_document(options.format, files))
        return
    for outcome in outcomes:
        stream.write(outcome.text)
    if outcomes:
        stream.write(summary(outcomes, paint))
    elif not failed:
        print("dockls: no Dockerfile found.", file=sys.stderr)


def _document(style: str, files: list[dict[str, Any]]) -> str:
    from dockls.cli.documents import VERSION, as_json

    if style == "json":
        return as_json({"version": VERSION, "files": files})
    from dockls.cli import exchange

    written: str = getattr(exchange, style)(files)
    return written
