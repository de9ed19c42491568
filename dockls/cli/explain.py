"""``dockls explain``: the manual of a rule or refactoring, which is its module's docstring."""

import sys
from argparse import Namespace

from dockls.cli.opening import complain
from dockls.cli.paint import Paint
from dockls.rooms import Refactoring, Rule, manual, named, refactorings, rules, summary

_Room = Rule | Refactoring


def run(options: Namespace) -> int:
    """Print one manual, or the list of all; gives the exit status."""
    paint = Paint()
    if options.name is None:
        _list(paint)
        return 0
    room = named(options.name)
    if room is None:
        from difflib import get_close_matches

        names = [each.name for each in _rooms()]
        near = get_close_matches(options.name, names, 1)
        complain(
            f"there is no rule or refactoring `{options.name}`"
            + (f"; did you mean `{near[0]}`?" if near else "; `dockls explain` lists them all.")
        )
        return 2
    sys.stdout.write(f"{paint('bold', room.name)}  {paint('faint', _facts(room))}\n\n{manual(room)}\n")
    return 0


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
