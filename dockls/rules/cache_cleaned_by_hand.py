"""A cache of a package manager is cleaned where a cache mount would serve.

`npm cache clean --force` keeps the downloads out of the layer, but throws them away: the next install fetches all of
them again. With `RUN --mount=type=cache,target=/root/.npm` the cache never is in the layer, and the next build has it.

```dockerfile
FROM node:24
COPY package.json package-lock.json ./
RUN npm ci && npm cache clean --force
              ^^^^^^^^^^^^^^^^^^^^^^^ hint: the next install fetches everything again; a cache mount needs no cleaning
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import executed

_CLEANING = (
    ("npm", "cache", "clean"),
    ("yarn", "cache", "clean"),
    ("pnpm", "store", "prune"),
    ("pip", "cache", "purge"),
    ("pip3", "cache", "purge"),
    ("composer", "clear-cache"),
    ("go", "clean", "-modcache"),
)


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def cache_cleaned_by_hand(stage: Stage) -> Iterator[Finding]:
    """Look for commands that empty a cache, in RUNs without a mount."""
    for command in executed(stage):
        cleans = any(command.words[: len(one)] == one for one in _CLEANING)
        if cleans and not any(flag.name == "mount" for flag in command.instruction.flags):
            message = "the next install fetches everything again; a cache mount needs no cleaning"
            yield Finding(command.place, message)
