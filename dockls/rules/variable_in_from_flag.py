"""A variable in `COPY --from` or in the `from` of a mount.

BuildKit expands no variables there and refuses the file. A variable in FROM is expanded, so the way round is a stage of
its own: `FROM ${IMAGE} AS tools`, and `--from=tools`.

The fix writes that stage and names it wherever the same variable stands. There is none where the value is not known
above the stages: FROM sees only an ARG above the first FROM, and an ARG of the stage with a default of its own could
differ from it.

```dockerfile
ARG TOOLS=acme/tools:3
FROM alpine
COPY --from=${TOOLS} /bin/tool /bin/
            ^^^^^^^^ error: BuildKit expands no variable in `--from`; give the image a stage of its own and name that
```

->

```dockerfile
ARG TOOLS=acme/tools:3
FROM ${TOOLS} AS tools
FROM alpine
COPY --from=tools /bin/tool /bin/
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph, Model, Reference, Resolution
from dockls.syntax import Blank
from dockls.text import Edit


@graph_rule(severity=Severity.ERROR, theme="variables")
def variable_in_from_flag(graph: Graph) -> Iterator[Finding]:
    """Look at every variable where BuildKit allows none."""
    for reference in graph.references:
        if reference.resolution is not Resolution.VARIABLE:
            continue
        where = "`--from`" if reference.mention.kind == "copy" else "the `from` of a mount"
        message = f"BuildKit expands no variable in {where}; give the image a stage of its own and name that"
        fixes: tuple[Fix, ...] = ()
        names = _variables(reference.mention.text)
        if names and not reference.mention.onbuild and all(name in graph.arguments for name in names):
            fixes = (_fix(reference, _free_name(graph, reference.mention.text, names[0])),)
        yield Finding(reference.mention.place, message, fixes=fixes)


def _variables(text: str) -> list[str]:
    from dockls.semantics.expansion import variables

    return [use.name for use in variables(text)]


def _free_name(graph: Graph, image: str, variable: str) -> str:
    """A stage name made of the image's, or else of the variable's: ``TOOLS_IMAGE`` gives ``tools``."""
    from dockls.semantics.renaming import captured, is_valid_name

    wanted = image.rpartition("/")[2].partition("@")[0].partition(":")[0].lower()
    if not is_valid_name(wanted):
        wanted = variable.lower().removesuffix("_image").strip("_").replace("_", "-")
    wanted = wanted if is_valid_name(wanted) else "image"
    name, number = wanted, 2
    while (
        graph.named(name) is not None
        or name in graph.named_contexts
        or name in ("scratch", "context")
        or any(captured(graph, name, -1))
    ):
        name, number = f"{wanted}-{number}", number + 1
    return name


def _fix(reference: Reference, name: str) -> Fix:
    def changes(model: Model) -> list[Edit] | None:
        alike = [other for other in model.references if _is_alike(model, other, reference)]
        return _aliased(model, alike, name) if reference in alike else None

    return Fix(f"Add a stage `{name}` for the image", changes)


def _is_alike(model: Model, reference: Reference, other: Reference) -> bool:
    """Whether it names the same by the same variable, so that one stage can serve both."""
    if reference.resolution is not Resolution.VARIABLE or reference.mention.onbuild:
        return False
    return reference.mention.text == other.mention.text and _means_the_same(model, reference)


def _aliased(model: Model, references: list[Reference], name: str) -> list[Edit] | None:
    """A stage above the first that needs it, its name in all of them, and numbers that count on."""
    first = model.stages[references[0].source]
    text = references[0].mention.text
    meant = model.graph.named(model.graph.expand(text) or "")
    if meant is not None and meant.number >= first.index:
        return None
    line = f"{edits.keyword(model, 'FROM')} {text} {edits.keyword(model, 'AS')} {name}"
    start = edits.block_span(model, first.declaration).start
    above = model.tree.item_at(start - 1) if start else None
    moved = [
        Edit(model.absolute(other.mention.place), str(other.target + 1))
        for other in model.references
        if other.by_index and other.target is not None and other.target >= first.index
    ]
    return [
        edits.insert_before(model, first.declaration, [line, ""] if isinstance(above, Blank) else [line]),
        *[edits.replace(model, reference.mention.place, name) for reference in references],
        *moved,
    ]


def _means_the_same(model: Model, reference: Reference) -> bool:
    """Whether no ARG or ENV of the stage gives the variables another value than FROM sees."""
    state = model.stages[reference.source].state_before(reference.mention.instruction)
    for name in _variables(reference.mention.text):
        variable = state.variable(name)
        if variable is not None and variable.value != model.graph.arguments.get(name):
            return False
    return True
