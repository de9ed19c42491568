"""Colors on a terminal, and none elsewhere (https://no-color.org)."""

import os
import sys
from typing import TextIO

_CODES = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "hint": "1;34",
    "frame": "34",
    "bold": "1",
    "help": "1;36",
    "added": "32",
    "removed": "31",
    "faint": "2",
}


class Paint:
    """Colors text by the name of its role, if the stream is a terminal that wants colors."""

    __slots__ = ("enabled",)

    def __init__(self, stream: TextIO | None = None) -> None:
        target = sys.stdout if stream is None else stream
        self.enabled = (
            not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and target.isatty()
        ) or bool(os.environ.get("FORCE_COLOR"))

    def __call__(self, role: str, text: str) -> str:
        """The text in the color of its role."""
        return f"\033[{_CODES[role]}m{text}\033[0m" if self.enabled and text else text
