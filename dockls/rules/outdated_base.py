"""A base image that nobody maintains any more.

Its tag is no longer rebuilt, so that the image gets no security updates, whatever is found in its packages. Which tags
that are is known from a table with a date of its own; nothing is said of images that are not in it, nor where the image
is chosen by its digest. Sources: endoflife.date, the official images' library files.

The fix takes the successor that the refactoring [upgrade-base](../refactorings/upgrade-base.md) takes.

```dockerfile
FROM node:14-alpine
     ^^^^^^^^^^^^^^ info: `node:14-alpine` has not been rebuilt since 2023-05-01, so it gets no security updates
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place


@stage_rule(severity=Severity.INFORMATION, theme="security")
def outdated_base(stage: Stage) -> Iterator[Finding]:
    """Look up the image of FROM."""
    base = stage.base
    if base is None or base.resolution is not Resolution.IMAGE:
        return
    from dockls.knowledge import successor

    found = successor(base.value)
    if found is None:
        return
    word = stage.declaration.words[0]
    fixes: tuple[Fix, ...] = ()
    if found.image is not None and not base.mention.has_variable:
        from dockls.engine.mending import refactored

        fixes = (refactored(f"Upgrade to `{found.image}`", "upgrade-base", Place(stage.declaration, word.span)),)
    reason = found.reason.partition("; ")[0].partition(", and programs")[0]
    message = f"{reason}, so it gets no security updates"
    yield Finding(on_first_line(stage.declaration, word.span), message, fixes=fixes)
