"""Packages that were installed for one C library in an image that has another.

Alpine's C library is musl, that of most other images glibc. npm and pip fetch or compile native modules for the one
that they run on; in an image with the other they do not load (“Error loading shared library”, “ImportError”). Packages
without native modules do not care.

If the build context holds a lock file of npm, it tells whether any package has such modules: nothing is said if none
has. Nothing is said either where the stage installs or rebuilds the packages again.

```dockerfile
FROM node:24-alpine AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci

FROM node:24-slim
COPY --from=build /app/node_modules /app/node_modules
                  ^^^^^^^^^^^^^^^^^ info: installed for musl, but this image has glibc: native modules do not load
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import libc_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import Handed, are_portable, installing, packages_handed

_OTHER = {"musl": "glibc", "glibc": "musl"}


@linked_rule(severity=Severity.INFORMATION, theme="compatibility")
def foreign_packages(linked: Linked) -> Iterator[Finding]:
    """Compare the C library of who installed packages with that of the stage that copies them."""
    own = libc_of(linked.stage)
    if own is None or own not in _OTHER:
        return
    for handed in packages_handed(linked.stage, linked.stages):
        origin = linked.stages[handed.copy.stage or 0]
        if libc_of(origin) == _OTHER[own]:
            yield from _of_packages(linked.stage, origin, handed, own)


def _of_packages(stage: Stage, origin: Stage, handed: Handed, own: str) -> Iterator[Finding]:
    install = installing(origin, handed.language)
    if install is None or are_portable(origin, handed.language) or installing(stage, handed.language) is not None:
        return
    message = f"installed for {_OTHER[own]}, but this image has {own}: native modules do not load"
    place = on_first_line(handed.copy.instruction, handed.copy.instruction.words[handed.number].span)
    yield Finding(place, message, (Related(install.place, "installs them"),))
