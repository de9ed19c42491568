"""``dockls explain``: the manual of a rule or refactoring, which is its module's docstring."""

import sys
from argparse import Namespace

from dockls.cli.opening import complain, meant
from dockls.cli.paint import Paint
from dockls.rooms import Refactoring, Rule, caption, manual, named, refactorings, rules, summary

_Room = Rule | Refactoring


def run(options: Namespace) -> int:
    """Print one manual, or the list of all; gives the exit status."""
    paint = Paint()
    if options.name is None:
        _list(paint)
        return 0
    room = named(options.name)
    if room is None:
        hint = meant(options.name, [each.name for each in _rooms()], "; `dockls explain` lists them all.")
        complain(f"there is no rule or refactoring `{options.name}`{hint}")
        return 2
    sys.stdout.write(
        f"{paint('bold', room.name)}  {paint('faint', _facts(room))}\n\n{_readable(manual(room), paint)}\n"
    )
    return 0


def _readable(text: str, paint: Paint) -> str:
    """The manual with its examples set in, the cursor in them a bar."""
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
            said = caption(line) if fenced else None
            lines += [said, ""] if said is not None else []
        elif fenced:
            shown = line.replace("<|>", "┃").replace("<|", "┃").replace("|>", "┃")
            lines.append(paint("frame", f"    {shown}") if shown else "")
        elif line.startswith("->"):
            outcome = line[2:].strip() or "becomes"
            lines.append(outcome + ("" if ":" in outcome or "not offered" in outcome else ":"))
        else:
            lines.append(line)
    return "\n".join(lines)


def _rooms() -> list[_Room]:
    return [*rules(), *refactorings()]


def _facts(room: _Room) -> str:
    if isinstance(room, Refactoring):
        return f"refactoring, {room.grade} ({room.kind})"
    aliases = f", also known as {', '.join(room.aliases)}" if room.aliases else ""
    return f"rule, {room.severity.label}{aliases}"


def _list(paint: Paint) -> None:
    width = max([len(room.name) for room in _rooms()], default=0)
    for title, rooms in (("Rules", rules()), ("Refactorings", refactorings())):
        print(paint("bold", title))
        for room in rooms:
            print(f"  {room.name:<{width}}  {summary(room)}")
        print()
