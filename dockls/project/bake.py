"""Bake files: ``target`` blocks of HCL, or the same as JSON. Source: https://docs.docker.com/build/bake/reference/."""

import posixpath
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from dockls.project import hcl
from dockls.project.targets import Build, Literal, dockerfile_in, local, platforms_in

_DEEPEST_INHERITANCE = 50
_MOST_VALUES = 200


class _Attribute(NamedTuple):
    """A value and the file it stands in."""

    value: hcl.Value
    path: str


#: the attributes of one target
_Target = dict[str, _Attribute]


class _File(NamedTuple):
    targets: dict[str, dict[str, hcl.Value]]
    variables: dict[str, tuple[hcl.Value, ...]]
    matrices: dict[str, dict[str, tuple[hcl.Value, ...]]]


def builds(files: Iterable[tuple[str, str]]) -> Iterator[Build]:
    """The builds of the Bake files of one folder, given as (absolute path, text) in the order Bake merges them."""
    targets: dict[str, _Target] = {}
    variables: dict[str, tuple[_Attribute, ...]] = {}
    matrices: dict[str, dict[str, tuple[_Attribute, ...]]] = {}
    folder = ""
    for path, text in files:
        folder = posixpath.dirname(path)
        read = _read_json(text) if path.endswith(".json") else _read_hcl(text)
        for name, attributes in read.targets.items():
            targets.setdefault(name, {}).update({key: _Attribute(value, path) for key, value in attributes.items()})
        for name, values in read.variables.items():
            variables[name] = tuple(_Attribute(value, path) for value in values)
        for name, rows in read.matrices.items():
            matrices[name] = {key: tuple(_Attribute(value, path) for value in row) for key, row in rows.items()}
    for name in targets:
        known = {**variables, **matrices.get(name, {})}
        yield from _build(name, _inherited(name, targets, ()), known, folder)


def _inherited(name: str, targets: dict[str, _Target], above: tuple[str, ...]) -> _Target:
    """The attributes of a target and of those it inherits from, the nearest winning; maps are merged by key."""
    own = targets.get(name, {})
    result: _Target = {}
    inherits = own.get("inherits")
    if inherits is not None and isinstance(inherits.value, hcl.Items) and len(above) < _DEEPEST_INHERITANCE:
        for parent in inherits.value.values:
            if isinstance(parent, hcl.String) and parent.value not in (*above, name):
                _merge(result, _inherited(parent.value, targets, (*above, name)))
    _merge(result, own)
    return result


def _merge(into: _Target, more: _Target) -> None:
    for key, attribute in more.items():
        before = into.get(key)
        if before and isinstance(before.value, hcl.Entries) and isinstance(attribute.value, hcl.Entries):
            attribute = _Attribute(hcl.Entries(before.value.pairs + attribute.value.pairs), attribute.path)
        into[key] = attribute


def _build(name: str, target: _Target, known: dict[str, tuple[_Attribute, ...]], folder: str) -> Iterator[Build]:
    if "dockerfile-inline" in target:
        return
    context = _first(target.get("context"), known, ".")
    root = local(folder, context)
    arguments = {key: _first(_Attribute(value, ""), known, "") for key, value in _pairs(target.get("args"))}
    dockerfiles = [
        path
        for value in (_literals(target["dockerfile"], known) if "dockerfile" in target else [None])
        for path in dockerfile_in(root, value and value.value)
    ]
    stages = tuple(_literals(target["target"], known)) if "target" in target else ()
    contexts = tuple(key for key, _ in _pairs(target.get("contexts")))
    if dockerfiles:
        path = next(iter(target.values())).path if target else folder
        yield Build(
            path, "bake", name, tuple(dockerfiles), root, stages, contexts, arguments, _platforms(target, known)
        )


def _platforms(target: _Target, known: dict[str, tuple[_Attribute, ...]]) -> tuple[str, ...]:
    attribute = target.get("platforms")
    if attribute is None or not isinstance(attribute.value, hcl.Items):
        return ()
    literals = [_literals(_Attribute(value, attribute.path), known) for value in attribute.value.values]
    return platforms_in([literal.value for each in literals for literal in each])


def _pairs(attribute: _Attribute | None) -> list[tuple[str, hcl.Value]]:
    if attribute is None or not isinstance(attribute.value, hcl.Entries):
        return []
    return [(key.value, value) for key, value in attribute.value.pairs]


def _first(attribute: _Attribute | None, known: dict[str, tuple[_Attribute, ...]], default: str) -> str:
    if attribute is None or isinstance(attribute.value, hcl.Entries | hcl.Items):
        return default
    return next((literal.value for literal in _literals(attribute, known)), "$")


def _literals(attribute: _Attribute, known: dict[str, tuple[_Attribute, ...]]) -> Iterator[Literal]:
    """The texts an expression may stand for: its own, or those of the variable it names."""
    value = attribute.value
    if isinstance(value, hcl.String):
        yield Literal(value.value, value.span, '"' if value.exact else "|", attribute.path)
    elif isinstance(value, hcl.Reference):
        for one in known.get(value.name, ()):
            if isinstance(one.value, hcl.String):
                yield Literal(one.value.value, one.value.span, '"' if one.value.exact else "|", one.path)
    elif isinstance(value, hcl.Template):
        texts = [""]
        for part in value.parts:
            choices = list(_literals(_Attribute(part, attribute.path), known))
            texts = list(islice((text + choice.value for text in texts for choice in choices), _MOST_VALUES))
        # A composed text stands nowhere as such, so nothing of it can be replaced.
        span = next((part.span for part in value.parts if isinstance(part, hcl.String)), None)
        if span is not None:
            yield from (Literal(text, span, "|", attribute.path) for text in texts)


def _read_hcl(text: str) -> _File:
    file = _File({}, {}, {})
    body = hcl.read_body(text)
    for name, value in body.attributes.items():
        file.variables[name] = (value,)
    for block in body.blocks:
        label = block.labels[0].value if block.labels else ""
        if block.kind == "variable":
            file.variables[label] = (block.body.attributes["default"],) if "default" in block.body.attributes else ()
        elif block.kind == "target":
            file.targets.setdefault(label, {}).update(block.body.attributes)
            file.matrices[label] = _matrix(block.body.attributes.get("matrix"))
    return file


def _read_json(text: str) -> _File:
    file = _File({}, {}, {})
    root = _entries(hcl.read_value(text))
    for name, value in _entries(root.get("variable")).items():
        file.variables[name] = (_entries(value)["default"],) if "default" in _entries(value) else ()
    for name, value in _entries(root.get("target")).items():
        file.targets[name] = _entries(value)
        file.matrices[name] = _matrix(_entries(value).get("matrix"))
    return file


def _entries(value: hcl.Value | None) -> dict[str, hcl.Value]:
    return {key.value: item for key, item in value.pairs} if isinstance(value, hcl.Entries) else {}


def _matrix(value: hcl.Value | None) -> dict[str, tuple[hcl.Value, ...]]:
    return {name: row.values for name, row in _entries(value).items() if isinstance(row, hcl.Items)}
