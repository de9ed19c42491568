"""Puts stages in the order of what needs what, so that every `--from` finds its stage above.

BuildKit refuses to copy from a stage further down. Where more than one stage stands too low, all of them go up, with
their comments and what they need themselves; the others stay where they are, and the last one stays the last. Numbers
of stages in `--from=N` are adjusted.

It is refused where an order does not exist, for stages need each other, and where a FROM would mean another image.

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
FROM alpine:3.24 AS styles
RUN touch /styles.css

FROM alpine:3.24 AS pages
RUN touch /index.html

FROM alpine:3.24 AS site
COPY --from=styles /styles.css /site/
COPY --from=pages /index.html /site/

FROM nginx:1.30-alpine
COPY --from=site /site /usr/share/nginx/html
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Reference, Resolution
from dockls.text import Span, changed_lines


@refactoring(title="Sort stages", kind="refactor.move.stage", grade="preserving")
def sort_stages(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a FROM where several stages stand below one that needs them."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or len({one.target for one in _low(model)}) < 2:
        return None
    after = model
    for _ in model.stages:
        low = _low(after)
        if not low:
            break
        changes = edits.move_stage_up(after, low[0].target or 0, low[0].source)
        if changes is None:
            line = model.tree.line_index.position(model.absolute(_low(model)[0].mention.place).start).line + 1
            return Refused(f"the stage that line {line} needs cannot go up: another line would mean another stage")
        after = after.updated(after.tree.edited(changes))
    if _low(after):
        return Refused("there is no order: stages need each other")
    return Plan(tuple(changed_lines(model.tree.text, after.tree.text)))


def _low(model: Model) -> list[Reference]:
    """The mentions of stages that stand further down, but for FROM, which means an image then."""
    return [one for one in model.references if one.resolution is Resolution.FORWARD and one.mention.kind != "from"]
