"""Stages that need each other, so that none of them can be built."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dockls.semantics.graph import Graph, Reference
from dockls.semantics.selection import may_become


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


def always_refused(graph: Graph, cycle: Cycle) -> bool:
    """Whether BuildKit refuses the file for stages that need each other, whichever stage is built.

    It looks for circles of ``--from`` alone (dockerfile2llb/convert.go, ``hasCircularDependency``): FROM and triggers
    do not count.
    """
    plain = graph.memo.get(always_refused)
    members = _remembered_groups(graph)
    if plain is None:
        steps = [[step for step in outgoing if _is_plain(step.reference)] for outgoing in _steps(graph)]
        # The number of a group is that of a stage in it.
        sizes = Counter(_groups(steps))
        plain = frozenset(members[number] for number, size in sizes.items() if size > 1)
        graph.memo[always_refused] = plain
    assert isinstance(plain, frozenset)
    return members[cycle[0].source] in plain


def _is_plain(reference: Reference) -> bool:
    return reference.mention.kind != "from" and not reference.mention.onbuild


def need_each_other(graph: Graph, first: int, second: int) -> bool:
    """Whether two stages are in a cycle together."""
    groups = _remembered_groups(graph)
    return bool(groups) and groups[first] == groups[second]


def lifted_with(graph: Graph, number: int, before: int) -> tuple[int, ...]:
    """The stages that must go above stage `before` if stage `number` does: itself and what it needs from there on.

    Empty if that cannot be: the two need each other, the default target would move, or two stages share a name, so
    that their order counts.
    """
    names = [node.name for node in graph.nodes if node.name]
    lifted = tuple([stage for stage in sorted(graph.reachable(number)) if stage >= before])
    if before in lifted or len(graph.nodes) - 1 in lifted:
        return ()
    return () if any(names.count(graph.nodes[stage].name or "") > 1 for stage in lifted) else lifted


def why_not_lifted(graph: Graph, number: int, before: int) -> str | None:
    """Why stage `number` cannot go above stage `before`, as far as `lifted_with` decides it; None if it can."""
    title, last = graph.nodes[number].title, len(graph.nodes) - 1
    if need_each_other(graph, number, before) or before in graph.reachable(number):
        return f"stages {title} and {graph.nodes[before].title} need each other"
    if number == last:
        return f"stage {title} is the last one and thus what is built by default; it would be another"
    if last in graph.reachable(number):
        return f"stage {title} needs the last stage, which is what is built by default; it would be another"
    return None if lifted_with(graph, number, before) else "two stages share a name, so that their order counts"


def sorted_by_need(graph: Graph, bases: Iterable[Reference] = ()) -> tuple[int, ...]:
    """The numbers of all stages, each behind those that it needs, else in the order of the file.

    `bases` are FROM words that name a stage further down and are to mean it. What a FROM may select by a variable
    counts as needed. Of stages that need each other the upper one comes last.
    """
    needs = [{one.target for one in references if one.target is not None} for references in graph.dependencies]
    for base in bases:
        needs[base.source] |= set() if base.target is None else {base.target}
    for node in graph.nodes:
        if node.base is not None and node.base.mention.has_variable:
            above = [other for other in graph.nodes[: node.number] if other.name]
            needs[node.number] |= {one.number for one in above if may_become(node.base.mention.text, one.name or "")}
    order: list[int] = []
    entered: set[int] = set()
    for number in range(len(needs)):
        path = [] if number in entered else [(number, iter(sorted(needs[number])))]
        entered.add(number)
        while path:
            stage, waiting = path[-1]
            following = next((one for one in waiting if one not in entered), None)
            if following is None:
                order.append(stage)
                path.pop()
            else:
                entered.add(following)
                path.append((following, iter(sorted(needs[following]))))
    return tuple(order)


def _remembered_groups(graph: Graph) -> list[int]:
    found = graph.memo.get(_groups)
    if found is None:
        steps = _steps(graph)
        # Every cycle goes down the file at least once, and few files do that at all.
        goes_down = any(step.target > number for number, outgoing in enumerate(steps) for step in outgoing)
        found = graph.memo[_groups] = _groups(steps) if goes_down else []
    assert isinstance(found, list)
    return found


def _cycles(graph: Graph) -> list[Cycle]:
    groups = _remembered_groups(graph)
    if not groups:
        return []
    steps = _steps(graph)
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
