"""A stage installs the dependencies that a stage it takes files from has installed.

They are resolved and downloaded twice, and what the second installation leaves besides, such as the package manager's
cache, is in the image. A stage that does nothing but install what the program needs runs at the same time as the
builder and hands on one folder; where development packages are all that differs, the builder can also remove them
(`npm prune --omit=dev`) and hand on the rest.

It is told where both install by the same tool from the same manifest of the build context on the same image, or on
another variant of it. Where the C library is another one the second installation is right as things stand, for packages
may hold what is compiled; on one variant it could be left out. Nothing is said where the RUN has a cache mount, which
keeps the downloads, and of stages that take nothing from each other: `deps` and `prod-deps` side by side are the
remedy.

```dockerfile
FROM node:24-alpine AS build
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-alpine
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
    ^^^^^^^^^^^^^^^^^ hint: stage `build` has installed the same dependencies; they are downloaded again here
COPY --from=build /app/dist ./dist
```
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage, joined
from dockls.semantics.cache_mounts import has_cache_mount
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, copies_of

if TYPE_CHECKING:
    from dockls.knowledge import InstallCommand

#: how often a manifest is followed from stage to stage
_MOST_STEPS = 5
#: how many stages of a FROM chain are looked at
_MOST_STAGES = 20


class _Installed(NamedTuple):
    """An install command of a stage; `manifest` is the first file that it reads, as a path in the image."""

    command: Executed
    ecosystem: str
    manifest: str


@linked_rule(severity=Severity.HINT, theme="cache", group="strict")
def repeated_dependency_install(linked: Linked) -> Iterator[Finding]:
    """Compare the installations of a stage with those of the stages that it copies from."""
    stage = linked.stage
    taken = {one.target for one in stage.references if one.target is not None and one.target < stage.index}
    if not taken or stage.base_image is None:
        return
    for install in stage.listed(_installs):
        if has_cache_mount(install.command.instruction):
            continue
        source = _source(linked.stages, stage, install.manifest)
        for number in sorted(taken) if source is not None else ():
            earlier = _earlier(linked.stages, linked.stages[number], install.ecosystem, source)
            message = _message(linked.stages[number], stage) if earlier is not None else None
            if earlier is not None and message is not None:
                yield Finding(install.command.place, message, (Related(earlier.place, "installed here"),))
                break


def _message(earlier: Stage, stage: Stage) -> str | None:
    """What to say of two installations; None where the images are too different to share one."""
    from dockls.semantics.compatibility import base_facts

    begun = f"stage {earlier.title} has installed the same dependencies"
    if earlier.base_image == stage.base_image:
        return f"{begun}; they are downloaded again here"
    one, other = base_facts(earlier), base_facts(stage)
    if one is None or other is None or (one.family, one.version) != (other.family, other.version):
        return None
    if one.version is None or one.libc is None or other.libc is None:
        return None
    if one.libc == other.libc:
        return f"{begun}; they are downloaded again here"
    return f"{begun} for {one.libc}; on one variant of the image they could be handed on"


def _installs(stage: Stage) -> Iterator[_Installed]:
    """The installations of the stage itself."""
    from dockls.knowledge import install_command

    for command in executed(stage):
        install = install_command(command.words)
        found = None if install is None else _installed(command, install)
        if found is not None:
            yield found


def _installed(command: Executed, install: "InstallCommand") -> _Installed | None:
    required = [manifest.pattern for manifest in install.manifests if not manifest.optional]
    folder = joined(command.directory, install.directory or ".")
    if not required or folder is None or "$" in required[0] or "$" in folder:
        return None
    path = joined(folder, required[0])
    return None if path is None else _Installed(command, install.ecosystem, path)


def _earlier(stages: tuple[Stage, ...], stage: Stage, ecosystem: str, source: str | None) -> Executed | None:
    """The installation from the same file in a stage or those that it starts from."""
    for each in stage.nearest(_MOST_STAGES):
        for install in each.listed(_installs):
            if install.ecosystem == ecosystem and _source(stages, each, install.manifest) == source:
                return install.command
    return None


def _source(stages: tuple[Stage, ...], stage: Stage, path: str) -> str | None:
    """The path in the build context that a file of the image comes from; None where that is not known."""
    import posixpath

    for _ in range(_MOST_STEPS):
        found = _brought(stage, path)
        if found is None:
            return None
        copy, source = found
        if copy.stage is None:
            return posixpath.normpath(source).lstrip("/")
        if not 0 <= copy.stage < stage.index:
            return None
        stage, path = stages[copy.stage], posixpath.normpath(posixpath.join("/", source))
    return None


def _brought(stage: Stage, path: str) -> tuple[Copy, str] | None:
    """The last COPY that brings a file, and its source."""
    from dockls.semantics.manifests import Bringer, brought

    for each in stage.nearest(_MOST_STAGES):
        for copy in reversed(copies_of(each)):
            if copy.destination is None or copy.from_image or copy.instruction.heredocs:
                continue
            by = Bringer(copy.instruction, copy.sources, copy.destination, copy.is_folder)
            found = brought(by, path, each.context)
            if found is not None:
                return copy, found[0]
    return None
