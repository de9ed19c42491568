"""Moves an ARG that is different in every build below the steps that do not use it.

The value of every ARG above a RUN belongs to what BuildKit looks up in its cache, used or not, so that a commit id or a
build date that is declared too early makes each build install everything again. The ARG goes to directly above its
first use, with the LABEL and ENV that take its value; without a use, below the last step.

Names tell what changes with each build: `GIT_COMMIT`, `BUILD_DATE`, `CI_…`, and `VERSION` where its default leaves it
open. Nothing is offered where a step above the use might read the variable from its environment.

```dockerfile
FROM alpine:3.24
ARG GIT_COMMIT<|>
RUN apk add --no-cache curl
COPY app /app
LABEL revision=$GIT_COMMIT
```

->

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache curl
COPY app /app
ARG GIT_COMMIT
LABEL revision=$GIT_COMMIT
```
"""

from dockls.rearranging import lowered
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.early_arguments import early_arguments
from dockls.text import Span


@refactoring(
    title="Move this ARG to where it is used", kind="refactor.move.instruction", grade="equivalent", improves=25
)
def move_volatile_arguments_down(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on an ARG that changes with every build above installs without it."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction.keyword != "ARG":
        return None
    found = next((one for one in early_arguments(stage) if one.place.item is instruction), None)
    if found is None:
        return None
    return Plan(tuple(lowered(model, found.group)), title=f"Move ARG {found.name} to where it is used")
