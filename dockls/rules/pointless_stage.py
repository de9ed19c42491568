"""A stage on the same image as the last one, in which nothing is built.

A stage of its own leaves a compiler, sources or development packages behind. Where it has none of them, and what it
installs is copied to the same image, only the package manager's cache is saved, which a flag (`pip --no-cache-dir`) or
a cache mount does as well: the file can say the same in one stage, or the last stage can start from a smaller image.

It is told of the only stage that the last one needs, if it does nothing but install packages for an interpreter.
Nothing is said where it installs packages of the distribution or runs anything else, where it is given a secret or an
argument that should not be in the final image, where another stage stands beside it, as `prod-deps` does beside a
builder, and where something outside builds it.

```dockerfile
FROM node:24-alpine AS builder
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: stage `builder` builds nothing and starts from the image of the last stage
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev

FROM node:24-alpine
WORKDIR /app
COPY --from=builder /app/node_modules ./node_modules
COPY . .
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place

#: commands beside an installation that build nothing and leave nothing that one would like to be without
_PLAIN = frozenset(("mkdir", "cd", "set", "ls", "echo", "chmod", "chown", "rm", "mv", "cp", "true", "corepack"))
_KEYWORDS = frozenset(("COPY", "RUN", "WORKDIR", "ENV", "LABEL", "USER", "SHELL"))
#: subcommands of package managers that tidy, or that set them up
_TIDYING = frozenset(("cache", "config", "prune", "--version", "-V", "venv"))


@file_rule(severity=Severity.HINT, theme="stages", group="strict")
def pointless_stage(model: Model) -> Iterator[Finding]:
    """Look at the stage that the last one takes its files from."""
    last = model.target
    if last is None or last.index == 0:
        return
    taken = {one.target for one in last.references if one.resolution is Resolution.STAGE and one.target is not None}
    if len(taken) != 1:
        return
    stage = model.stages[taken.pop()]
    below = {each.index for each in last.chain}
    own = [each for each in stage.chain if each.index not in below]
    if not own or stage.base_image is None or stage.base_image != last.base_image or _is_wanted(model, last, own):
        return
    if all(_builds_nothing(each) for each in own) and any(_installs(each) for each in own):
        head = on_first_line(stage.declaration, stage.declaration.head_span)
        message = f"stage {stage.title} builds nothing and starts from the image of the last stage"
        related = Place(last.declaration, last.declaration.head_span)
        yield Finding(head, message, (Related(related, "the last stage"),))


def _is_wanted(model: Model, last: Stage, own: list[Stage]) -> bool:
    """Whether another stage or something outside uses these stages, or the last one needs others, too."""
    numbers = {each.index for each in own}
    if any(each.name in model.graph.target_names for each in own):
        return True
    users = {one.source for number in numbers for one in model.graph.dependents[number]} - numbers
    needed = model.graph.reachable(last.index) - numbers - {each.index for each in last.chain}
    return users != {last.index} or bool(needed)


def _builds_nothing(stage: Stage) -> bool:
    """Whether every step of a stage is known to install by a manifest, to copy, or to do something plain."""
    known = all(one.keyword in _KEYWORDS for one in stage.instructions)
    return known and all(_is_plain(stage, one) for one in stage.instructions if one.keyword == "RUN")


def _is_plain(stage: Stage, run: Instruction) -> bool:
    from dockls.semantics.execution import executed_by

    commands = executed_by(stage, run)
    if not commands or any("secret" in (flag.value or "") or "ssh" in (flag.value or "") for flag in run.flags):
        return False
    return all(
        command.command.program in _PLAIN or _is_install(command.words) or _TIDYING & set(command.words)
        for command in commands
    )


def _installs(stage: Stage) -> bool:
    from dockls.semantics.execution import executed

    return any(_is_install(command.words) for command in executed(stage))


def _is_install(words: tuple[str, ...]) -> bool:
    """Whether a command installs what an interpreter runs, from a manifest or by name."""
    from dockls.knowledge import install_command

    install = install_command(words)
    if install is not None:
        return install.ecosystem in _INTERPRETED
    return words[0] in _MANAGERS and bool({"install", "add"} & set(words[1:3]))


#: ecosystems whose installation is what runs later; others only fetch what a build needs
_INTERPRETED = frozenset(("npm", "yarn", "pnpm", "bun", "pip", "uv", "poetry", "pipenv", "pdm", "composer", "bundler"))
_MANAGERS = frozenset(("npm", "pip", "pip3", "gem", "uv"))
