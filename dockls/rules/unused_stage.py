"""A stage that nothing uses.

No stage needs it and the default target, the last stage, does not either: `docker build` leaves it out, and whoever
reads the file wonders why it is there. Often it is left over, or the reference to it is misspelled.

Many stages are there for `--target` alone, so this is a hint, and given only where that is unlikely: the stage has no
name of its own, it is called like something that others build upon (`builder`, `deps`, `base`, `assets`), or it is the
only named stage left over in a file whose last stage looks final. Nothing is said of

- stages that a Compose, Bake, workflow or script file of the workspace names, and all that these need;
- names that speak of a purpose (`test`, `dev`, `debug`, `lint`, `ci`, `docs`, `release`, `binaries`, `prod` ...);
- stages that a `FROM base-${VARIANT}` could select, that a reference nearly names, or that a reference to a stage
  further down means;
- stages that others need which are left alone by these reasons; templates.

The fix removes the stage and its comments, and whatever unused stage builds upon it, and counts on in `--from=N`.

```dockerfile
FROM golang AS builder
^^^^^^^^^^^^^^^^^^^^^^ hint: stage `builder` is used by no other stage, so a build leaves it out
RUN go build -o /app .

FROM alpine
COPY app /app
```

->

```dockerfile
FROM alpine
COPY app /app
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph, Node, Resolution, is_template, meant_stage
from dockls.syntax import Place

#: more different words with variables than this are not looked at
MOST_WORDS = 100


@graph_rule(severity=Severity.HINT, theme="stages")
def unused_stage(graph: Graph) -> Iterator[Finding]:
    """Tell the stages that no known target needs and that nobody seems to want for themselves."""
    if len(graph.nodes) < 2 or is_template(graph):
        return
    used = _used(graph)
    unused = [node for node in graph.nodes if node.number not in used]
    if not unused:
        return
    told = _told(graph, unused)
    for node in unused:
        if node.number in told:
            yield _finding(graph, node)


def _used(graph: Graph) -> frozenset[int]:
    """What the known targets need, and what other references may mean."""
    roots: set[int] = set()
    words: set[tuple[str, str]] = set()
    for reference in graph.references:
        if reference.target is not None and reference.resolution is Resolution.FORWARD:
            roots.add(reference.target)
        elif reference.mention.has_variable:
            words.add((reference.mention.text, reference.value))
        elif reference.resolution is Resolution.IMAGE:
            meant = meant_stage(graph, reference.value)
            if meant is not None:
                roots.add(meant.number)
    for text, value in sorted(words)[:MOST_WORDS]:
        roots |= {node.number for node in _selectable(graph, text, value)}
    return graph.needed() | graph.reachable(*roots)


def _selectable(graph: Graph, text: str, value: str) -> tuple[Node, ...]:
    """The stages that a word with variables could name; none if it stands for an image and begins with a variable."""
    from dockls.knowledge import is_plausible_image

    return () if text.startswith("$") and "$" not in value and is_plausible_image(value) else graph.candidates(text)


def _told(graph: Graph, unused: list[Node]) -> set[int]:
    """The stages to tell: those that are left over for sure, if all that build upon them are told too."""
    from dockls.knowledge import names_ingredient, names_purpose

    users = {node.number: {one.source for one in graph.dependents[node.number]} - {node.number} for node in unused}
    named = [node for node in unused if not users[node.number] and _can_be_target(graph, node)]
    told: set[int] = set()
    # Those who use a stage stand below it, but for references that are refused anyway.
    for node in reversed(unused):
        name = node.name or ""
        if users[node.number]:
            left_over = users[node.number] <= told and not names_purpose(name)
        elif _can_be_target(graph, node):
            left_over = names_ingredient(name) or (len(named) == 1 and _is_odd_one(graph, node))
        else:
            left_over = True
        if left_over:
            told.add(node.number)
    return told


def _can_be_target(graph: Graph, node: Node) -> bool:
    """Whether ``--target`` with its name builds it: it has one, and no stage below has the same."""
    return node.name is not None and graph.named(node.name) is node


def _is_odd_one(graph: Graph, node: Node) -> bool:
    """Whether a stage that starts from an image, not called for a purpose, stands beside one that is the end."""
    from dockls.knowledge import names_purpose

    last = graph.nodes[-1].name
    from_image = node.base is not None and node.base.resolution in (Resolution.IMAGE, Resolution.SCRATCH)
    return from_image and not names_purpose(node.name or "") and (last is None or names_purpose(last))


def _finding(graph: Graph, node: Node) -> Finding:
    declaration = node.interface.declaration
    subject = f"stage {node.title}" if node.name else "this stage"
    message = f"{subject} is used by no other stage, so a build leaves it out"
    users = any(one.source != node.number for one in graph.dependents[node.number])
    title = f"Remove stage {node.title}" + (" and what builds upon it" if users else "")
    fix = Fix(title, lambda model: edits.remove_stages(model, _with_dependents(model.graph, node.number)), safe=False)
    return Finding(Place(declaration, declaration.head_span), message, fixes=(fix,), unnecessary=True)


def _with_dependents(graph: Graph, number: int) -> set[int]:
    gone: set[int] = set()
    waiting = [number]
    while waiting:
        number = waiting.pop()
        if number not in gone:
            gone.add(number)
            waiting += [one.source for one in graph.dependents[number]]
    return gone
