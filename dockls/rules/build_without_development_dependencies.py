"""A build whose tools were left out of the install.

`npm ci --omit=dev` installs what the program needs where it runs. Compilers and bundlers (TypeScript, Vite, webpack)
are development dependencies in nearly every project: `npm run build` then ends with “tsc: not found”. Install all of
them for the build, and those for production in a stage of their own, or `npm prune --omit=dev` afterwards.

Nothing is said where any install of the stage, or of those that it starts from, brings everything, and where the build
context has a package.json without development dependencies.

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
RUN npm run build
    ^^^^^^^^^^^^^ warning: `npm run build` needs development dependencies, which `npm ci --omit=dev` left out
```
"""

import json
from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed

_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun"))
#: the script's name may follow at once with all but npm
_BUILDS = (("npm", "run", "build"), ("yarn", "build"), ("yarn", "run", "build"), ("pnpm", "build"),
           ("pnpm", "run", "build"), ("bun", "run", "build"), ("tsc",), ("npx", "tsc"), ("vite", "build"),
           ("npx", "vite", "build"), ("npx", "webpack"), ("npx", "ng", "build"))  # fmt: skip


@stage_rule(severity=Severity.WARNING, theme="files")
def build_without_development_dependencies(stage: Stage) -> Iterator[Finding]:
    """Look for a build in a stage all of whose installs were for production."""
    build = next((one for one in executed(stage) if any(one.words[: len(each)] == each for each in _BUILDS)), None)
    if build is None or _has_no_tools(stage):
        return
    last = _only_production(stage, build)
    if last is not None:
        message = f"`{_shown(build)}` needs development dependencies, which `{_shown(last)}` left out"
        yield Finding(build.place, message, (Related(last.place, "leaves them out"),))


def _only_production(stage: Stage, build: Executed) -> Executed | None:
    """The last install before the build, if every one of them leaves development dependencies out."""
    from dockls.knowledge import install_command

    found: Executed | None = None
    for each in reversed(stage.chain):
        for command in executed(each):
            if command is build:
                return found
            if command.command.program not in _MANAGERS:
                continue
            install = install_command(command.words)
            adds = {"install", "i", "add"} & {*command.words[1:3]}
            if (install is None and not adds) or command.conditional:
                continue
            if install is None or not install.production or "-D" in command.words:
                return None
            found = command
    return found


def _has_no_tools(stage: Stage) -> bool:
    """Whether a package.json tells that there are no development dependencies, or cannot be read."""
    text = stage.context.read("package.json") if stage.context.known else None
    if text is None:
        return False
    try:
        manifest = json.loads(text)
    except ValueError:
        return True
    return not isinstance(manifest, dict) or not manifest.get("devDependencies")


def _shown(command: Executed) -> str:
    return " ".join(command.words[:4])
