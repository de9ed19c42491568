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

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import libc_of
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line

#: names of folders that hold packages, and who fills them
_FOLDERS = {
    "node_modules": ("npm", "yarn", "pnpm", "bun"),
    **dict.fromkeys((".local", "venv", ".venv", "site-packages", "dist-packages"), ("pip", "pip3", "uv", "poetry")),
}
_OTHER = {"musl": "glibc", "glibc": "musl"}
#: what a lock file of npm says of packages with a native module: prebuilt ones name their C library
_NATIVE = ('"hasInstallScript": true', '"libc": [')


@linked_rule(severity=Severity.INFORMATION, theme="compatibility")
def foreign_packages(linked: Linked) -> Iterator[Finding]:
    """Compare the C library of who installed packages with that of the stage that copies them."""
    copies = [copy for copy in copies_of(linked.stage) if copy.stage is not None]
    if not copies or (own := libc_of(linked.stage)) not in _OTHER:
        return
    for copy in copies:
        assert copy.stage is not None
        source_stage = linked.stages[copy.stage]
        if libc_of(source_stage) == _OTHER[own]:
            yield from _of_copy(linked.stage, source_stage, copy, own)


def _of_copy(stage: Stage, source_stage: Stage, copy: Copy, own: str) -> Iterator[Finding]:
    for number, source in enumerate(copy.sources):
        tools = _FOLDERS.get(posixpath.basename(source.rstrip("/")))
        install = _install(source_stage, tools) if tools is not None else None
        if install is None or tools is None or _is_portable(source_stage, tools) or _install(stage, tools) is not None:
            continue
        message = f"installed for {_OTHER[own]}, but this image has {own}: native modules do not load"
        place = on_first_line(copy.instruction, copy.instruction.words[number].span)
        yield Finding(place, message, (Related(install.place, "installs them"),))


def _install(stage: Stage, tools: tuple[str, ...]) -> Executed | None:
    """The last command of a stage, or of those that it starts from, that installs or builds packages there."""
    for each in stage.chain:
        for command in reversed(executed(each)):
            if command.command.program in tools and {"install", "ci", "i", "add", "rebuild", "sync"} & {*command.words}:
                return command
    return None


def _is_portable(stage: Stage, tools: tuple[str, ...]) -> bool:
    """Whether a lock file tells that no package has a native module."""
    text = stage.context.read("package-lock.json") if stage.context.known and "npm" in tools else None
    return text is not None and '"packages"' in text and not any(word in text for word in _NATIVE)
