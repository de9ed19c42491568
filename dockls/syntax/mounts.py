"""``RUN --mount`` and ``--device`` values: their fields, and what BuildKit refuses in them.

Source: frontend/dockerfile/instructions/commands_runmount.go (``parseMount``, ``validateMount``) and
commands_rundevice.go. Values with a variable are expanded during the build only, so nothing is said of them.
"""

import re
from typing import NamedTuple

from dockls.syntax.parsed import Flag, Problem, go_quote
from dockls.syntax.suggestion import did_you_mean
from dockls.syntax.tables import (
    BOOLEANS,
    MOUNT_KEY_TYPES,
    MOUNT_KEYS,
    MOUNT_SWITCHES,
    MOUNT_TYPES,
    SHARING_MODES,
)
from dockls.text import Span


class Field(NamedTuple):
    """One ``key[=value]`` of a mount: `name` is the canonical key or None, spans are relative to the item."""

    key: str
    name: str | None
    value: str | None
    text: str
    span: Span
    value_span: Span


def fields(flag: Flag, source: str) -> list[Field] | None:
    """The comma separated fields of a flag's value in an item with text `source`; None if BuildKit's CSV fails."""
    value, span = flag.value or "", flag.value_span or flag.span
    words = _split(value)
    if words is None:
        return None
    # Quotes, escapes and continuation lines inside the value leave only the value as a whole to point at.
    written = source[span.start : span.end] == value and '"' not in value
    found: list[Field] = []
    position = span.start
    for word in words:
        place = Span(position, position + len(word)) if written else span
        position += len(word) + 1
        key, equals, content = word.partition("=")
        value_span = Span(place.start + len(key) + 1, place.end) if written and equals else place
        key = key.lower()
        found.append(Field(key, MOUNT_KEYS.get(key), content if equals else None, word, place, value_span))
    return found


def _split(value: str) -> list[str] | None:
    if not value:
        return None
    if '"' not in value:
        return value.split(",")
    import csv

    try:
        return next(csv.reader([value], strict=True))
    except (csv.Error, StopIteration):
        return None


def _is_variable(value: str) -> bool:
    return "$" in value


def mount_problems(flag: Flag, source: str) -> list[Problem]:
    """What is wrong with a ``--mount``; `source` is the text of the item."""
    parts = fields(flag, source)
    if parts is None:
        return [Problem(flag.value_span or flag.span, "failed to parse csv mounts: " + _csv_error(flag))]
    found: list[Problem] = []
    kind: str | None = "bind"
    seen: dict[str, Field] = {}
    for part in parts:
        message = _field_problem(part, kind)
        if message is not None:
            found.append(Problem(part.value_span if part.name and part.value is not None else part.span, message))
        elif part.name is not None:
            seen[part.name] = part
        if part.name == "type" and part.value is not None:
            kind = part.value.lower() if part.value.lower() in MOUNT_TYPES else None
    if not found and kind is not None:
        found += _combination_problems(flag, kind, seen)
    return found


def _csv_error(flag: Flag) -> str:
    return 'parse error on line 1: extraneous or missing " in quoted-field' if flag.value else "EOF"


def _field_problem(field: Field, kind: str | None) -> str | None:
    """The fault of one field by itself; `kind` is the type as far as it is known at this field."""
    name, value = field.name, field.value
    if value is None:
        if name not in MOUNT_SWITCHES:
            return f"invalid field '{field.text}' must be a key=value pair"
        return _required_problem(field, kind)
    if name is None:
        return f"unexpected key '{field.key}' in '{field.text}'" + did_you_mean(field.key, MOUNT_KEYS)
    if name == "from":
        if re.search(r"\$.", value):
            return "'from' doesn't support variable expansion, define alias stage instead"
        return None
    return None if _is_variable(value) else _value_problem(field, value, kind)


def _required_problem(field: Field, kind: str | None) -> str | None:
    # The type counts only if it stands before this field, as BuildKit reads from left to right.
    types = MOUNT_KEY_TYPES[field.name] if field.name in ("required", "size") else None
    if types is not None and kind is not None and kind not in types:
        return f"unexpected key '{field.key}' for mount type '{kind}'"
    return None


def _value_problem(field: Field, value: str, kind: str | None) -> str | None:
    name, key = field.name, field.key
    misplaced = _required_problem(field, kind)
    if misplaced is not None:
        return misplaced
    if name == "type" and value.lower() not in MOUNT_TYPES:
        return f"unsupported mount type {go_quote(value)}" + did_you_mean(value, MOUNT_TYPES)
    if name == "sharing" and value.lower() not in SHARING_MODES:
        return f"unsupported sharing value {go_quote(value)}" + did_you_mean(value, SHARING_MODES)
    if name in ("readonly", "readwrite", "required") and value not in BOOLEANS:
        return f"invalid value for {key}: {value}"
    if name == "size" and not re.fullmatch(r"[0-9]+(\.[0-9]+)* ?[kKmMgGtTpP]?[iI]?[bB]?", value):
        return f"invalid value for {key}: {value}"
    if name in ("mode", "uid", "gid") and not _is_unsigned(value, 8 if name == "mode" else 10):
        return f"invalid value {value} for {name}"
    if name == "target" and value == "/":
        return 'invalid mount target "/"'
    return None


def _is_unsigned(value: str, base: int) -> bool:
    digits = "01234567" if base == 8 else "0123456789"
    return bool(value) and len(value) < 40 and not value.strip(digits) and int(value, base) < 1 << 32


def _combination_problems(flag: Flag, kind: str, seen: dict[str, Field]) -> list[Problem]:
    """Fields that are right by themselves and wrong together (``validateMount``)."""
    found = [
        Problem(seen[name].span, f"{name} not allowed for {go_quote(kind)} type mounts")
        for name in ("mode", "uid", "gid")
        if name in seen and kind not in MOUNT_KEY_TYPES[name]
    ]
    given = {name for name, field in seen.items() if field.value}
    if kind == "secret":
        if "from" in given:
            found.append(Problem(seen["from"].span, "secret mount should not have a from"))
        if "sharing" in given:
            found.append(Problem(seen["sharing"].span, "secret mount should not define sharing"))
        if not given & {"source", "target", "id"}:
            found.append(Problem(flag.span, "invalid secret mount. one of source, target required"))
        if given >= {"source", "id"}:
            found.append(Problem(seen["source"].span, "both source and id can't be set"))
    elif kind != "cache" and "sharing" in given:
        found.append(Problem(seen["sharing"].span, f"invalid cache sharing set for {kind} mount"))
    return found


def device_problems(flag: Flag, source: str) -> list[Problem]:
    """What is wrong with a ``--device``; `source` is the text of the item."""
    parts = fields(flag, source)
    if parts is None:
        return [Problem(flag.value_span or flag.span, "failed to parse csv devices: " + _csv_error(flag))]
    found: list[Problem] = []
    name = ""
    for part in parts:
        if part.key == "required":
            if part.value is not None and part.value not in BOOLEANS:
                found.append(Problem(part.value_span, f"invalid value for required: {part.value}"))
        elif part.value is not None and part.key == "name":
            if name:
                found.append(Problem(part.span, f"device name already set to {name}"))
            name = part.value
        elif not name:
            name = part.text
        elif part.value is None:
            found.append(Problem(part.span, f"invalid field '{part.text}' must be a key=value pair"))
        else:
            hint = did_you_mean(part.key, ("name", "required"))
            found.append(Problem(part.span, f"unexpected key '{part.key}' in '{part.text}'{hint}"))
    return found
