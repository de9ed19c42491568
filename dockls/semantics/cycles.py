"""Stages that need each other, so that none of them can be built."""

from collections.abc import Sequence
from typing import NamedTuple

from dockls.semantics.graph import Graph, Reference


class Step(NamedTuple):
    """One edge of a cycle: stage `source` needs stage `target` because of `reference`."""

    source: int
    target: int
    reference: Reference


Cycle = tuple[Step, ...]


def cycles(graph: Graph) -> tuple[Cycle, ...]:
    """One cycle for each group of stages that need each other; remembered on the graph.

    Each begins with the first reference of the group to a stage further down. A stage that needs itself is no cycle.
    """
    found = graph.memo.get(cycles)
    if found is None:
        found = graph.memo[cycles] = tuple(_cycles(graph))
    assert isinstance(found, tuple)
    return found


def _cycles(graph: Graph) -> list[Cycle]:
    steps = _steps(graph)
    # Every cycle goes down the file at least once, and only these references do.
    if not any(step.target > number for number, outgoing in enumerate(steps) for step in outgoing):
        return []
    groups = _groups(steps)
    found: dict[int, Cycle] = {}
    for number, outgoing in enumerate(steps):
        for step in outgoing:
            group = groups[number]
            if step.target > number and groups[step.target] == group and group not in found:
                found[group] = (step, *_way(steps, groups, step.target, number))
    return list(found.values())


def _steps(graph: Graph) -> list[list[Step]]:
    return [
        [
            Step(number, reference.target, reference)
            for reference in references
            if reference.target is not None and reference.target != number
        ]
        for number, references in enumerate(graph.dependencies)
    ]


def _groups(steps: Sequence[Sequence[Step]]) -> list[int]:
    """For each stage the number of its strongly connected component (Tarjan's algorithm, without recursion)."""
    count = len(steps)
    order, low, group = [-1] * count, [0] * count, [-1] * count
    stack: list[int] = []
    clock = 0
    for root in range(count):
        if order[root] >= 0:
            continue
        path = [(root, iter(steps[root]))]
        while path:
            stage, outgoing = path[-1]
            if order[stage] < 0:
                order[stage] = low[stage] = clock
                clock += 1
                stack.append(stage)
            following = next(outgoing, None)
            if following is not None:
                if order[following.target] < 0:
                    path.append((following.target, iter(steps[following.target])))
                elif group[following.target] < 0:
                    low[stage] = min(low[stage], order[following.target])
                continue
            path.pop()
            if path:
                low[path[-1][0]] = min(low[path[-1][0]], low[stage])
            if low[stage] == order[stage]:
                member = -1
                while member != stage:
                    member = stack.pop()
                    group[member] = stage
    return group


def _way(steps: Sequence[Sequence[Step]], groups: Sequence[int], start: int, end: int) -> list[Step]:
    """The shortest way from one stage to another of its group."""
    came: dict[int, Step] = {}
    waiting = [start]
    for stage in waiting:
        if stage == end:
            break
        for step in steps[stage]:
            if groups[step.target] == groups[end] and step.target not in came and step.target != start:
                came[step.target] = step
                waiting.append(step.target)
    way: list[Step] = []
    while end != start:
        way.insert(0, came[end])
        end = came[end].source
    return way
