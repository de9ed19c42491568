r"""Keeps what tools download and compile from one build to the next.

A step that runs again starts from nothing, though most packages are those of the last time. A cache mount keeps the
folder in which the tool puts them; it is no part of the image, which gets smaller by it. Known are the caches of npm,
pnpm, pip, uv and the compiler of Go: those without which a later step does as well.

It is refused where the tool is told not to use a cache or cleans it, where a variable puts it elsewhere, where another
user than root runs the step, to whom the folder of a mount does not belong, and where `# syntax` asks for a frontend
that knows no mounts. Caches of the builder stay on its machine: a pipeline that starts on a fresh one gains nothing.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN <|>npm ci
COPY . .
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci
COPY . .
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.cache_mounts import missing_mounts, mounts_are_unknown
from dockls.syntax import Instruction
from dockls.text import Span


@refactoring(title="Add cache mounts", kind="refactor.rewrite.cache", grade="equivalent")
def add_cache_mounts(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN of a tool whose cache is known."""
    instruction, stage = model.instruction_at(selection.start), model.stage_at(selection.start)
    if instruction is None or stage is None or instruction.keyword != "RUN" or instruction not in stage.instructions:
        return None
    missing = missing_mounts(stage, instruction)
    if not missing.folders:
        return None if missing.reason is None else Refused(missing.reason)
    reason = missing.reason or mounts_are_unknown(model.tree)
    return Refused(reason) if reason is not None else _plan(model, instruction, missing.folders)


def _plan(model: Model, instruction: Instruction, folders: tuple[str, ...]) -> Plan:
    shown = ", ".join([f"`{folder}`" for folder in folders])
    return Plan((edits.mount_caches(model, instruction, folders),), title=f"Add cache mounts for {shown}")
