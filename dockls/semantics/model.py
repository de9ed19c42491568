"""The meaning of one file: its tree, its stage graph, its stages and the world around it.

A model is immutable. ``model.updated(tree)`` gives the model of the next snapshot and keeps everything that an edit
could not have changed: the graph while no interface changed, a stage while its section, its base and what its
references resolve to are the same.
"""

from typing import Any

from dockls.project import EMPTY_SURROUNDINGS, Surroundings
from dockls.semantics.graph import Graph, Node, Reference
from dockls.semantics.interface import global_arguments_of, interface_of
from dockls.semantics.stage import Stage
from dockls.syntax import Dockerfile, Instruction, Place, parse
from dockls.text import Span


class Model:
    """What a Dockerfile means; offsets are absolute in ``tree.text``, stages and instructions know none."""

    __slots__ = ("graph", "inherited", "memo", "stages", "surroundings", "tree")

    def __init__(
        self, tree: Dockerfile, surroundings: Surroundings = EMPTY_SURROUNDINGS, previous: "Model | None" = None
    ) -> None:
        self.tree = tree
        self.surroundings = surroundings
        #: what upper layers remember about this model
        self.memo: dict[Any, Any] = {}
        #: the last memo with something in it, and the sections whose stages are not those of then
        self.inherited: tuple[dict[Any, Any], frozenset[int]] | None = None
        #: names and references; the same object while no interface changed
        self.graph: Graph
        self.stages: tuple[Stage, ...]
        changed = None if previous is None else _changed_sections(previous, self)
        if previous is not None and changed is not None:
            self.graph = previous.graph
            self.stages, different = self._patched(previous.stages, changed)
            self._inherit(previous, different)
        else:
            self.graph = _graph(tree, surroundings, None if previous is None else previous.graph)
            same_world = (
                previous is not None
                and previous.surroundings is surroundings
                and previous.graph.arguments == self.graph.arguments
            )
            self.stages = self._built(previous.stages if previous is not None and same_world else ())

    def _patched(self, old: tuple[Stage, ...], changed: list[int]) -> tuple[tuple[Stage, ...], frozenset[int]]:
        """The stages when only some sections were edited and no interface changed, and the sections of new ones."""
        stages = list(old)
        different = set(changed)
        sections = self.tree.sections
        waiting = [number - 1 for number in changed if number]
        while waiting:
            index = waiting.pop()
            node = self.graph.nodes[index]
            parent = self._parent(node, stages)
            stages[index] = Stage(node, sections[index + 1], parent, self.graph, self.surroundings.context)
            different.add(index + 1)
            # Whoever starts from this stage inherits its state.
            waiting += self.graph.children(index)
        return tuple(stages), frozenset(different)

    def _inherit(self, previous: "Model", different: frozenset[int]) -> None:
        if previous.memo or previous.inherited is None:
            self.inherited = (previous.memo, different)
        else:
            self.inherited = (previous.inherited[0], previous.inherited[1] | different)

    def _built(self, old: tuple[Stage, ...]) -> tuple[Stage, ...]:
        stages: list[Stage] = []
        for section, node in zip(self.tree.sections[1:], self.graph.nodes, strict=True):
            parent = self._parent(node, stages)
            before = old[node.number] if node.number < len(old) else None
            if (
                before is None
                or before.section is not section
                or before.parent is not parent
                or before.node is not node
            ):
                before = Stage(node, section, parent, self.graph, self.surroundings.context)
            stages.append(before)
        return tuple(stages)

    @staticmethod
    def _parent(node: Node, stages: list[Stage]) -> Stage | None:
        if node.base is None or node.base.target is None or node.base.target >= node.number:
            return None
        return stages[node.base.target]

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
    def base_images(self) -> tuple[str, ...]:
        """The images that its stages start from, each once, variables expanded; those that are not known left out."""
        found = [stage.base_image for stage in self.stages if stage.parent is None]
        return tuple(dict.fromkeys([image for image in found if image and image != "scratch"]))

    @property
    def target(self) -> Stage | None:
        """The stage that is built by default: the last one."""
        return self.stages[-1] if self.stages else None

    @property
    def target_chain(self) -> tuple[Stage, ...]:
        """The stage that is built by default and those that it starts from: all that its image is made of."""
        return self.target.chain if self.target is not None else ()

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


def _graph(tree: Dockerfile, surroundings: Surroundings, before: Graph | None) -> Graph:
    return Graph(
        [interface_of(section) for section in tree.sections[1:]],
        global_arguments_of(tree.sections[0]),
        frozenset(name.lower() for name in surroundings.named_contexts),
        frozenset(name.lower() for name in _targets(surroundings)),
        surroundings.build_arguments,
        surroundings.platforms,
        before,
    )


def _targets(surroundings: Surroundings) -> list[str]:
    return [*[use.name for use in surroundings.targets], *surroundings.declared_targets]


def _changed_sections(before: Model, after: Model) -> list[int] | None:
    """The sections that are other objects than before; None if that changes the graph or the surroundings."""
    old, new = before.tree.sections, after.tree.sections
    if len(old) != len(new) or before.surroundings is not after.surroundings:
        return None
    changed = [number for number, (a, b) in enumerate(zip(old, new, strict=True)) if a is not b]
    for number in changed:
        if number == 0 and global_arguments_of(old[0]) != global_arguments_of(new[0]):
            return None
        if number and interface_of(old[number]) != interface_of(new[number]):
            return None
    return changed
