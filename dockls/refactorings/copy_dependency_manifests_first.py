"""Copies the manifests of dependencies first, installs, and only then copies the sources.

The install is then taken from the build cache until a manifest changes. Where the install and the build share a RUN it
is cut between the two, with its mounts on both. A `go build` that downloads on its way gets a `go mod download` of its
own; installs that bring the project in (`poetry install`, `uv sync`, `composer install`) run without it first.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY<|> . .
RUN npm ci && npm run build
CMD ["node", "dist/index.js"]
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
CMD ["node", "dist/index.js"]
```

With a known build context the manifests that exist are named, and read: an install that needs more than them (a
workspace, a package in a folder, an install script) keeps its place.
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.text import Span


@refactoring(title="Copy dependency manifests first", kind="refactor.rewrite.cache", grade="equivalent", improves=20)
def copy_dependency_manifests_first(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a COPY of sources above an install, and on the RUN that installs."""
    instruction = model.instruction_at(selection.start)
    stage = model.stage_at(selection.start)
    if stage is None or instruction is None or instruction.keyword not in ("COPY", "ADD", "RUN"):
        return None
    from dockls.semantics.early_sources import early_sources

    found = early_sources(stage)
    if found is None:
        return None
    places = (found.install.executed.instruction, *[by.instruction for by in found.sources])
    if instruction not in places:
        return None
    if found.obstacle is not None:
        return Refused(f"`{found.command}` cannot go above the sources: {found.obstacle}")
    from dockls.rearranging import manifests_first, manifests_first_assumptions

    assumptions = manifests_first_assumptions(found, stage.context.known)
    return Plan(manifests_first(model, stage, found), assumptions)
