"""A base image that nobody maintains any more.

Its tag is no longer rebuilt, so that the image gets no security updates, whatever is found in its packages. Which tags
that are is known from a table with a date of its own; nothing is said of images that are not in it, nor where the image
is chosen by its digest. Of a tag that never existed `unpublished-tag` tells. Sources: endoflife.date, the official
images' library files, the support policies of the distroless images and of .NET.

The fix takes the newest version of the same variant; whether the program runs there is for its tests to say. It is left
out where an image of another name takes its place, and of .NET, whose projects name their version. Packages of Python
and `node_modules` are for one version of the interpreter: stages that share them are upgraded together, and where that
is not possible the fix is left out.

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

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import Handed, interpreter_in, interpreter_of, packages_handed, upgraded
from dockls.syntax import Place
from dockls.text import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import Successor


@stage_rule(severity=Severity.INFORMATION, theme="security")
def outdated_base(stage: Stage) -> Iterator[Finding]:
    """Look up the image of FROM."""
    base = stage.base
    if base is None or base.resolution is not Resolution.IMAGE:
        return
    from dockls.knowledge import newer_python, successor, unpublished

    found = successor(base.value)
    # Of what never existed, `unpublished-tag` tells.
    if found is None or unpublished(base.value) is not None:
        return
    word = stage.declaration.words[0]
    reason = found.reason.partition("; ")[0].partition(", and programs")[0]
    message = f"{reason}, so it gets no security updates"
    handed = _handed(stage, found.image or newer_python(base.value))
    related: tuple[Related, ...] = ()
    if handed is not None:
        message += "; the packages that it takes from another stage have to be for the newer version, too"
        taken = handed.copy.instruction.words[handed.number].span
        related = (Related(Place(handed.copy.instruction, taken), "takes packages"),)
    place = on_first_line(stage.declaration, word.span)
    yield Finding(place, message, related, _fixes(stage, found, handed))


def _handed(stage: Stage, image: str | None) -> Handed | None:
    """Packages from another stage that the newer image cannot use: it has another version of the interpreter."""
    own, newer = interpreter_of(stage), interpreter_in(image)
    if own is None or newer is None or own == newer:
        return None
    return next((handed for handed in packages_handed(stage) if handed.language == own.language), None)


def _fixes(stage: Stage, found: "Successor", handed: Handed | None) -> tuple[Fix, ...]:
    from dockls.knowledge import newer_python

    if found.gone or stage.base is None or stage.base.mention.has_variable:
        return ()
    image = found.image or (newer_python(stage.base.value) if handed is not None else None)
    return () if image is None else (Fix(f"Upgrade to `{image}`", partial(_upgraded, stage, image), safe=False),)


def _upgraded(stage: Stage, image: str, model: Model) -> Iterable[Edit] | None:
    changed = upgraded(model.stages, stage, image)
    return None if changed is None else [edits.replace(model, place, text) for place, text in changed]
