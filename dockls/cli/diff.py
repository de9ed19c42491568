"""A unified diff of two texts, as ``git diff`` shows it and ``git apply`` takes it."""

from dockls.cli.paint import Paint


def unified(path: str, before: str, after: str, paint: Paint) -> str:
    """The diff, colored where `paint` colors; empty if nothing changed. Lines keep their ends."""
    from difflib import unified_diff

    shown: list[str] = []
    name = path.removeprefix("./").lstrip("/")
    for line in unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}"):
        body = line.rstrip("\r\n")
        shown.append(paint(_role(line), body) + (line[len(body) :] or "\n"))
        if not line.endswith("\n"):
            shown.append("\\ No newline at end of file\n")
    return "".join(shown)


def _role(line: str) -> str:
    if line.startswith(("+++ ", "--- ")):
        return "bold"
    return {"@": "frame", "+": "added", "-": "removed"}.get(line[:1], "plain")


def _lines(text: str) -> list[str]:
    """The lines with their ends; unlike ``splitlines`` only ``\\n`` ends one."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
