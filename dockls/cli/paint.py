"""Colors and width of a terminal; no colors elsewhere (https://no-color.org)."""

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
#: the width of lines where no terminal tells one
_USUAL_WIDTH = 140


class Paint:
    """Colors text by the name of its role, if the stream (standard output by default) is a terminal that wants colors.

    `width` is how many columns a line may take.
    """

    __slots__ = ("enabled", "width")

    def __init__(self, stream: TextIO | None = None) -> None:
        target = sys.stdout if stream is None else stream
        is_terminal = target.isatty()
        wanted = bool(os.environ.get("FORCE_COLOR")) or (is_terminal and os.environ.get("TERM") != "dumb")
        self.enabled = wanted and not os.environ.get("NO_COLOR")
        self.width = _width(target, is_terminal)

    def __call__(self, role: str, text: str) -> str:
        """The text in the color of its role; a role without a color leaves it as it is."""
        code = _CODES.get(role)
        return f"\033[{code}m{text}\033[0m" if self.enabled and text and code else text


def _width(stream: TextIO, is_terminal: bool) -> int:
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and 0 < len(told) < 5 and int(told):
        return int(told)
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL_WIDTH if is_terminal else _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
