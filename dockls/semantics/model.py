"""The meaning of one file: its tree, its stage graph, its stages and the world around it.

A model is immutable. ``model.updated(tree)`` gives the model of the next snapshot and keeps everything that an edit
could not have changed: the graph while no interface changed, a stage while its section, its base and what its
references resolve to are the same.
"""

from collections.abc import Sequence

from dockls.project import EMPTY_SURROUNDINGS, Surroundings
from dockls.semantics.graph import Graph, Node, Reference
from dockls.semantics.interface import GlobalArgument, Interface, global_arguments_of, interface_of
from dockls.semantics.stage import Stage
from dockls.syntax import Dockerfile, Instruction, Place, Section, parse
from dockls.text import Span


class Model:
    """What a Dockerfile means; offsets are absolute in ``tree.text``, stages and instructions know none."""

    __slots__ = ("_interfaces", "graph", "stages", "surroundings", "tree")

    def __init__(
        self, tree: Dockerfile, surroundings: Surroundings = EMPTY_SURROUNDINGS, previous: "Model | None" = None
    ) -> None:
        self.tree = tree
        self.surroundings = surroundings
        if previous is not None and previous.surroundings is not surroundings:
            previous = None
        self._interfaces: tuple[tuple[GlobalArgument, ...], tuple[Interface, ...]] = (
            global_arguments_of(tree.sections[0]),
            tuple([interface_of(section) for section in tree.sections[1:]]),
        )
        #: names and references; the same object while no interface changed
        self.graph: Graph
        if previous is not None and previous._interfaces == self._interfaces:
            self._interfaces = previous._interfaces
            self.graph = previous.graph
        else:
            self.graph = Graph(
                self._interfaces[1],
                self._interfaces[0],
                frozenset(name.lower() for name in surroundings.named_contexts),
                frozenset(use.name.lower() for use in surroundings.targets),
                surroundings.build_arguments,
            )
        self.stages: tuple[Stage, ...] = tuple(self._built(previous))

    def _built(self, previous: "Model | None") -> list[Stage]:
        old = previous.stages if previous is not None else ()
        # Stages keep their distance from the end when one is inserted above them, their index otherwise.
        same_graph = previous is not None and previous.graph is self.graph
        stages: list[Stage] = []
        for section, node in zip(self.tree.sections[1:], self.graph.nodes, strict=True):
            parent = None
            if node.base is not None and node.base.target is not None and node.base.target < node.number:
                parent = stages[node.base.target]
            before = old[node.number] if node.number < len(old) else None
            if (
                before is not None
                and before.section is section
                and before.parent is parent
                and (same_graph or before.node == node)
            ):
                stages.append(before)
            else:
                stages.append(Stage(node, section, parent, self.graph, self.surroundings.context))
        return stages

    @classmethod
    def of(cls, text: str, surroundings: Surroundings = EMPTY_SURROUNDINGS) -> "Model":
        """The model of a text."""
        return cls(parse(text), surroundings)

    def updated(self, tree: Dockerfile) -> "Model":
        """The model of the tree after an edit, in the same surroundings."""
        return Model(tree, self.surroundings, self)

    @property
    def references(self) -> tuple[Reference, ...]:
        """Every mention of a stage or image with its answer, in order of the file."""
        return self.graph.references

    @property
    def target(self) -> Stage | None:
        """The stage that is built by default: the last one."""
        return self.stages[-1] if self.stages else None

    def stage_of(self, node: Node) -> Stage:
        """The stage of a node of the graph."""
        return self.stages[node.number]

    def section_span(self, stage: Stage) -> Span:
        """The absolute span of a stage: from its FROM to the next one or the end, comments between included."""
        starts = self.tree.starts
        return Span(starts[stage.index + 1], starts[stage.index + 2])

    def stage_at(self, offset: int) -> Stage | None:
        """The stage that holds `offset`; None above the first FROM."""
        number = self.tree.section_at(offset)
        return self.stages[number - 1] if number else None

    def instruction_at(self, offset: int) -> Instruction | None:
        """The instruction that holds `offset`, its continuation lines and here-documents included."""
        item = self.tree.item_at(offset)
        return item if isinstance(item, Instruction) else None

    def start_of(self, instruction: Instruction) -> int:
        """The absolute offset of an instruction; raises KeyError if it is not in this snapshot."""
        return self.tree.start_of(instruction)

    def absolute(self, place: Place) -> Span:
        """The absolute span of a place; raises KeyError if it is not in this snapshot."""
        return self.tree.span_of(place)

    def reference_at(self, offset: int) -> Reference | None:
        """The mention of a stage or image that holds `offset`."""
        instruction = self.instruction_at(offset)
        stage = self.stage_at(offset)
        if instruction is None or stage is None:
            return None
        local = offset - self.start_of(instruction)
        for reference in stage.node.outgoing:
            place = reference.mention.place
            if place.item is instruction and place.span.contains(local):
                return reference
        return None

    def sections(self) -> Sequence[Section]:
        """The sections of the stages, without what stands above the first FROM."""
        return self.tree.sections[1:]
