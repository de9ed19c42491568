"""Compose files: ``services.*.build``. Source: https://docs.docker.com/reference/compose-file/build/."""

import posixpath
from collections.abc import Iterator, Mapping

from dockls.project import yaml_tree
from dockls.project.targets import Build, Literal, dockerfile_in, local, platforms_in
from dockls.project.yaml_tree import Node
from dockls.text import Span


def builds(text: str, path: str, base: Mapping[str, Node] | None = None) -> Iterator[Build]:
    """The builds of a Compose file at the absolute `path`.

    `base` are the ``build`` nodes of the main file's services, where this one only overrides them.
    """
    folder = posixpath.dirname(path)
    for name, node in build_nodes(text).items():
        build = yaml_tree.mapping(node)
        inherited = yaml_tree.mapping((base or {}).get(name))
        short = yaml_tree.scalar(node)
        base_short = yaml_tree.scalar((base or {}).get(name))
        if "dockerfile_inline" in build:
            continue
        context = short or _plain(build.get("context")) or base_short or _plain(inherited.get("context")) or "."
        dockerfile = _plain(build.get("dockerfile")) or _plain(inherited.get("dockerfile"))
        root = local(folder, context)
        target = interpolated(yaml_tree.literal(build.get("target"), text))
        yield Build(
            path,
            "compose",
            name,
            dockerfile_in(root, dockerfile),
            root,
            (target,) if target else (),
            tuple(yaml_tree.string_mapping(build.get("additional_contexts"))),
            {key: substituted(value) for key, value in yaml_tree.string_mapping(build.get("args")).items()},
            platforms_in(map(_plain, yaml_tree.items(build.get("platforms")))),
        )


def build_nodes(text: str) -> dict[str, Node]:
    """The ``build`` node of each service that has one."""
    services = yaml_tree.mapping(yaml_tree.document(text)).get("services")
    found: dict[str, Node] = {}
    for name, service in yaml_tree.pairs(services):
        node = yaml_tree.mapping(service).get("build")
        if node is not None:
            found[name] = node
    return found


def _plain(node: Node | None) -> str | None:
    value = yaml_tree.scalar(node)
    return None if value is None else substituted(value)


def substituted(text: str) -> str:
    """The text with each ``${NAME:-default}`` and ``${NAME-default}`` replaced by its default; others stay."""
    position = text.find("${")
    while position >= 0:
        end = text.find("}", position)
        if end < 0:
            break
        default = _default_span(text, position, end)
        if default is None:
            position = text.find("${", end)
            continue
        value = text[default.start : default.end]
        text = text[:position] + value + text[end + 1 :]
        position = text.find("${", position + len(value))
    return text


def interpolated(literal: Literal | None) -> Literal | None:
    """The name a target stands for: its own text, or the default of the one variable it consists of."""
    if literal is None or "$" not in literal.value:
        return literal
    value = literal.value
    if not (value.startswith("${") and value.endswith("}")) or literal.quote == "|":
        return None
    default = _default_span(value, 0, len(value) - 1)
    if default is None or "$" in value[default.start : default.end]:
        return None
    start = literal.span.start
    # A default stands inside "${...}", where a YAML reader needs no quotes: never a bare word of its own.
    return Literal(value[default.start : default.end], default.shifted(start), literal.quote or "$")


def _default_span(text: str, start: int, end: int) -> Span | None:
    """Where the default stands in the ``${NAME:-default}`` from `start` to its ``}`` at `end`."""
    position = start + 2
    while position < end and (text[position].isalnum() or text[position] == "_"):
        position += 1
    for operator in (":-", "-"):
        if position > start + 2 and text.startswith(operator, position) and position + len(operator) < end:
            return Span(position + len(operator), end)
    return None
