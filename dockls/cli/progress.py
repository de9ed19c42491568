"""A line that tells how far the work on many files has come, on a terminal only, erased at the end."""

import sys

_FEWEST = 50


class Progress:
    """Counts files on standard error."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._shown = total >= _FEWEST and sys.stderr.isatty()

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        self._done += count
        if self._shown:
            sys.stderr.write(f"\r{self._done} of {self._total} files checked\033[K")
            sys.stderr.flush()

    def end(self) -> None:
        """Erase the line."""
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
