"""Packages that only developers need are in the final image.

`npm ci` installs test runners, compilers and linters along with what the program needs; they often are the greater part
of `node_modules`, and their holes are the image's. `--omit=dev` leaves them out, `npm prune --omit=dev` takes them away
after a build.

Looked at is what the stage built by default holds at its end, with what it copies from other stages: of npm, yarn,
pnpm, bun, Composer, Poetry and uv. Nothing is said where a variable such as NODE_ENV leaves them out, where the
manifest is known and names none, where no CMD or ENTRYPOINT is set, and in images for development.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
    ^^^^^^ hint: the final image holds the development dependencies that this installs; `--omit=dev` leaves them out
COPY . .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
CMD ["node", "server.js"]
```
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import variable_of
from dockls.semantics.contract import contract
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import Copy, copy_of, source_path
from dockls.semantics.first_line import on_first_line
from dockls.semantics.stage import joined
from dockls.syntax import Place

#: the folder that holds the packages
_FOLDERS = {
    "npm": "node_modules", "yarn": "node_modules", "pnpm": "node_modules", "bun": "node_modules",
    "composer": "vendor", "poetry": ".venv", "uv": ".venv",
}  # fmt: skip
_OPTIONS = {
    "npm": "--omit=dev", "yarn": "--production", "pnpm": "--prod", "bun": "--production", "composer": "--no-dev",
    "poetry": "--only main", "uv": "--no-dev",
}  # fmt: skip
#: where the word stands in a manifest that names development dependencies
_NAMED = {
    "package.json": ('"devDependencies"',), "composer.json": ('"require-dev"',),
    "pyproject.toml": ("dependency-groups", ".group.", "dev-dependencies"),
}  # fmt: skip
_VARIABLES = (
    "NODE_ENV", "NPM_CONFIG_OMIT", "NPM_CONFIG_PRODUCTION", "npm_config_production", "COMPOSER_NO_DEV", "UV_NO_DEV",
)  # fmt: skip
_NOT_FINAL = ("base", "build")
_DEVELOPMENT_WORDS = frozenset(("ts-node", "tsx", "preview", "test", "jest", "vitest", "pytest", "storybook", "bash"))


class _Kept(NamedTuple):
    """Packages in a stage: the install, its ecosystem, and the place where they got into the stage."""

    command: Executed
    ecosystem: str
    production_command: str | None
    place: Place


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def development_dependencies_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at what the stage that is built by default holds."""
    target = model.target
    if target is None or not any(stage.once(_installs) for stage in model.stages) or not _runs_program(target):
        return
    held: dict[int, dict[str, _Kept]] = {}
    for stage in model.stages:
        held[stage.index] = _held(stage, held)
    told: set[Place] = set()
    for kept in held[target.index].values():
        if kept.place in told or _names_none(target, kept.ecosystem):
            continue
        told.add(kept.place)
        yield _finding(target, kept)


def _installs(stage: Stage) -> bool:
    """Whether the stage installs such packages."""
    from dockls.knowledge import install_command

    installs = [install_command(one.words) for one in executed(stage)]
    return any(one is not None and one.ecosystem in _FOLDERS for one in installs)


def _runs_program(target: Stage) -> bool:
    """Whether the image is one that starts a program and not one for development."""
    from dockls.ecosystems.development import for_development
    from dockls.knowledge import development_command

    promised = contract(target)
    started = promised.entrypoint or promised.command
    words = [word for one in (promised.entrypoint, promised.command) if one is not None for word in one.words]
    if started is None or all(one is None or one.origin is None for one in (promised.entrypoint, promised.command)):
        return False
    name = target.name or ""
    if name.startswith(_NOT_FINAL) or for_development(target) or development_command(" ".join(words).split()):
        return False
    return not _DEVELOPMENT_WORDS & set(" ".join(words).replace(":", " ").split())


def _held(stage: Stage, held: dict[int, dict[str, _Kept]]) -> dict[str, _Kept]:
    """The folders of packages with development dependencies at the end of a stage."""
    found = dict(held.get(stage.parent.index, {})) if stage.parent is not None else {}
    for instruction in stage.instructions:
        if instruction.keyword == "RUN":
            for command in executed_by(stage, instruction):
                _run(stage, command, found)
        elif instruction.keyword in ("COPY", "ADD"):
            copy = copy_of(stage, instruction)
            if copy is not None and copy.stage is not None and copy.destination is not None:
                _copy(copy, copy.destination, held.get(copy.stage, {}), found)
    return found


def _run(stage: Stage, command: Executed, found: dict[str, _Kept]) -> None:
    from dockls.knowledge import install_command

    if command.command.program == "rm" or "prune" in command.words[1:3]:
        words = command.operands if command.command.program == "rm" else _FOLDERS.values()
        removed = [joined(command.directory, word) for word in words]
        for gone in [each for each in found if each in removed]:
            del found[gone]
        return
    install = install_command(command.words)
    if install is None or install.ecosystem not in _FOLDERS or command.conditional:
        return
    path = joined(command.directory, posixpath.join(install.directory or "", _FOLDERS[install.ecosystem]))
    if path is None:
        return
    found.pop(path, None)
    production = install.production or any(variable_of(stage, command, name) for name in _VARIABLES)
    unclear = any("$" in word or word.startswith(("--without", "--only", "--no-group")) for word in command.words)
    if not production and not unclear:
        found[path] = _Kept(command, install.ecosystem, install.production_command, command.place)


def _copy(copy: Copy, destination: str, held: dict[str, _Kept], found: dict[str, _Kept]) -> None:
    for number, source in enumerate(copy.sources):
        path = source_path(source)
        found.pop(destination, None)
        for folder, kept in held.items():
            if folder == path or folder.startswith(path.rstrip("/") + "/"):
                word = copy.instruction.words[number]
                place = on_first_line(copy.instruction, word.span)
                found[posixpath.normpath(destination + folder[len(path.rstrip("/")) :])] = kept._replace(place=place)


def _names_none(stage: Stage, ecosystem: str) -> bool:
    """Whether the manifest in the build context is known and names no development dependencies."""
    others = {"composer": "composer.json", "poetry": "pyproject.toml", "uv": "pyproject.toml"}
    manifest = others.get(ecosystem, "package.json")
    text = stage.context.read(manifest)
    return text is not None and not any(sign in text for sign in _NAMED[manifest])


def _finding(target: Stage, kept: _Kept) -> Finding:
    from dockls.knowledge import build_command

    option = _OPTIONS[kept.ecosystem]
    if kept.place != kept.command.place:
        message = f"this brings development dependencies into the final image; a stage with `{option}` leaves them out"
        return Finding(kept.place, message, (Related(kept.command.place, "installs them"),))
    message = "the final image holds the development dependencies that this installs"
    commands = [command for stage in target.chain for command in executed(stage)]
    if any(build_command(command.words) is not None for command in commands):
        # The build may need them.
        return Finding(kept.place, message + "; only the build can need them")
    text = kept.production_command
    fixes = () if text is None else (Fix("Leave them out", edits.replacing(kept.place, text), safe=False),)
    return Finding(kept.place, f"{message}; `{option}` leaves them out", fixes=fixes)
