"""Packages that were installed on a newer glibc than that of the image they run on.

pip and npm compile native modules against the C library that they find, and choose among prebuilt ones those that it
can load. With an older glibc they may fail: “version `GLIBC_2.38' not found”. A tag as `python:3.13-slim` names no
release of Debian and moves on to newer ones, while `distroless/python3-debian12` stays.

Packages without native modules do not care, and most prebuilt ones are made for a much older glibc; therefore this is
for those who ask for strictness. Nothing is said where one of the two versions is not known, where a lock file of npm
tells that no package has a native module, and where the final stage installs packages itself. Of programs that are
linked against a newer glibc `foreign-libc` tells.

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user -r requirements.txt

FROM debian:bookworm-slim
COPY --from=build /root/.local /root/.local
                  ^^^^^^^^^^^^ hint: installed on glibc 2.41, but this image has 2.36: native modules may not load
```

->

```dockerfile
FROM python:3.13-slim-bookworm AS build
RUN pip install --user -r requirements.txt

FROM debian:bookworm-slim
COPY --from=build /root/.local /root/.local
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, version_numbers
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import Handed, are_portable, installing, packages_handed
from dockls.syntax import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts


@linked_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def newer_glibc_in_builder(linked: Linked) -> Iterator[Finding]:
    """Compare the glibc of who installed packages with that of the stage that copies them."""
    known = base_facts(linked.stage)
    if known is None or known.glibc is None or not known.release:
        return
    for handed in packages_handed(linked.stage, linked.stages):
        yield from _of_packages(linked.stages[handed.copy.stage or 0], linked.stage, known, handed)


def _of_packages(origin: Stage, stage: Stage, known: "ImageFacts", handed: Handed) -> Iterator[Finding]:
    built, own = base_facts(origin), known.glibc
    if built is None or built.glibc is None or own is None or version_numbers(built.glibc) <= version_numbers(own):
        return
    install = installing(origin, handed.language)
    if install is None or are_portable(origin, handed.language) or installing(stage, handed.language) is not None:
        return
    message = f"installed on glibc {built.glibc}, but this image has {own}: native modules may not load"
    place = on_first_line(handed.copy.instruction, handed.copy.instruction.words[handed.number].span)
    yield Finding(place, message, (Related(install.place, "installs them"),), _fixes(origin.root, built, known))


def _fixes(origin: Stage, built: "ImageFacts", known: "ImageFacts") -> tuple[Fix, ...]:
    """The image's release of Debian for the builder as well, where its tag names none and such a tag was published."""
    from dockls.knowledge import facts, unpublished

    base = origin.base
    if base is None or base.mention.has_variable or ":" not in base.value or built.release or "@" in base.value:
        return ()
    image = f"{base.value}-{known.release}"
    named = facts(image)
    if named is None or named.glibc != known.glibc or unpublished(image) is not None:
        return ()
    place = Place(origin.declaration, origin.declaration.words[0].span)
    return (Fix(f"Install on `{image}`", edits.replacing(place, image), safe=False),)
