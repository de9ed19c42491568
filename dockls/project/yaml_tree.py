"""YAML read for its places: mappings, sequences and scalars with their spans, and no types guessed.

PyYAML's composer is used, by its C library where there is one, and only on need. A file with a fault in it reads as
the documents before the fault; nothing is raised.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from dockls.project.targets import Literal
from dockls.text import Span

_DEEPEST_MERGE = 20
_DEEPEST_NESTING = 200


class Node(Protocol):
    """A node of PyYAML: `id` is ``scalar``, ``sequence`` or ``mapping``; marks count code points."""

    id: str
    value: Any
    style: str | None
    start_mark: Any
    end_mark: Any


def documents(text: str) -> list[Node]:
    """The root nodes of the documents that can be read."""
    import yaml

    if _nested_too_deeply(text):
        return []
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: list[Node] = []
    try:
        loader = loader_class(text)
        while loader.check_node():
            found.append(loader.get_node())
    except (yaml.YAMLError, ValueError, RecursionError):
        pass
    return found


def _nested_too_deeply(text: str) -> bool:
    """Whether brackets or list dashes could overflow the C library's stack, which nothing could catch."""
    if text.count("[") + text.count("{") < _DEEPEST_NESTING and "- " * _DEEPEST_NESTING not in text:
        return False
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth = max(0, depth - 1)
    return deepest > _DEEPEST_NESTING or "- " * _DEEPEST_NESTING in text


def document(text: str) -> Node | None:
    """The first document, None if there is none that can be read."""
    return next(iter(documents(text)), None)


def pairs(node: Node | None, depth: int = 0) -> Iterator[tuple[str, Node]]:
    """The keys of a mapping with their nodes, merged (``<<``) ones first so that own ones win in a dict."""
    if node is None or node.id != "mapping" or depth > _DEEPEST_MERGE:
        return
    own: list[tuple[str, Node]] = []
    for key, value in node.value:
        if key.id != "scalar":
            continue
        if key.value == "<<":
            for merged in reversed(value.value) if value.id == "sequence" else (value,):
                yield from pairs(merged, depth + 1)
        else:
            own.append((key.value, value))
    yield from own


def mapping(node: Node | None) -> dict[str, Node]:
    """A mapping as a dict of nodes; anything else is an empty one."""
    return dict(pairs(node))


def items(node: Node | None) -> list[Node]:
    """The nodes of a sequence; anything else has none."""
    return list(node.value) if node is not None and node.id == "sequence" else []


def scalar(node: Node | None) -> str | None:
    """The text of a scalar, as written (no types); None for anything else and for an empty plain one."""
    if node is None or node.id != "scalar" or (not node.value and not node.style):
        return None
    value: str = node.value
    return value


def literal(node: Node | None, text: str) -> Literal | None:
    """The scalar with the place of its characters in `text`."""
    value = scalar(node)
    if value is None or node is None:
        return None
    start, end = node.start_mark.index, node.end_mark.index
    quote = node.style or ""
    if quote in ("'", '"') and text[start + 1 : end - 1] == value:
        return Literal(value, Span(start + 1, end - 1), quote)
    if not quote and text[start:end] == value:
        return Literal(value, Span(start, end))
    return Literal(value, Span(start, end), "|")


def string_mapping(node: Node | None) -> dict[str, str]:
    """A mapping of texts, or a list of ``NAME=value``, as Compose and others let arguments be written."""
    found: dict[str, str] = {}
    if node is not None and node.id == "sequence":
        for item in items(node):
            name, equals, value = (scalar(item) or "").partition("=")
            if equals:
                found[name.strip()] = value
        return found
    return {key: scalar(value) or "" for key, value in pairs(node) if value.id == "scalar"}


def walk(node: Node | None) -> Iterator[Node]:
    """All mappings at and below a node, each once (aliases may point upward)."""
    waiting = [node] if node is not None else []
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if current.id == "mapping":
            yield current
            waiting += [value for _, value in reversed(current.value)]
        elif current.id == "sequence":
            waiting += reversed(current.value)
