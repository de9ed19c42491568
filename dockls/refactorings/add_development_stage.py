"""Adds a stage that starts the program for development, on top of the one that builds.

It has the sources, the compilers and the development dependencies of the builder, and starts the tool's development
server or watcher (`npm run dev`, `dotnet watch run`, `mix phx.server`). Compose asks for it by `target:` and mounts or
syncs the sources over it; an ordinary build does not need it, so the image that is built by default stays the same.

The command is the custom of the builder's tool; the setting `command` asks for another one, `name` for another name of
the stage. It is refused where a package.json that is known has no such script.

```dockerfile
FROM node:24 AS build<|>
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build

FROM nginx:1.30-alpine
COPY --from=build /app/dist /usr/share/nginx/html
```

->

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci
RUN npm run build

FROM build AS dev
CMD ["npm", "run", "dev"]

FROM nginx:1.30-alpine
COPY --from=build /app/dist /usr/share/nginx/html
```
"""

import json
import shlex

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.renaming import unusable
from dockls.semantics.stage_purpose import brings_sources, ecosystem_of
from dockls.text import Span


@refactoring(
    title="Add a development stage", kind="refactor.extract.stage", grade="preserving", settings=("command", "name")
)
def add_development_stage(model: Model, selection: Span, command: str = "", name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of a named stage that builds or installs, and is not the last one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or stage.name is None:
        return None
    if any((node.name or "").startswith("dev") for node in model.graph.nodes) and not name:
        return None
    words = _words(stage, command)
    if words is None or not brings_sources(stage):
        return None
    wanted = name or "dev"
    reason = unusable(model, wanted) or (None if command else _missing_script(stage, words))
    if reason is not None:
        return Refused(reason)
    following = model.stages[stage.index + 1]
    head = f"{edits.keyword(model, 'FROM')} {stage.name} {edits.keyword(model, 'AS')} {wanted}"
    lines = [head, f"{edits.keyword(model, 'CMD')} {json.dumps(words, ensure_ascii=False)}", ""]
    added = edits.insert_before(model, following.declaration, lines)
    shown = shlex.join(words)
    assumed = () if command else (f"`{shown}` starts the program for development",)
    return Plan((added, *edits.counted_on(model, following.index)), assumed, f"Add a development stage ({shown})")


def _words(stage: Stage, command: str) -> tuple[str, ...] | None:
    from dockls.knowledge import development_server

    if command:
        return tuple(command.split())
    ecosystem = ecosystem_of(stage)
    return None if ecosystem is None else development_server(ecosystem)


def _missing_script(stage: Stage, words: tuple[str, ...]) -> str | None:
    if words[-1] != "dev" or not stage.context.known:
        return None
    text = stage.context.read("package.json")
    return "package.json has no script `dev`" if text is not None and '"dev"' not in text else None
