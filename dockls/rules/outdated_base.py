"""A base image that nobody maintains any more.

Its tag is no longer rebuilt, so that the image gets no security updates, whatever is found in its packages. Which tags
that are is known from a table with a date of its own; nothing is said of images that are not in it, nor where the image
is chosen by its digest. Of a tag that never existed `unpublished-tag` tells. Sources: endoflife.date, the official
images' library files, the support policy of the distroless images.

The fix takes the newest version of the same variant; whether the program runs there is for its tests to say. It is left
out where an image of another name takes its place.

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

from dockls import edits
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
    from dockls.knowledge import successor, unpublished

    found = successor(base.value)
    # Of what never existed, `unpublished-tag` tells.
    if found is None or unpublished(base.value) is not None:
        return
    word = stage.declaration.words[0]
    fixes: tuple[Fix, ...] = ()
    if found.image is not None and not found.gone and not base.mention.has_variable:
        replaced = edits.replacing(Place(stage.declaration, word.span), found.image)
        fixes = (Fix(f"Upgrade to `{found.image}`", replaced, safe=False),)
    reason = found.reason.partition("; ")[0].partition(", and programs")[0]
    message = f"{reason}, so it gets no security updates"
    yield Finding(on_first_line(stage.declaration, word.span), message, fixes=fixes)
