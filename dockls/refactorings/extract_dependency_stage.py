"""Installs the dependencies of the last stage in a stage of its own, and copies them from there.

Where the last stage installs its own dependencies (`npm ci --omit=dev`), the package manager's cache and whatever else
the installation leaves stay in the image, and it waits for the builder. A stage `prod-deps` on the same image runs at
the same time as the builder and hands on nothing but the folder of the packages. The setting `name` asks for another
name.

It is offered for npm, yarn, pnpm, bun and Composer, whose packages lie in a folder of the project. It is refused where
the RUN does something else, too, and where files have come into the folder before.

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev<|>
COPY --from=build /app/dist ./dist
CMD ["node", "dist/server.js"]
```

->

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim AS prod-deps
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev

FROM node:24-slim
WORKDIR /app
COPY package*.json ./
COPY --from=prod-deps /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
CMD ["node", "dist/server.js"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.semantics.files import copies_of
from dockls.semantics.renaming import numbered_name, unusable
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_ABOVE = frozenset(("WORKDIR", "COPY", "ENV", "ARG", "LABEL", "EXPOSE", "SHELL"))
_TIDYING = frozenset(("rm", "set", "true", "echo"))


@refactoring(title="Extract dependency stage", kind="refactor.extract.stage", grade="equivalent", settings=("name",))
def extract_dependency_stage(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on the RUN of a later stage that installs its dependencies."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or stage.index == 0 or run not in stage.instructions:
        return None
    folder = _folder(stage, run)
    if folder is None or stage.parent is not None or not stage.declaration.words:
        return None
    reason = (unusable(model, name) if name else None) or _reason(stage, run)
    if reason is not None:
        return Refused(reason)
    wanted = name or ("prod-deps" if unusable(model, "prod-deps") is None else numbered_name(model, "prod-deps"))
    changes = _edits(model, stage, run, folder, wanted)
    return Plan(changes, ("nothing but the packages is needed of what the installation makes",))


def _folder(stage: Stage, run: Instruction) -> str | None:
    """Where the RUN installs, seen from the working directory; None if it installs nothing that lies there."""
    from dockls.knowledge import install_command, installed_folder

    for command in executed_by(stage, run):
        install = install_command(list(command.words))
        folder = None if install is None else installed_folder(install.ecosystem)
        if folder is not None and install is not None and install.directory is None:
            same = command.directory == stage.final_state.workdir
            return folder if same and folder in ("node_modules", "vendor") else None
    return None


def _reason(stage: Stage, run: Instruction) -> str | None:
    from dockls.knowledge import install_command

    for command in executed_by(stage, run):
        tidies = command.words[0] in _TIDYING or {"cache", "clear-cache"} & set(command.words)
        if install_command(list(command.words)) is None and not tidies:
            return f"`{' '.join(command.words[:3])}` does more than to install"
    above = stage.instructions[: stage.instructions.index(run)]
    for instruction in above:
        if instruction.keyword not in _ABOVE:
            return f"{instruction.keyword} above the installation may be needed by it"
    for copy in copies_of(stage):
        if copy.instruction in above and (copy.stage is not None or copy.from_image):
            return "files of another stage come before the installation"
    return None


def _edits(model: Model, stage: Stage, run: Instruction, folder: str, name: str) -> tuple[Edit, ...]:
    declaration = stage.declaration
    flags = [flag.text for flag in declaration.flags]
    head = " ".join([edits.keyword(model, "FROM"), *flags, declaration.words[0].text, edits.keyword(model, "AS"), name])
    above = stage.instructions[: stage.instructions.index(run) + 1]
    kept = [one for one in above if one.keyword not in ("LABEL", "EXPOSE")]
    body = "".join([edits.source(model, instruction) for instruction in kept])
    start = edits.block_span(model, declaration).start
    workdir = (stage.final_state.workdir or "").rstrip("/")
    line = f"{edits.keyword(model, 'COPY')} --from={name} {workdir}/{folder} ./{folder}"
    text = edits.lines(model, [head]) + body + edits.line_ending(model)
    return (
        Edit(Span(start, start), text),
        *edits.counted_on(model, stage.index),
        Edit(edits.block_span(model, run), edits.lines(model, [line])),
    )
