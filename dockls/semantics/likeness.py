"""Which stage a name that names none was probably meant to name."""

from dockls.semantics.graph import Graph, Node, Reference, Resolution
from dockls.syntax.validation import TEMPLATE_MARKS

#: names up to this length must be one edit away at most, longer ones two
SHORT = 4


#: more comparisons than this are not made in one file
MOST_COMPARISONS = 6_000


def is_template(graph: Graph) -> bool:
    """Whether a FROM shows that another program renders the file to a Dockerfile; names mean nothing before that."""
    found = graph.memo.get(is_template)
    if found is None:
        declarations = [node.interface.declaration.text for node in graph.nodes]
        found = graph.memo[is_template] = any(mark in text for text in declarations for mark in TEMPLATE_MARKS)
    return bool(found)


def meant_stage(graph: Graph, text: str, before: int | None = None) -> Node | None:
    """The stage whose name is nearly `text` (in any case), of those above stage number `before` if it is given.

    A name that is no stage but can well be an image (``nginx`` beside a stage ``nginx2``) means nothing else.
    """
    from dockls.knowledge import is_plausible_image
    from dockls.syntax.suggestion import nearest

    if len(text) < 2 or is_plausible_image(text):
        return None
    count = len(graph.nodes) if before is None else before
    made = graph.memo[meant_stage] = graph.memo.get(meant_stage, 0) + count
    if made > MOST_COMPARISONS:
        return None
    names = dict.fromkeys([node.name for node in graph.nodes[:count] if node.name])
    written = text.lower()
    name = nearest(written, names)
    if name is None or _differ_in_number(written, name) or not (len(text) > SHORT or _is_one_edit(written, name)):
        return None
    return graph.named(name)


def _is_one_edit(first: str, second: str) -> bool:
    """Whether one letter more, less, or another, or two swapped, make the difference between short names."""
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    one, other = first[start:], second[start:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]


def _differ_in_number(first: str, second: str) -> bool:
    """Whether two names differ in their digits alone: ``php81`` is not ``php82`` misspelled."""
    digits = str.maketrans("", "", "0123456789")
    return first.translate(digits) == second.translate(digits)


def stage_in_other_case(graph: Graph, reference: Reference) -> Node | None:
    """The earlier stage that a FROM names but for the case of its letters; BuildKit does not match it."""
    value = reference.value
    if reference.mention.kind != "from" or reference.resolution is not Resolution.IMAGE or value == value.lower():
        return None
    for node in reversed(graph.nodes[: reference.source]):
        if node.name == value.lower():
            return node
    return None
