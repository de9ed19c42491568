"""Puts stages in the order of what needs what, so that every `--from` finds its stage above.

BuildKit refuses to copy from a stage further down, and a FROM that names one means an image of that name. Where more
than one stage stands too low, all of them go up to just above the first one that needs them, with their comments and
what they need themselves. They keep their order among each other, the others stay where they are, and the last one
stays the last. Numbers of stages in `--from=N` are adjusted. Where a single stage stands too low, moving that one up
does the same.

A FROM counts if its name is hardly that of an image; what is built changes then. It is refused where there is no order,
for stages need each other or the last one, where another FROM would mean another image, and where a file of the
workspace builds a stage by its number.

```dockerfile
FROM alpine:3.24 AS site<|>
COPY --from=styles /styles.css /site/
COPY --from=pages /index.html /site/

FROM alpine:3.24 AS pages
RUN touch /index.html

FROM alpine:3.24 AS styles
RUN touch /styles.css

FROM nginx:1.30-alpine
COPY --from=site /site /usr/share/nginx/html
```

->

```dockerfile
FROM alpine:3.24 AS pages
RUN touch /index.html

FROM alpine:3.24 AS styles
RUN touch /styles.css

FROM alpine:3.24 AS site
COPY --from=styles /styles.css /site/
COPY --from=pages /index.html /site/

FROM nginx:1.30-alpine
COPY --from=site /site /usr/share/nginx/html
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Reference, Resolution, sorted_by_need, why_not_lifted
from dockls.semantics.outside import built_by_number
from dockls.semantics.renaming import line_of
from dockls.text import Span, changed_lines

#: what may come from a base
_INHERITED = frozenset(
    (
        *("base", "entrypoint", "command", "user", "workdir", "environment", "ports", "volumes", "labels"),
        *("healthcheck", "stop_signal", "shell"),
    )
)


#: a file with more mentions of lower stages gets a shorter answer
_MOST_ASKED = 20


@refactoring(title="Sort stages", kind="refactor.move.stage", grade="preserving")
def sort_stages(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a FROM where several stages stand below one that needs them."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration:
        return None
    low = _low(model)
    if len({one.target for one in low}) < 2:
        return None
    counted = built_by_number(model, min(one.source for one in low))
    if counted is not None:
        return Refused(counted)
    bases = [one for one in low if one.mention.kind == "from"]
    after = _sorted(model, bases)
    if after is None:
        return Refused(_reason(model, low) or "another line would then mean a different stage")
    if _low(after):
        return Refused(_reason(model, low) or "there is no order: stages need each other")
    lines = tuple(changed_lines(model.tree.text, after.tree.text))
    if not bases:
        return Plan(lines)
    names = sorted({one.value for one in bases})
    return Plan(lines, tuple([f"`FROM {name}` means the stage" for name in names]), None, _INHERITED, "changing")


def _low(model: Model) -> list[Reference]:
    """The mentions of stages that stand further down; of FROM only what is hardly meant for an image."""
    found = [one for one in model.references if one.resolution is Resolution.FORWARD and one.target != one.source]
    if not any(one.mention.kind == "from" for one in found):
        return found
    from dockls.knowledge import is_plausible_image

    return [one for one in found if one.mention.kind != "from" or not is_plausible_image(one.value)]


def _sorted(model: Model, bases: list[Reference]) -> Model | None:
    """The model with the stages in order, those of one name as they were; None if it would mean something else."""
    order = sorted_by_need(model.graph, bases)
    latest: dict[str, int] = {}
    for number in order:
        name = model.graph.nodes[number].name
        if name is not None:
            if number < latest.get(name, number):
                return None
            latest[name] = number
    changes = edits.reorder_stages(model, order, frozenset(one.source for one in bases))
    return None if changes is None else model.updated(model.tree.edited(changes))


def _reason(model: Model, low: list[Reference]) -> str | None:
    """Why a stage that stands too low must stay there; None if that is not it."""
    for reference in low[:_MOST_ASKED]:
        assert reference.target is not None
        reason = why_not_lifted(model.graph, reference.target, reference.source)
        if reason is not None:
            return f"{reason} (line {line_of(model, reference.mention.place)})"
    return None
