"""Does all that makes the file better for everybody, in one plan.

The steps are refactorings of their own, carried out one after the other in a fixed order: what COPY can do is no longer
done by ADD, manifests are copied before the sources so that an edit does not install everything again, what builds the
program is taken out of the image that runs it, and stages get names in place of numbers. Each step is checked as if it
were done alone, and the assumptions of all are listed with the step that they belong to.

A step that is not wanted is left out by the setting `without`, which takes the names of refactorings with commas
between. It is not offered where none of the steps has anything to do.

```dockerfile
FROM golang:1.25<|>
WORKDIR /app
ADD . .
RUN go mod download
RUN CGO_ENABLED=0 go build -o /server .
CMD ["/server"]
```

->

```dockerfile
FROM golang:1.25 AS builder
WORKDIR /app
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian13
WORKDIR /app
COPY --from=builder /server /server
CMD ["/server"]
```
"""

from dockls.engine import Performed
from dockls.engine.improving import improved, improving
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.text import Span, changed_lines


@refactoring(
    title="Optimize this Dockerfile", kind="refactor.rewrite.multistage", grade="equivalent", settings=("without",)
)
def optimize_dockerfile(model: Model, selection: Span, without: str = "") -> Plan | Refused | None:
    """Offered on the first FROM and on the last one."""
    ends = (model.stages[0].declaration, model.stages[-1].declaration) if model.stages else ()
    if not any(model.instruction_at(selection.start) is declaration for declaration in ends):
        return None
    left_out = [name.strip() for name in without.split(",") if name.strip()]
    names = [room.name for room in improving()]
    for name in left_out:
        if name not in names:
            return Refused(f"`{name}` is no step of it (its steps are {', '.join(names)})")
    steps, after = improved(model, left_out)
    if not steps:
        return None
    count = "1 step" if len(steps) == 1 else f"{len(steps)} steps"
    return Plan(
        tuple(changed_lines(model.tree.text, after.tree.text)),
        tuple([sentence for number, step in enumerate(steps, 1) for sentence in _told(number, step)]),
        f"Optimize this Dockerfile ({count})",
        frozenset().union(*[step.changes for step in steps]),
        "preserving" if all(step.grade == "preserving" for step in steps) else None,
    )


def _told(number: int, step: Performed) -> tuple[str, ...]:
    return (f"step {number}: {step.title}", *[f"step {number}: {one}" for one in step.assumptions])
