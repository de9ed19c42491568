r"""An install that empties the cache of its package manager behind it.

The layer gets smaller, but everything is downloaded again with the next change of a dependency. A cache mount keeps the
downloads out of the image just as well and lets the next build use them; nothing has to be cleaned then.

Told is the clean-up in the RUN that installs. Nothing is said where that RUN has a cache mount, of users other than
root, and where `# syntax` names a frontend that knows no mounts.

```dockerfile
FROM node:24
COPY package.json package-lock.json ./
RUN npm ci && npm cache clean --force
              ^^^^^^^^^^^^^^^^^^^^^^^ hint: a cache mount keeps the downloads out of the image without losing them
```

->

```dockerfile
FROM node:24
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.cache_mounts import mounts_are_unknown
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.mounts import mounts_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: program -> what empties its cache, and where that is for root; None where it depends on the version
_CLEANING = {
    "npm": (("cache", "clean"), "/root/.npm"), "yarn": (("cache", "clean"), None),
    "pip": (("cache", "purge"), "/root/.cache/pip"), "pip3": (("cache", "purge"), "/root/.cache/pip"),
    "uv": (("cache", "clean"), "/root/.cache/uv"), "bun": (("pm", "cache", "rm"), None),
}  # fmt: skip
_INSTALLING = frozenset(("ci", "install", "i", "add", "sync", "clean-install", "global", "pip"))


@file_rule(severity=Severity.HINT, theme="cache", group="strict")
def cache_cleaned_by_hand(model: Model) -> Iterator[Finding]:
    """Look at every RUN that cleans the cache of a package manager."""
    if mounts_are_unknown(model.tree) is not None:
        return
    for stage in model.stages:
        for run in stage.instructions:
            if run.keyword == "RUN" and " cache " in run.text:
                yield from _of_run(stage, run)


def _of_run(stage: Stage, run: Instruction) -> Iterator[Finding]:
    if (stage.state_before(run).user or "").partition(":")[0] not in ("root", "0"):
        return
    commands = executed_by(stage, run)
    used = {each.command.program for each in commands if _INSTALLING & set(each.words[1:2]) or len(each.words) == 1}
    for number, each in enumerate(commands):
        program = each.command.program
        cleaning, folder = _CLEANING.get(program, ((), None))
        if not cleaning or program not in used or each.operands[: len(cleaning)] != cleaning:
            continue
        if not any(mount.kind == "cache" for mount in mounts_of(run)):
            message = "a cache mount keeps the downloads out of the image without losing them"
            yield Finding(each.place, message, fixes=_fixes(run, commands, number, folder) if folder else ())


def _fixes(run: Instruction, commands: tuple[Executed, ...], number: int, folder: str) -> tuple[Fix, ...]:
    """Leave the clean-up out, and mount a folder instead, where the command hangs on another one by `&&`."""
    each = commands[number]
    if number == 0 or each.command.connector != "&&" or run.heredocs or run.is_json:
        return ()
    start, end = commands[number - 1].place.span.end, each.place.span.end
    between = run.text[start : each.place.span.start].replace(run.escape, " ").split()
    if between != ["&&"] or each.conditional:
        return ()
    return (Fix("Use a cache mount", partial(_kept, run, Span(start, end), folder), safe=False),)


def _kept(run: Instruction, cleaning: Span, folder: str, model: Model) -> Iterable[Edit]:
    removed = Edit(cleaning.shifted(model.start_of(run)), "")
    return [edits.mount_caches(model, run, [folder]), removed]
