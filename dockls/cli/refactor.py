"""``dockls refactor``: list the refactorings at a place, or apply one."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from dockls.cli.diff import unified
from dockls.cli.documents import VERSION, as_json
from dockls.cli.opening import (
    Opened,
    UnreadableError,
    complain,
    meant,
    near,
    open_configured,
    write,
    write_beside,
)
from dockls.cli.outcomes import STDIN
from dockls.cli.paint import Paint
from dockls.cli.report import edits_of
from dockls.engine import Offer, Performed, offers, perform
from dockls.project import DirectoryContext
from dockls.rooms import OtherFile, Refactoring, Refused, refactorings
from dockls.semantics import Model
from dockls.text import Span


class UsageError(Exception):
    """An option that cannot be understood."""


def run(options: Namespace) -> int:
    """List or apply; exit status 1 if the refactoring is refused or has nothing to do there."""
    try:
        opened = open_configured(options.file, options.context)
        selection = selection_of(opened.model, options.at)
        if options.list:
            return _list(opened, selection, options.format)
        return _apply(opened, selection, options)
    except (UsageError, UnreadableError) as error:
        complain(str(error))
        return 2


def selection_of(model: Model, at: str | None) -> Span:
    """The span that ``--at`` names; without it the beginning of the last stage. Raises UsageError."""
    if at is None:
        return Span(*[model.start_of(model.stages[-1].declaration)] * 2) if model.stages else Span(0, 0)
    first, dash, second = at.partition("-")
    start = _offset(model, first, at, at_end=False)
    end = _offset(model, second, at, at_end=True) if dash else start
    if end < start:
        raise UsageError(f"--at {at} ends before it begins.")
    return Span(start, end)


def _offset(model: Model, text: str, at: str, at_end: bool) -> int:
    """The offset of ``LINE[:COL]``; a line alone means its first word, or its end."""
    line, colon, column = text.partition(":")
    if not _is_count(line) or (colon and not _is_count(column)):
        raise UsageError(f"--at takes LINE[:COL][-LINE[:COL]] counted from 1, not {at!r}.")
    index = model.tree.line_index
    if int(line) > index.line_count:
        raise UsageError(f"--at names line {line}, but the file has only {index.line_count}.")
    if colon:
        return index.offset(int(line) - 1, int(column) - 1)
    start, end = index.line_span(int(line) - 1)
    text_of_line = model.tree.text[start:end]
    return end if at_end else start + len(text_of_line) - len(text_of_line.lstrip())


def _is_count(text: str) -> bool:
    return text.isdecimal() and len(text) < 10 and int(text) > 0


def _list(opened: Opened, selection: Span, style: str) -> int:
    found = offers(opened.model, selection, _fault)
    if style == "json":
        sys.stdout.write(as_json({"version": VERSION, "refactorings": [_offer(offer) for offer in found]}))
        return 0
    paint = Paint()
    if not found:
        print("Nothing can be refactored here.")
    width = max([len(offer.refactoring.name) for offer in found], default=0)
    for offer in sorted(found, key=lambda offer: not offer.enabled):
        name = f"{offer.refactoring.name:<{width}}"
        if offer.enabled:
            print(f"{paint('bold', name)}  {offer.title} {paint('faint', f'({offer.grade})')}")
            for assumption in offer.assumptions:
                print(f"{' ' * width}  {paint('faint', 'assumes: ' + assumption)}")
        else:
            print(f"{paint('faint', name)}  {paint('faint', 'not here: ' + str(offer.reason))}")
    return 0


def _fault(room: Refactoring, error: Exception) -> None:
    complain(f"`{room.name}` failed and was left out: {error!r}")


def _offer(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.refactoring.name,
        "title": offer.title,
        "kind": offer.refactoring.kind,
        "grade": offer.grade,
        "enabled": offer.enabled,
        "reason": offer.reason,
        "assumptions": list(offer.assumptions),
    }


def _apply(opened: Opened, selection: Span, options: Namespace) -> int:
    room = named_room(options.apply)
    outcome = perform(opened.model, room.name, selection, settings_of(room, options.set))
    if not isinstance(outcome, Performed):
        reason = outcome.reason if isinstance(outcome, Refused) else "it has nothing to do at this place"
        _refuse(room, options.format, reason, refused=isinstance(outcome, Refused))
        return 1
    if options.format == "json":
        offer = Offer(room, outcome.title, True, None, outcome.grade, outcome.assumptions)
        edits = edits_of(opened.model, outcome.edits)
        document = {"version": VERSION, "refactorings": [_offer(offer)], "edits": edits, "result": outcome.text}
        if outcome.files:
            document["files"] = [{"path": near(str(_beside(opened, one))), "text": one.text} for one in outcome.files]
        sys.stdout.write(as_json(document))
    _deliver(opened, outcome, options)
    return 0


def named_room(name: str) -> Refactoring:
    """The refactoring of that name; raises UsageError."""
    for room in refactorings():
        if room.name == name:
            return room
    hint = meant(name, [room.name for room in refactorings()], "; `dockls explain` lists them all.")
    raise UsageError(f"there is no refactoring `{name}`{hint}")


def settings_of(room: Refactoring, pairs: list[str]) -> dict[str, str]:
    """What ``--set`` gives; raises UsageError for a setting that the refactoring has not."""
    settings: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"--set takes KEY=VALUE, not {pair!r}.")
        if key not in room.settings:
            known = ", ".join(room.settings) or "none"
            raise UsageError(
                f"`{room.name}` has no setting `{key}`{meant(key, list(room.settings), f' (it has: {known}).')}"
            )
        settings[key] = value
    return settings


def _refuse(room: Refactoring, style: str, reason: str, refused: bool) -> None:
    if style == "json":
        offer = Offer(room, room.title, False, reason, room.grade, ())
        document = {"version": VERSION, "refactorings": [_offer(offer)], "edits": [], "result": None}
        sys.stdout.write(as_json(document))
    else:
        sentence = reason.removesuffix(".")
        complain(f"`{room.name}` is {'refused' if refused else 'not offered'}: {sentence}.")


def _deliver(opened: Opened, outcome: Performed, options: Namespace) -> None:
    before = opened.model.tree.text
    if options.write and (opened.path != STDIN or options.format == "text"):
        if outcome.text != before:
            write(opened, outcome.text)
        for one in outcome.files:
            write_beside(_beside(opened, one), one.text)
    elif options.format == "text" and options.stdout:
        sys.stdout.write(outcome.text)
    if options.format == "json" or options.stdout:
        return
    paint = Paint()
    if not options.write:
        sys.stdout.write(unified(opened.path, before, outcome.text, paint))
        for one in outcome.files:
            sys.stdout.write(unified(near(str(_beside(opened, one))), one.before or "", one.text, paint))
        sys.stdout.flush()
    for assumption in outcome.assumptions:
        print(f"{paint('help', 'assumes')}: {assumption}", file=sys.stderr)
    if options.write and opened.path != STDIN:
        changed = [near(str(_beside(opened, one))) for one in outcome.files]
        names = " and ".join([*([opened.path] if outcome.text != before else []), *changed])
        print(f"{outcome.title}: {names} is changed.", file=sys.stderr)


def _beside(opened: Opened, file: OtherFile) -> Path:
    """Where a file of the build context lies."""
    context = opened.model.surroundings.context
    root = context.root if isinstance(context, DirectoryContext) else "."
    return Path(root) / file.path
