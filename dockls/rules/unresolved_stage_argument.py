"""A FROM whose variable selects among stages, but by its default none.

`FROM runtime-${ENVIRONMENT}` selects the stage that the argument names. Where the default names none, a build without
`--build-arg` silently pulls an image `runtime-production`, or fails.

Stages above the FROM count that begin and end as its word does around the variables. Nothing is said if there are
none, if the word then names something that is plainly an image (`node:${VERSION}`), a known context, or if the variable
is one that BuildKit sets for each platform. A variable without default is a warning, since whoever builds may be meant
to choose.

The fixes change the default; which one is right, only the author knows.

```dockerfile
ARG ENVIRONMENT=production
FROM alpine AS runtime-dev
RUN apk add gdb

FROM alpine AS runtime-prod

FROM runtime-${ENVIRONMENT}
     ^^^^^^^^^^^^^^^^^^^^^^ error: `runtime-production` is no stage: there are `runtime-prod` and `runtime-dev`
```

-> Set `ENVIRONMENT` to `prod`

```dockerfile
ARG ENVIRONMENT=prod
FROM alpine AS runtime-dev
RUN apk add gdb

FROM alpine AS runtime-prod

FROM runtime-${ENVIRONMENT}
```
"""

from collections.abc import Iterator, Sequence

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Model, Node, Reference, Resolution
from dockls.syntax import Place
from dockls.text import Edit

#: more candidates than this are not told
MOST_CANDIDATES = 6
#: more different words than this are not looked at
MOST_WORDS = 100


@graph_rule(severity=Severity.ERROR, theme="variables")
def unresolved_stage_argument(graph: Graph) -> Iterator[Finding]:
    """Look at every FROM with a variable that selects no stage."""
    known: dict[tuple[str, str], tuple[Node, ...]] = {}
    for node in graph.nodes:
        base = node.base
        if base is None or not base.mention.has_variable:
            continue
        if base.resolution not in (Resolution.IMAGE, Resolution.UNKNOWN):
            continue
        key = (base.mention.text, base.value)
        if key not in known and len(known) < MOST_WORDS:
            known[key] = _candidates(graph, base)
        earlier = [one for one in known.get(key, ())[: MOST_CANDIDATES * 2] if one.number < node.number]
        if earlier:
            yield _finding(graph, base, earlier)


def _candidates(graph: Graph, base: Reference) -> tuple[Node, ...]:
    """The stages that the word could select; none where it plainly means an image."""
    from dockls.knowledge import is_plausible_image
    from dockls.semantics.expansion import variables
    from dockls.semantics.graph import literal_ends
    from dockls.semantics.platforms import is_platform_argument

    word = base.mention.text
    prefix, suffix = literal_ends(word)
    if not (prefix or suffix) or any(is_platform_argument(use.name) for use in variables(word)):
        return ()
    if base.resolution is Resolution.IMAGE and is_plausible_image(base.value):
        return ()
    return graph.candidates(word)


def _finding(graph: Graph, base: Reference, candidates: list[Node]) -> Finding:
    from dockls.semantics.expansion import variables
    from dockls.semantics.graph import literal_ends

    prefix, suffix = literal_ends(base.mention.text)
    uses = variables(base.mention.text)
    name = uses[0].name
    values = [_middle(node, prefix, suffix) for node in candidates]
    default = graph.arguments.get(name)
    if default is not None:
        values.sort(key=lambda value: -_likeness(value, default))
    known = values[:MOST_CANDIDATES]
    listed = _listed([f"`{prefix}{value}{suffix}`" for value in known])
    severity = None
    if base.resolution is Resolution.IMAGE:
        message = f"`{base.value}` is no stage: there are {listed}"
    else:
        message = f"`{name}` has no default, so a build that does not set it fails: there are {listed}"
        severity = Severity.WARNING
    if len(known) == 1:
        message = message.replace("there are ", "there is ")
    fixes = [_fix(name, value) for value in known] if len(uses) == 1 and default is not None else []
    related = tuple([Related(node.place, "could be selected") for node in candidates[:MOST_CANDIDATES]])
    return Finding(base.mention.place, message, related=related, fixes=tuple(fixes), severity=severity)


def _middle(node: Node, prefix: str, suffix: str) -> str:
    name = node.name or ""
    return name[len(prefix) : len(name) - len(suffix)]


def _likeness(value: str, wanted: str) -> int:
    """How much of the beginning two values share."""
    length = 0
    while length < min(len(value), len(wanted)) and value[length] == wanted[length]:
        length += 1
    return length


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _fix(name: str, value: str) -> Fix:
    def changes(model: Model) -> list[Edit] | None:
        for instruction in reversed(model.tree.sections[0].instructions):
            for pair in instruction.pairs:
                if instruction.keyword == "ARG" and pair.name == name and pair.value_span is not None:
                    return [edits.replace(model, Place(instruction, pair.value_span), value)]
        return None

    return Fix(f"Set `{name}` to `{value}`", changes, safe=False)
