"""Writes the reference pages of rules and refactorings, and the tables that list them, from the rooms themselves.

``python docs/generate.py`` writes, ``python docs/generate.py --check`` only says what is out of date (exit status 1).
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from dockls.rooms import GROUPS, THEMES, Refactoring, Rule, caption, manual, refactorings, rules, summary  # noqa: E402

GRADES = {
    "preserving": "the image stays the same",
    "equivalent": "what the program needs at run time stays the same; what only the build needed is gone",
    "changing": "the image changes; the preview lists what was checked and what you have to check",
}


#: a page beside the derived ones, written by tests/benchmarks/conversions.py
EVALUATION = "evaluation.md"
_EVALUATED = (
    f"How far extracted builder stages agree with what people made of the same files: [evaluation]({EVALUATION})."
)


def pages() -> dict[Path, str]:
    """Every derived text by its path; README.md only where it has a place for a table."""
    rooms: tuple[Rule | Refactoring, ...] = (*rules(), *refactorings())
    written = {ROOT / "docs" / room.module.split(".")[1] / f"{room.name}.md": page(room) for room in rooms}
    written[ROOT / "docs/rules/README.md"] = rule_index()
    written[ROOT / "docs/refactorings/README.md"] = f"# Refactorings\n\n{refactoring_table('')}\n{_EVALUATED}\n"
    readme = ROOT / "README.md"
    if readme.exists():
        text = _filled(readme.read_text("utf-8"), "rules", rule_list("docs/rules/"))
        written[readme] = _filled(text, "refactorings", refactoring_table("docs/refactorings/"))
    return written


def page(room: Rule | Refactoring) -> str:
    """The reference page of one room."""
    prose = manual(room).partition("\n\n")[2].strip()
    parts = [f"# {room.name}", summary(room), _facts(room), _readable(prose), _use(room)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(room: Rule | Refactoring) -> str:
    if isinstance(room, Refactoring):
        return f"“{room.title}” · `{room.kind}` · {room.grade}: {GRADES[room.grade]}"
    also = ", ".join(f"`{alias}`" for alias in room.aliases)
    group = f" · runs where `{room.group}` is selected" if room.group else ""
    return f"Severity: {room.severity.label}{group}" + (f" · also known as {also}" if also else "")


def _use(room: Rule | Refactoring) -> str:
    if isinstance(room, Rule):
        names = " or ".join(f"`# dockls: ignore[{name}] reason`" for name in (room.name, *room.aliases[:1]))
        return f"## Silence it\n\nWrite {names} above the instruction; `ignore-stage` and `ignore-file` reach further."
    settings = "".join(f" --set {key}=…" for key in room.settings)
    command = f"dockls refactor Dockerfile --apply {room.name} --at LINE:COLUMN{settings}"
    return f"## On the command line\n\n```sh\n{command}\n```"


def _readable(prose: str) -> str:
    """The manual with the notation of its examples put into words; the cursor becomes a bar."""
    lines: list[str] = []
    fenced = False
    for line in prose.splitlines():
        fenced ^= line.startswith("```")
        shown = [line.replace("<|>", "┃").replace("<|", "┃").replace("|>", "┃")]
        if line.startswith("->") and not fenced:
            sentence = line[2:].strip() or "becomes"
            shown = ["", f"{sentence[0].upper()}{sentence[1:]}{'' if ':' in sentence else ':'}", ""]
        elif line.startswith("```") and fenced and (said := caption(line)) is not None:
            shown = [said, "", line]
        lines += [text for text in shown if fenced or text or lines[-1:] != [""]]
    return "\n".join(lines)


def rule_index() -> str:
    """The page that lists all rules by what they are about."""
    groups = [f"* `{name}`: {about}" for name, about in GROUPS.items()]
    parts = [
        "# Rules",
        "Rules run by default unless a group stands beside their severity; `select` in the settings or `--select` asks "
        "for groups (and for `default` and `all`), rules and aliases:",
        "\n".join(groups),
    ]
    for theme, title in THEMES.items():
        if any(rule.theme == theme for rule in rules()):
            parts += [f"## {title}", rule_table("", theme).rstrip()]
    return "\n\n".join(parts) + "\n"


def _severity(rule: Rule) -> str:
    return rule.severity.label + (f", {rule.group}" if rule.group else "")


def rule_list(folder: str) -> str:
    """The names of all rules by what they are about, those of groups apart; links lead into the folder."""
    rows = []
    for theme, title in THEMES.items():
        chosen = [rule for rule in rules() if rule.theme == theme]
        names = [f"[{rule.name}]({folder}{rule.name}.md)" for rule in chosen if rule.group is None]
        asked = [f"[{rule.name}]({folder}{rule.name}.md)" for rule in chosen if rule.group is not None]
        rows.append((title, ", ".join(names), ", ".join(asked)))
    head = ("", "By default", "On request: `strict`, `style`")
    return "".join("| " + " | ".join(row) + " |\n" for row in (head, ("---",) * len(head), *rows))


def rule_table(folder: str, theme: str) -> str:
    """A table of the rules of a theme; links lead into the folder."""
    chosen = [rule for rule in rules() if rule.theme == theme]
    rows = [(rule, _severity(rule), summary(rule), ", ".join(rule.aliases)) for rule in chosen]
    return _table(("Rule", "Severity", "What it finds", "Also known as"), rows, folder)


def refactoring_table(folder: str) -> str:
    """A table of all refactorings; links lead into the folder."""
    return _table(("Refactoring", "What it does", "Grade"), [(r, summary(r), r.grade) for r in refactorings()], folder)


def _table(head: tuple[str, ...], rows: Iterable[tuple[Any, ...]], folder: str) -> str:
    linked = [
        (f"[`{room.name}`]({folder}{room.name}.md)", *[cell.replace("|", "\\|") for cell in rest])
        for room, *rest in rows
    ]
    return "".join("| " + " | ".join(row) + " |\n" for row in (head, ("---",) * len(head), *linked))


def _filled(text: str, name: str, table: str) -> str:
    """The text with the table between ``<!-- name -->`` and ``<!-- /name -->``, if it has such a place."""
    before, start, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    return f"{before}{start}{table}{end}{after}" if end else text


def stale() -> dict[Path, str | None]:
    """The files that differ from what the rooms say, and what they should be: None where a room is gone."""
    wanted: dict[Path, str | None] = {**pages()}
    there = [path for kind in ("rules", "refactorings") for path in (ROOT / "docs" / kind).glob("*.md")]
    wanted |= {path: None for path in there if path not in wanted and path.name != EVALUATION}
    return {path: text for path, text in wanted.items() if not path.exists() or path.read_text("utf-8") != text}


def main() -> int:
    """Write what is stale, or with ``--check`` name it."""
    checking = "--check" in sys.argv
    found = stale()
    for path, text in found.items():
        print(("out of date: " if checking else "written: ") + str(path.relative_to(ROOT)))
        if not checking and text is None:
            path.unlink()
        elif not checking and text is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return 1 if found and checking else 0


if __name__ == "__main__":
    sys.exit(main())
