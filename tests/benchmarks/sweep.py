"""Tries refactorings at every instruction of many Dockerfiles and tells what came of it.

    python tests/benchmarks/sweep.py FOLDER [ROOM…] [--show 5] [--seed 1] [--processes 2]

FOLDER is searched for files with a FROM. Every instruction, and every command behind an `&&`, is a place. Counted are
the places done and refused by reason; told with file and line is what must not be: an exception, a result that adds an
error the guard let through, and one that is another one when it is done again. `--show` prints that many results, drawn
at random, as differences to be read.
"""

import argparse
import random
import re
import sys
import traceback
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from dockls.engine import Performed, perform
from dockls.rooms import Refused, refactorings
from dockls.semantics import Model
from dockls.text import Edit, Span

_QUOTED = re.compile(r"`[^`]*`")


class Tried(NamedTuple):
    """What came of one refactoring in one file: results by text, reasons, and faults."""

    room: str
    path: str
    places: int
    results: tuple[tuple[int, str, tuple[str, ...]], ...]
    reasons: tuple[str, ...]
    faults: tuple[str, ...]
    text: str


def main() -> int:
    """Try all and print the counts, the faults, and some results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("rooms", nargs="*")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    rooms = options.rooms or [room.name for room in refactorings()]
    paths = sorted(path for path in options.folder.rglob("*") if path.is_file())
    with ProcessPoolExecutor(options.processes) as pool:
        found = [one for many in pool.map(partial(_tried, rooms), paths, chunksize=8) for one in many]
    faults = _report(found)
    if options.show:
        _show(found, options.show, random.Random(options.seed))
    return 1 if faults else 0


def _tried(rooms: list[str], path: Path) -> list[Tried]:
    text = path.read_bytes().decode("utf-8", "replace")
    if not re.search(r"(?im)^\s*FROM\s", text[:200_000]) or len(text) > 200_000:
        return []
    model = Model.of(text)
    places = list(_places(model))
    return [_one(room, path, model, places) for room in rooms]


def _places(model: Model) -> Iterator[Span]:
    for stage in model.stages:
        for instruction in (stage.declaration, *stage.instructions):
            start = model.start_of(instruction)
            yield Span(start, start)
            if instruction.keyword == "RUN":
                for joint in re.finditer(r"&&\s*(\\\s*\n\s*)?", instruction.text):
                    yield Span(start + joint.end(), start + joint.end())

    for reference in model.references:
        span = model.absolute(reference.mention.place)
        yield Span(span.start, span.start)


def _one(room: str, path: Path, model: Model, places: list[Span]) -> Tried:
    results: dict[str, tuple[int, str, tuple[str, ...]]] = {}
    reasons, faults, done = [], [], 0
    for place in places:
        line = model.tree.text.count("\n", 0, place.start) + 1
        try:
            performed = perform(model, room, place)
            if isinstance(performed, Refused):
                reasons.append(performed.reason)
            if not isinstance(performed, Performed):
                continue
            done += 1
            if performed.text in results:
                continue
            results[performed.text] = (line, performed.text, performed.assumptions)
            moved = _moved(place.start, performed.edits)
            if moved is None:
                continue
            again = perform(Model.of(performed.text), room, Span(moved, moved))
            if isinstance(again, Performed) and again.text != performed.text:
                faults.append(f"{path}:{line}: done again it does more")
        except Exception:
            faults.append(f"{path}:{line}: {traceback.format_exc(limit=-3)}")
    return Tried(room, str(path), done, tuple(results.values()), tuple(reasons), tuple(faults), model.tree.text)


def _moved(offset: int, edits: tuple[Edit, ...]) -> int | None:
    """Where the place is afterwards; None if what stood there is gone."""
    moved = offset
    for edit in edits:
        if edit.span.start <= offset < edit.span.end:
            return None
        if edit.span.end <= offset:
            moved += len(edit.text) - (edit.span.end - edit.span.start)
    return moved


def _report(found: list[Tried]) -> int:
    rooms: defaultdict[str, list[Tried]] = defaultdict(list)
    for one in found:
        rooms[one.room].append(one)
    faults = 0
    for room, tried in rooms.items():
        reasons = Counter(_QUOTED.sub("`…`", reason) for one in tried for reason in one.reasons)
        places, results = sum(one.places for one in tried), sum(len(one.results) for one in tried)
        files = sum(bool(one.results) for one in tried)
        print(f"{room}: {places} places, {results} results in {files} files; {reasons.total()} places refused")
        for reason, count in reasons.most_common(40):
            print(f"  {count:6} {reason}")
        for fault in [fault for one in tried for fault in one.faults]:
            faults += 1
            print(f"  FAULT {fault}")
    return faults


def _show(found: list[Tried], most: int, chance: random.Random) -> None:
    results = [(one, result) for one in found for result in one.results]
    for one, (line, text, assumptions) in chance.sample(results, min(most, len(results))):
        print(f"\n===== {one.room} {one.path}:{line}")
        for assumption in assumptions:
            print(f"assumes: {assumption}")
        sys.stdout.writelines(
            f"{changed}\n" for changed in unified_diff(one.text.splitlines(), text.splitlines(), n=4, lineterm="")
        )


if __name__ == "__main__":
    sys.exit(main())
