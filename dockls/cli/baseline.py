"""Findings that are known and not told again: a file of marks, one for each finding.

A mark holds the rule and what its instruction says, not the line, so that it stays right when lines move; the same
finding twice in a file has the same mark twice.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

from dockls.cli.opening import UnreadableError
from dockls.engine import Diagnostic

_VERSION = 1


class Baseline:
    """The known findings of a file of marks."""

    def __init__(self, path: str, marks: Mapping[str, Counter[str]]) -> None:
        self._path = path
        self._marks = marks

    @classmethod
    def read(cls, path: str) -> "Baseline":
        """The marks of a file; raises UnreadableError where it cannot be read or holds none."""
        from pathlib import Path

        try:
            document = json.loads(Path(path).read_text("utf-8"))
            if document["version"] != _VERSION:
                raise ValueError
            marks = {str(file): Counter([str(mark) for mark in listed]) for file, listed in document["files"].items()}
        except OSError as error:
            raise UnreadableError(f"The baseline {path} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UnreadableError(
                f"{path} is no baseline; one is written by `dockls check --write-baseline FILE`."
            ) from error
        return cls(path, marks)

    def unknown(self, file: str, diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
        """The findings of a file that have no mark."""
        left = Counter(self._marks.get(_from(self._path, file), Counter()))
        found: list[Diagnostic] = []
        for diagnostic in diagnostics:
            mark = mark_of(diagnostic)
            if left[mark] > 0:
                left[mark] -= 1
            else:
                found.append(diagnostic)
        return found


def mark_of(diagnostic: Diagnostic) -> str:
    """The mark of a finding."""
    text = " ".join(diagnostic.finding.place.item.text.split())
    return f"{diagnostic.rule.name}:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def write_baseline(path: str, files: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Write the marks of the files; raises UnreadableError if that fails, or if another file stands there."""
    from pathlib import Path

    if Path(path).exists():
        Baseline.read(path)
    listed = {_from(path, file): sorted(marks) for file, marks in files if marks}
    document = {"version": _VERSION, "files": dict(sorted(listed.items()))}
    try:
        Path(path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    except OSError as error:
        raise UnreadableError(f"The baseline {path} cannot be written: {error.strerror}.") from error


def _from(baseline: str, file: str) -> str:
    """The path of a file as seen from the baseline's folder."""
    return os.path.relpath(file, os.path.dirname(baseline) or ".").replace(os.sep, "/")  # noqa: PTH120
