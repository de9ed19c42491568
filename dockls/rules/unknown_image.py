"""A base image that Docker Hub has no official image of, with a name nearly that of one.

`FROM nodo` pulls `docker.io/library/nodo`, which does not exist: the build fails. A name with a registry or a namespace
may be anything and is not looked at, nor one that a build context of the build provides.
Source of the names: https://github.com/docker-library/official-images.

```dockerfile
FROM pyhton:3.14
     ^^^^^^^^^^^ warning: Docker Hub has no official image `pyhton`; did you mean `python`?
RUN pip install flask
```

->

```dockerfile
FROM python:3.14
RUN pip install flask
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Span


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def unknown_image(stage: Stage) -> Iterator[Finding]:
    """Look for the image of FROM among the official ones."""
    base = stage.base
    if base is None or base.resolution is not Resolution.IMAGE or "/" in base.value:
        return
    from dockls.knowledge import meant_image, official_images, parse_reference
    from dockls.syntax.suggestion import nearest

    reference = parse_reference(base.value)
    known = official_images()
    if reference is None or reference.path in known:
        return
    meant = meant_image(reference.path)
    near = meant or (nearest(reference.path, known) if len(reference.path) > 3 else None)
    if near is None:
        return
    word = stage.declaration.words[0]
    message = f"Docker Hub has no official image `{reference.path}`; did you mean `{near}`?"
    fixes: tuple[Fix, ...] = ()
    if word.text.startswith(reference.path):
        name = Span(word.span.start, word.span.start + len(reference.path))
        fixes = (Fix(f"Write `{near}`", edits.replacing(Place(stage.declaration, name), near), safe=False),)
    yield Finding(on_first_line(stage.declaration, word.span), message, fixes=fixes)
