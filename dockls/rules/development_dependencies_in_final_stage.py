"""The finished image holds packages that only the build or the tests need.

Compilers, bundlers and test frameworks make up most of `node_modules`: they cost space, time to pull, and reports of
vulnerabilities in code that never runs. Install with `--omit=dev` where the program runs, or prune before the folder is
copied.

Told are `node_modules` of the stage that is built by default, installed there or copied from another stage, if nothing
leaves the development dependencies out. Nothing is said of a stage whose name speaks of development or tests, where the
build context has a package.json without development dependencies, and where CMD starts a tool for development.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
    ^^^^^^ hint: this brings development dependencies into the final image; `npm ci --omit=dev` leaves them out
COPY src ./src
CMD ["node", "src/index.js"]
```
"""

import json
import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.semantics.first_line import on_first_line

_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun"))
_DEVELOPMENT = ("dev", "test", "debug", "lint", "ci", "build", "storybook")
_TOOLS = frozenset(("nodemon", "ts-node", "tsx", "vite", "jest", "vitest", "webpack", "ng", "dev", "start:dev", "test"))


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def development_dependencies_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at the installs of the finished image, then at the folders that it takes from other stages."""
    target = model.target
    if target is None or _is_for_development(target) or _has_none(target):
        return
    install = _install(target)
    if install is not None:
        yield Finding(install.place, f"this brings development dependencies into the final image; {_advice(install)}")
        return
    for copy in copies_of(target):
        names = [posixpath.basename(source.rstrip("/")) for source in copy.sources]
        if copy.stage is None or copy.stage >= target.index or "node_modules" not in names:
            continue
        install = _install(model.stages[copy.stage])
        if install is not None:
            word = copy.instruction.words[names.index("node_modules")]
            related = (Related(install.place, "installs them"),)
            message = "this brings development dependencies into the final image; prune them before"
            yield Finding(on_first_line(copy.instruction, word.span), message, related)


def _advice(install: Executed) -> str:
    from dockls.knowledge import install_command

    found = install_command(install.words)
    shorter = found.production_command if found is not None else None
    return f"`{shorter}` leaves them out" if shorter else "leave them out where the program runs"


def _is_for_development(stage: Stage) -> bool:
    promised = contract(stage)
    words = [word for one in (promised.entrypoint, promised.command) if one is not None for word in one.words]
    return any(word in (stage.name or "") for word in _DEVELOPMENT) or bool(_TOOLS & {*words}) or not words


def _install(stage: Stage) -> Executed | None:
    """The last install along the FROM chain that brings everything, unless a later command prunes."""
    from dockls.knowledge import install_command

    found: Executed | None = None
    for each in reversed(stage.chain):
        for command in executed(each):
            if command.command.program not in _MANAGERS:
                continue
            install = install_command(command.words)
            if "prune" in command.words or (install is not None and install.production):
                found = None
            elif install is not None and not _is_production(each, command):
                found = command
    return found


def _is_production(stage: Stage, command: Executed) -> bool:
    """Whether NODE_ENV says so, which npm and the older yarn read; whatever names `dev` speaks of such packages."""
    if any("NODE_ENV" in word.text or "omit" in word.text for word in command.command.assignments):
        return True
    state = stage.state_before(command.instruction)
    return state.lookup("NODE_ENV") == "production" or any("omit" in word for word in command.words)


def _has_none(stage: Stage) -> bool:
    text = stage.context.read("package.json") if stage.context.known else None
    if text is None:
        return False
    try:
        manifest = json.loads(text)
    except ValueError:
        return True
    return not isinstance(manifest, dict) or not manifest.get("devDependencies")
