"""A unified diff of two texts, as ``git diff`` shows it."""

import re

from dockls.cli.paint import Paint


def unified(path: str, before: str, after: str, paint: Paint) -> str:
    """The diff, colored where `paint` colors; empty if nothing changed. Line endings are compared, not shown."""
    from difflib import unified_diff

    old, new = _lines(before), _lines(after)
    shown: list[str] = []
    for line in unified_diff(old, new, f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}"):
        body = line.rstrip("\r\n")
        if line.startswith(("+++", "---")):
            body = paint("bold", body)
        elif line.startswith("@@"):
            body = paint("frame", body)
        elif line.startswith("+"):
            body = paint("added", body)
        elif line.startswith("-"):
            body = paint("removed", body)
        shown.append(body + "\n")
        if not line.endswith("\n"):
            shown.append("\\ No newline at end of file\n")
    return "".join(shown)


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)
