"""From edits to a switch: the contract before and after is compared, and every change is declared."""

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from dockls.runtimes.subject import CannotSwitchError, Subject, is_used
from dockls.semantics import Command, Contract, contract
from dockls.text import Edit

_NAMES = {
    "entrypoint": "ENTRYPOINT",
    "command": "CMD",
    "user": "USER",
    "workdir": "WORKDIR",
    "healthcheck": "HEALTHCHECK",
    "ports": "the exposed ports",
    "volumes": "the volumes",
    "labels": "the labels",
    "stop_signal": "the stop signal",
    "shell": "the shell",
    "triggers": "the ONBUILD triggers",
}


class Switch(NamedTuple):
    """What is to be done: edits of the snapshot, what is taken for granted, and which parts of the contract change."""

    edits: tuple[Edit, ...]
    assumptions: tuple[str, ...]
    title: str
    changes: frozenset[str]


def declared(
    subject: Subject, edits: Iterable[Edit], title: str, assumptions: Iterable[str], allowed: Collection[str]
) -> Switch:
    """The switch, with a sentence for each part of the contract that changes.

    Raises CannotSwitchError if a part changes that is not `allowed` to.
    """
    listed = tuple(edits)
    after = subject.model.updated(subject.model.tree.edited(listed))
    changes: set[str] = set()
    sentences: list[str] = []
    for stage in subject.family:
        if stage is not subject.model.target and is_used(subject.model, stage):
            # Nobody starts it, and what starts from it is compared itself.
            continue
        old, new = contract(stage), contract(after.stages[stage.index])
        for field in Contract._fields:
            was, now = _compared(getattr(old, field)), _compared(getattr(new, field))
            if was == now:
                continue
            sentence = _sentence(field, old, new)
            if field not in allowed:
                raise CannotSwitchError(sentence)
            changes.add(field)
            sentences.append(sentence)
    unique = dict.fromkeys([*sentences, *assumptions])
    return Switch(listed, tuple(unique), title, frozenset(changes))


def _compared(value: object) -> object:
    return value[:2] if isinstance(value, Command) else value


def _sentence(field: str, old: Contract, new: Contract) -> str:
    if field == "environment":
        return _environment(dict(old.environment), dict(new.environment))
    was, now = _shown(getattr(old, field)), _shown(getattr(new, field))
    return f"{_NAMES[field]} was {was} and becomes {now}"


def _environment(old: dict[str, str | None], new: dict[str, str | None]) -> str:
    parts = [f"{name} is no longer set" for name in old if name not in new]
    parts += [f"{name} is {value}" for name, value in new.items() if name not in old or old[name] != value]
    return "the image's environment changes: " + ", ".join(parts)


def _shown(value: object) -> str:
    if isinstance(value, Command):
        number = value.words.index("CMD") + 1 if "CMD" in value.words else 0
        words = " ".join(value.words)
        if not value.shell:
            words = " ".join([*value.words[:number], json.dumps(list(value.words[number:]), ensure_ascii=False)])
        return f"`{words}`" + ("" if value.origin is not None else " (of the image)")
    if value is None or value == ():
        return "none"
    return f"`{value if isinstance(value, str) else ' '.join(map(str, value))}`"  # type: ignore[call-overload]
