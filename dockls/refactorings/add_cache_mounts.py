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
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.mounts import mounts_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_HOME = "/root"
#: frontends that know no mounts (github.com/moby/buildkit, docs of the Dockerfile frontend: RUN --mount came with 1.2)
_OLD = ("1.0", "1.1", "1.0-experimental", "experimental")


@refactoring(title="Add cache mounts", kind="refactor.rewrite.cache", grade="equivalent")
def add_cache_mounts(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN of a tool whose cache is known."""
    instruction, stage = model.instruction_at(selection.start), model.stage_at(selection.start)
    if instruction is None or stage is None or instruction.keyword != "RUN" or instruction not in stage.instructions:
        return None
    from dockls.knowledge.cache_folders import cache_folder

    mounted = [mount.target.rstrip("/") for mount in mounts_of(instruction) if mount.target]
    folders: list[str] = []
    reasons: list[str] = []
    for command in executed_by(stage, instruction):
        cache = cache_folder(command.words)
        if cache is None:
            continue
        target = f"{_HOME}/{cache.folder}"
        if any(target == folder or target.startswith(f"{folder}/") for folder in mounted):
            continue
        reason = _turned_off(stage, instruction, command, cache.off_flags, cache.off_variables)
        reason = reason or _elsewhere(stage, instruction, cache.moved_by)
        reason = reason or _cleaned(stage, instruction, cache.program, cache.cleaned_by, target)
        if reason is not None:
            reasons.append(reason)
        elif target not in folders:
            folders.append(target)
    if not folders:
        return Refused(reasons[0]) if reasons else None
    reason = _not_possible(model, stage, instruction)
    return Refused(reason) if reason is not None else _plan(model, instruction, folders)


def _plan(model: Model, instruction: Instruction, folders: list[str]) -> Plan:
    start = model.start_of(instruction) + instruction.body_span.start
    ending = f" {instruction.escape}{edits.line_ending(model)}    "
    mounts = ending.join([f"--mount=type=cache,target={folder}" for folder in folders])
    shown = ", ".join([f"`{folder}`" for folder in folders])
    return Plan((Edit(Span(start, start), mounts + ending),), title=f"Add cache mounts for {shown}")


def _turned_off(
    stage: Stage, instruction: Instruction, command: Executed, flags: tuple[str, ...], variables: tuple[str, ...]
) -> str | None:
    for word in command.words:
        if word.partition("=")[0] in flags:
            return f"`{word}` keeps `{command.words[0]}` from using its cache"
    state = stage.state_before(instruction)
    for name in variables:
        if state.lookup(name) or any(one.text.startswith(f"{name}=") for one in command.command.assignments):
            return f"`{name}` keeps `{command.words[0]}` from using its cache"
    return None


def _elsewhere(stage: Stage, instruction: Instruction, variables: tuple[str, ...]) -> str | None:
    state = stage.state_before(instruction)
    for name in (*variables, "HOME"):
        if state.lookup(name) or f"{name}=" in instruction.text:
            return f"`{name}` puts the cache elsewhere"
    return None


def _cleaned(
    stage: Stage, instruction: Instruction, program: str, cleaning: tuple[str, ...], target: str
) -> str | None:
    for command in executed_by(stage, instruction):
        words = command.words
        if words[0].rpartition("/")[2] == program and words[1:2] and words[1] in cleaning:
            return f"`{' '.join(words)}` cleans the cache"
        if command.command.program == "rm" and any(target.startswith(_absolute(word)) for word in words[1:]):
            return f"`{' '.join(words)}` deletes the cache, which it cannot where it is mounted"
    return None


def _absolute(word: str) -> str:
    """A path that a word names, without what the shell adds; for an option what no path begins with."""
    if word.startswith("-"):
        return "-"
    return word.replace("~", _HOME, 1).replace("$HOME", _HOME).removesuffix("/*").rstrip("/") or "/"


def _not_possible(model: Model, stage: Stage, instruction: Instruction) -> str | None:
    user = stage.state_before(instruction).user
    if user is None:
        return "which user runs this step is not known"
    if user.partition(":")[0] not in ("root", "0"):
        return f"`{user}` runs this step, to whom the folder of the mount would not belong"
    if instruction.heredocs:
        return "the script of this RUN may do more with its cache than can be told"
    syntax = model.tree.directives.get("syntax", "")
    return f"`# syntax={syntax}` knows no mounts" if syntax.rpartition(":")[2] in _OLD else None
