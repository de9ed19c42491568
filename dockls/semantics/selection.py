"""Which stages a FROM with a variable may select: ``FROM base-${VARIANT}``, ``FROM binaries-$TARGETOS``."""

from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics.graph import Graph, Node, Reference, Resolution
from dockls.semantics.variable_uses import VariableUse, variables

# The values that Go, and with it BuildKit, knows (go.dev/src/internal/syslist/syslist.go).
_SYSTEMS = (
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux", "nacl", "netbsd",
    "openbsd", "plan9", "solaris", "wasip1", "windows", "zos",
)  # fmt: skip
_ARCHITECTURES = (
    "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le", "riscv64",
    "s390x", "wasm",
)  # fmt: skip
_DOMAINS = {
    "TARGETOS": _SYSTEMS, "BUILDOS": _SYSTEMS, "TARGETARCH": _ARCHITECTURES, "BUILDARCH": _ARCHITECTURES,
}  # fmt: skip

#: more words with variables than this are not looked at
_MOST_WORDS = 100

#: the texts that a part of a word may become; None for any text
_Part = tuple[str, ...] | None


def selecting(graph: Graph, node: Node) -> Reference | None:
    """The FROM that may select a named stage by a variable; None if there is none.

    ``FROM base-${VARIANT}`` may select all earlier stages whose name fits. A variable alone may select any earlier
    stage if its value is the name of one, and one that nothing else mentions if its value is not known.
    """
    if node.name is None:
        return None
    for other in graph.nodes[node.number + 1 :]:
        base = other.base
        if base is None or not base.mention.has_variable or base.resolution is Resolution.CONTEXT:
            continue
        if base.target == node.number:
            return base
        if _is_open(base.mention.text):
            is_candidate = base.resolution is Resolution.STAGE
            if base.resolution is Resolution.UNKNOWN:
                is_candidate = not graph.dependents[node.number]
        else:
            is_candidate = may_become(base.mention.text, node.name)
        if is_candidate:
            return base
    return None


class Selection(NamedTuple):
    """A stage whose FROM selects among variants by a variable, and these, all named and above it."""

    by: Node
    variants: tuple[Node, ...]


def selections(graph: Graph) -> tuple[Selection, ...]:
    """The stages whose FROM, a name with a variable in it, may select two earlier ones or more; remembered."""
    found = graph.memo.get(selections)
    if found is None:
        found = graph.memo[selections] = tuple(_selections(graph))
    assert isinstance(found, tuple)
    return found


def _selections(graph: Graph) -> Iterator[Selection]:
    for node in [one for one in graph.nodes if one.base is not None and one.base.mention.has_variable][:_MOST_WORDS]:
        assert node.base is not None
        text = node.base.mention.text
        earlier = [one for one in graph.candidates(text) if one.number < node.number and one.name is not None]
        variants = tuple([one for one in earlier if may_become(text, one.name or "")])
        if len(variants) > 1 and node.base.resolution is not Resolution.CONTEXT:
            yield Selection(node, variants)


def may_become(text: str, name: str) -> bool:
    """Whether a word with variables among other text may come to be that name; a variable alone tells nothing."""
    if _is_open(text):
        return False
    ends = {0}
    for part in _parts(text):
        if part is None:
            ends = set(range(min(ends), len(name) + 1))
        else:
            ends = {end + len(value) for end in ends for value in part if name.startswith(value, end)}
        if not ends:
            return False
    return len(name) in ends


def _is_open(text: str) -> bool:
    return all(part is None or part == ("",) for part in _parts(text))


def _parts(text: str) -> list[_Part]:
    parts: list[_Part] = []
    position = 0
    for use in variables(text):
        if use.span.start >= position:
            parts += ((_plain(text[position : use.span.start]),), _values(use))
            position = use.span.end
    return [*parts, (_plain(text[position:]),)]


def _plain(text: str) -> str:
    return text.replace('"', "").replace("'", "")


def _values(use: VariableUse) -> _Part:
    if use.modifier in (":+", "+") and use.default is not None and "$" not in use.default:
        return ("", use.default)
    return _DOMAINS.get(use.name) if not use.modifier else None
