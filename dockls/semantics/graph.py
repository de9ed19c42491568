"""The stage graph: what every name resolves to, exactly as BuildKit resolves it, and who depends on whom.

Sources: BuildKit frontend/dockerfile/dockerfile2llb/convert.go (``addState``, ``toCommand``, ``findStateByName``,
``findStateByIndex``), convert_runmount.go (``detectRunMount``), instructions/parse.go (``parseBuildStageName``).

FROM is matched case-sensitively against the lower-cased names of *earlier* stages. ``--from`` and a mount's ``from``
are matched in any case against *all* stages, the last of a name winning; one that stands below is then refused.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from dockls.semantics.interface import GlobalArgument, Interface, Mention
from dockls.semantics.platforms import platform_arguments
from dockls.syntax import Place

#: Linux takes no longer value for one variable; longer ones are not worth keeping either
LONGEST_VALUE = 128 * 1024


class Resolution(Enum):
    """What a mention turned out to name."""

    STAGE = "stage"
    #: a stage that stands below: refused for COPY and mounts when the stage is built
    FORWARD = "forward"
    #: the stage itself
    SELF = "self"
    IMAGE = "image"
    SCRATCH = "scratch"
    CONTEXT = "context"
    INDEX_OUT_OF_RANGE = "index-out-of-range"
    #: a variable where BuildKit expands none
    VARIABLE = "variable"
    #: a FROM whose value is not known: an ARG without default
    UNKNOWN = "unknown"


class Reference(NamedTuple):
    """A mention with its answer; `source` and `target` are stage indexes, `by_index` tells ``--from=0``."""

    source: int
    mention: Mention
    resolution: Resolution
    target: int | None
    value: str
    by_index: bool


class Node(NamedTuple):
    """A stage in the graph."""

    number: int
    interface: Interface
    base: Reference | None
    references: tuple[Reference, ...]

    @property
    def name(self) -> str | None:
        """The lower-cased name, None if it has none."""
        return self.interface.name

    @property
    def title(self) -> str:
        """How a message names the stage: its name as written, or its number."""
        return f"`{self.interface.written_name}`" if self.interface.written_name else f"number {self.number}"

    @property
    def place(self) -> Place:
        """Where its name stands, or its FROM if it has none."""
        declaration = self.interface.declaration
        return self.interface.name_place or Place(declaration, declaration.head_span)

    @property
    def outgoing(self) -> tuple[Reference, ...]:
        """The base, then all other references."""
        return self.references if self.base is None else (self.base, *self.references)


class Graph:
    """All stages and references of one file. Immutable; kept while no section's interface changes."""

    __slots__ = (
        "_by_name",
        "_dependencies",
        "_dependents",
        "arguments",
        "global_arguments",
        "memo",
        "named_contexts",
        "nodes",
        "platforms",
        "target_names",
    )

    def __init__(
        self,
        interfaces: Iterable[Interface],
        arguments: Iterable[GlobalArgument] = (),
        named_contexts: frozenset[str] = frozenset(),
        target_names: frozenset[str] = frozenset(),
        build_arguments: Mapping[str, str] | None = None,
        platforms: tuple[str, ...] = (),
        before: "Graph | None" = None,
    ) -> None:
        """`target_names` are stages that something outside builds; all names in lower case.

        `platforms` are those that are built for. Nodes that were the same in the graph `before` an edit are kept, so
        that a stage which an edit did not change has the node that this graph knows.
        """
        listed = tuple(interfaces)
        self.named_contexts = named_contexts
        self.target_names = target_names
        self.platforms = platforms
        #: the ARGs above the first FROM
        self.global_arguments = tuple(arguments)
        #: values of the global ARGs for FROM lines; None where there is no default
        self.arguments = _global_values(self.global_arguments, build_arguments or {})
        self._by_name: dict[str, int] = {}
        for index, interface in enumerate(listed):
            if interface.name is not None:
                self._by_name[interface.name] = index
        self.nodes: tuple[Node, ...] = tuple(self._resolved(listed, () if before is None else before.nodes))
        self._dependencies: tuple[tuple[Reference, ...], ...] | None = None
        self._dependents: tuple[tuple[Reference, ...], ...] | None = None
        #: what upper layers remember about this graph
        self.memo: dict[Any, Any] = {}

    def _resolved(self, interfaces: tuple[Interface, ...], before: tuple[Node, ...]) -> list[Node]:
        nodes: list[Node] = []
        earlier: dict[str, int] = {}
        names = {interface.name: index for index, interface in enumerate(interfaces) if interface.name}
        for index, interface in enumerate(interfaces):
            base = self._base(index, interface.base, earlier, names) if interface.base else None
            references = tuple([self._reference(index, mention, len(interfaces)) for mention in interface.mentions])
            node = Node(index, interface, base, references)
            nodes.append(before[index] if before[index : index + 1] == (node,) else node)
            if interface.name is not None:
                earlier[interface.name] = index
        return nodes

    def _base(self, index: int, mention: Mention, earlier: Mapping[str, int], names: Mapping[str, int]) -> Reference:
        value: str | None = mention.text
        if mention.has_variable or any(quote in mention.text for quote in "'\"\\"):
            value = self.expand(mention.text)
        if not value:
            return Reference(index, mention, Resolution.UNKNOWN, None, mention.text, by_index=False)
        resolution, target = Resolution.IMAGE, None
        if value.lower() in self.named_contexts:
            resolution = Resolution.CONTEXT
        elif value in earlier:
            resolution, target = Resolution.STAGE, earlier[value]
        elif value == "scratch":
            resolution = Resolution.SCRATCH
        elif value in names and names[value] >= index:
            # BuildKit takes it for an image of that name, whatever the author meant.
            resolution, target = Resolution.FORWARD, names[value]
        return Reference(index, mention, resolution, target, value, by_index=False)

    def _reference(self, index: int, mention: Mention, count: int) -> Reference:
        text = mention.text
        resolution, target, by_index = Resolution.IMAGE, None, False
        if mention.has_variable:
            resolution = Resolution.VARIABLE
        elif mention.kind == "copy" and _is_number(text):
            by_index = True
            resolution, target = Resolution.STAGE, int(text)
            if not 0 <= target < count:
                resolution, target = Resolution.INDEX_OUT_OF_RANGE, None
        elif text.lower() in self.named_contexts:
            resolution = Resolution.CONTEXT
        elif text.lower() in self._by_name:
            resolution, target = Resolution.STAGE, self._by_name[text.lower()]
        elif text.lower() == "scratch":
            resolution = Resolution.SCRATCH
        if target is not None and not mention.onbuild:
            if target == index:
                resolution = Resolution.SELF
            elif target > index:
                resolution = Resolution.FORWARD
        return Reference(index, mention, resolution, target, text, by_index)

    def expand(self, word: str) -> str | None:
        """A FROM word with the global ARGs put in; None if a value is not known or the word is malformed."""
        return expanded_or_none(word, self.arguments.get, "\\")

    def default_arguments(self) -> dict[str, str] | None:
        """The values of the global ARGs where a build is given none; None if a default is malformed."""
        values = _global_values(self.global_arguments, {})
        defaults = [one.name for one in self.global_arguments if one.value is not None]
        return values if all(name in values for name in defaults) else None

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every reference of every stage in order of the file."""
        return tuple([reference for node in self.nodes for reference in node.outgoing])

    def named(self, name: str) -> Node | None:
        """The stage that ``--from=name`` or ``--target name`` means: the last of that name, in any case."""
        index = self._by_name.get(name.lower())
        return None if index is None else self.nodes[index]

    @property
    def dependencies(self) -> tuple[tuple[Reference, ...], ...]:
        """For each stage the references that make another stage part of its build, triggers of its base included."""
        if self._dependencies is None:
            self._dependencies = tuple([self._dependencies_of(node) for node in self.nodes])
        return self._dependencies

    def _dependencies_of(self, node: Node) -> tuple[Reference, ...]:
        found: list[Reference] = []
        base = node.base
        if base is not None and base.resolution is Resolution.STAGE:
            found += [base, *self.fired(node)]
        found += [reference for reference in node.references if not reference.mention.onbuild]
        kinds = (Resolution.STAGE, Resolution.FORWARD, Resolution.SELF)
        return tuple([reference for reference in found if reference.resolution in kinds])

    def fired(self, node: Node) -> tuple[Reference, ...]:
        """The triggers of the stage that FROM names, which run in `node`; their `source` is the stage that has them."""
        base = node.base
        if base is None or base.resolution is not Resolution.STAGE or base.target is None:
            return ()
        return tuple([trigger for trigger in self.nodes[base.target].references if trigger.mention.onbuild])

    @property
    def dependents(self) -> tuple[tuple[Reference, ...], ...]:
        """For each stage the references that name it, wherever they stand."""
        if self._dependents is None:
            lists: list[list[Reference]] = [[] for _ in self.nodes]
            for reference in self.references:
                if reference.target is not None and reference.resolution is not Resolution.UNKNOWN:
                    lists[reference.target].append(reference)
            self._dependents = tuple([tuple(found) for found in lists])
        return self._dependents

    def children(self, index: int) -> tuple[int, ...]:
        """The stages whose FROM names stage `index`."""
        return tuple(
            [
                reference.source
                for reference in self.dependents[index]
                if reference.mention.kind == "from" and reference.resolution is Resolution.STAGE
            ]
        )

    @property
    def target(self) -> Node | None:
        """The stage that is built by default: the last one."""
        return self.nodes[-1] if self.nodes else None

    def reachable(self, *indexes: int) -> frozenset[int]:
        """The stages that building the stages `indexes` builds, these included."""
        seen: set[int] = set()
        waiting = list(indexes)
        while waiting:
            current = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            waiting += [reference.target for reference in self.dependencies[current] if reference.target is not None]
        return frozenset(seen)

    def needed(self) -> frozenset[int]:
        """The stages that the default target or a known other one needs, these included."""
        found = self.memo.get(Graph.needed)
        if found is None:
            roots = {len(self.nodes) - 1} if self.nodes else set()
            roots |= {node.number for name in self.target_names if (node := self.named(name)) is not None}
            found = self.memo[Graph.needed] = self.reachable(*roots)
        assert isinstance(found, frozenset)
        return found

    def candidates(self, text: str) -> tuple[Node, ...]:
        """The named stages that a FROM word with variables could select, by its literal beginning and end."""
        prefix, suffix = literal_ends(text)
        if not prefix and not suffix and not text.startswith("$"):
            return ()
        return tuple(
            [
                node
                for node in self.nodes
                if node.name
                and len(node.name) >= len(prefix) + len(suffix)
                and node.name.startswith(prefix)
                and node.name.endswith(suffix)
            ]
        )


def expanded_or_none(word: str, lookup: Callable[[str], str | None], escape: str) -> str | None:
    """The word with its variables put in; None if it is malformed or a variable without modifier has no value.

    A modifier such as ``:-`` or ``:+`` says itself what an unset variable means.
    """
    from dockls.semantics.expansion import ExpansionError, expand_with_origin, variables

    try:
        expanded = expand_with_origin(word, lookup, escape)
    except ExpansionError:
        return None
    if expanded.unset and any(not use.modifier and use.name in expanded.unset for use in variables(word, escape)):
        return None
    return expanded.text if len(expanded.text) <= LONGEST_VALUE else None


def literal_ends(text: str) -> tuple[str, str]:
    """The literal beginning and end of a word around its variables."""
    from dockls.semantics.expansion import variables

    uses = variables(text)
    if not uses:
        return text, ""
    outer_end = max(use.span.end for use in uses)
    return text[: uses[0].span.start], text[outer_end:]


def _global_values(arguments: Iterable[GlobalArgument], given: Mapping[str, str]) -> dict[str, str]:
    from dockls.semantics.expansion import ExpansionError, expand

    values: dict[str, str] = dict(platform_arguments())
    for argument in arguments:
        if argument.name in given:
            values[argument.name] = given[argument.name]
        elif argument.value is not None:
            try:
                values[argument.name] = expand(argument.value, values.get, "\\")
            except ExpansionError:
                values.pop(argument.name, None)
    return values


def _is_number(text: str) -> bool:
    """Whether Go's strconv.Atoi takes it; at most ten digits, so that no value overflows."""
    digits = text[1:] if text[:1] in "+-" else text
    return digits.isascii() and digits.isdecimal() and len(digits) <= 10
