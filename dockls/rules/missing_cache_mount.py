r"""An install or build that fetches everything again as soon as its layer is built anew.

A cache mount keeps what the tool has downloaded or compiled between builds, outside of the image: one new dependency
then costs one download. It pays most where many builds run on one builder.

Nothing is said where the RUN has such a mount, where its cache is turned off, cleaned or elsewhere, of users other than
root, and where `# syntax` names a frontend that knows no mounts. Source:
docs.docker.com/build/cache/optimize/#use-cache-mounts.

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
    ^^^^^^ hint: a cache mount of `/root/.npm` would keep the downloads of `npm` between builds
```

->

```dockerfile
FROM node:24
WORKDIR /app
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
from dockls.semantics.cache_mounts import missing_mounts, mounts_are_unknown
from dockls.syntax import Instruction
from dockls.text import Edit


@file_rule(severity=Severity.HINT, theme="cache", group="strict")
def missing_cache_mount(model: Model) -> Iterator[Finding]:
    """Look at every RUN whose tools keep a cache; what is found in a stage is remembered on it."""
    if mounts_are_unknown(model.tree) is not None:
        return
    for stage in model.stages:
        yield from stage.listed(_of_stage)


def _of_stage(stage: Stage) -> Iterator[Finding]:
    for instruction in stage.instructions:
        if instruction.keyword != "RUN":
            continue
        missing = missing_mounts(stage, instruction)
        if missing.folders and missing.reason is None and missing.command is not None:
            folder = missing.folders[0]
            program = missing.command.command.program
            message = f"a cache mount of `{folder}` would keep the downloads of `{program}` between builds"
            fix = Fix("Add cache mounts", partial(_mounted, instruction, missing.folders), safe=False)
            yield Finding(missing.command.place, message, fixes=(fix,))


def _mounted(instruction: Instruction, folders: tuple[str, ...], model: Model) -> Iterable[Edit]:
    return [edits.mount_caches(model, instruction, folders)]
