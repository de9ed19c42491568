"""A folder of the system is copied whole from another stage over that of this image.

`COPY --from=build /usr/lib /usr/lib` brings every library of the builder, over those that the image came with. Of
another release or distribution, programs of the image may no longer start; of the same, it brings what was needed for
building only, and the package manager knows none of it. The files that are needed can be named, or installed.

A folder of Python packages is told where the stage installed Poetry or another tool of that kind into it: the tool and
all that it depends on come along. A virtual environment keeps the two apart.

Nothing is said of `/usr/local`, where `make install` puts what was built, of stages on `scratch` or on images that are
not known to hold a whole system, and of a tool that this stage runs or that was removed again.

```dockerfile
FROM rust:1.90-slim-bookworm AS build
RUN cargo build --release

FROM gcr.io/distroless/cc-debian13
COPY --from=build /usr/lib /usr/lib
                  ^^^^^^^^ warning: `/usr/lib` of stage `build` is laid over that of another system, all of it
COPY --from=build /target/release/app /app
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Severity, linked_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.execution import executed
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line

_SYSTEM = frozenset(
    ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/usr/lib", "/usr/lib64", "/usr/bin", "/usr/sbin", "/usr/share",
     "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")
)  # fmt: skip
#: what installs the packages of a project, and is not needed to run it
_INSTALLERS = frozenset(("poetry", "pipenv", "pdm", "uv", "hatch", "pip-tools", "conan", "pipx"))
#: options by which pip installs elsewhere
_ELSEWHERE = ("--user", "--prefix", "--target", "-t", "--root", "--python")

#: how many stages of a FROM chain are looked at
_MOST_STAGES = 20


@linked_rule(severity=Severity.WARNING, theme="files")
def system_folder_copied(linked: Linked) -> Iterator[Finding]:
    """Look at every COPY of a folder from another stage or image to where it lay."""
    root = linked.stage.root.base
    if root is None or root.resolution is Resolution.SCRATCH:
        return
    for copy in copies_of(linked.stage):
        flag = copy.instruction.parsed.flag("from")
        if flag is not None and flag.value and copy.destination is not None:
            yield from _of_copy(linked, copy, flag.value)


def _of_copy(linked: Linked, copy: Copy, name: str) -> Iterator[Finding]:
    source_stage = linked.stages[copy.stage] if copy.stage is not None and copy.stage < linked.stage.index else None
    image = name if copy.from_image else source_stage.base_image if source_stage is not None else None
    for number, source in enumerate(copy.sources):
        folder = posixpath.normpath(posixpath.join("/", source))
        if folder != copy.destination:
            continue
        if folder in _SYSTEM and _is_system(image):
            where = f"`{folder}` of {'image' if source_stage is None else 'stage'} `{name}`"
            severity, message = _laid_over(linked.stage, where, image)
        elif source_stage is not None and _holds_packages(folder) and (tool := _installer(source_stage, linked.stage)):
            severity = Severity.INFORMATION
            message = f"`{tool}`, which stage `{name}` has installed, comes along with all that it depends on"
        else:
            continue
        place = on_first_line(copy.instruction, copy.instruction.words[number].span)
        yield Finding(place, message, severity=severity)


def _laid_over(stage: Stage, where: str, image: str | None) -> tuple[Severity, str]:
    from dockls.knowledge import facts

    one, other = facts(image or ""), facts(stage.base_image or "")
    if one is not None and other is not None and (_differ(one.libc, other.libc) or _differ(one.glibc, other.glibc)):
        return Severity.WARNING, f"{where} is laid over that of another system, all of it"
    return Severity.INFORMATION, f"all of {where} lands in this image, what it was built with included"


def _differ(one: str | None, other: str | None) -> bool:
    return None not in (one, other) and one != other


def _is_system(image: str | None) -> bool:
    """Whether the files come from an image with a whole operating system."""
    from dockls.knowledge import facts

    known = facts(image) if image else None
    return known is not None and known.package_manager is not None


def _holds_packages(folder: str) -> bool:
    """Whether pip installs into this folder, or one below it."""
    return folder in ("/usr/local", "/usr/local/lib") or (
        folder.startswith("/usr/local/lib/python") and (folder.endswith("/site-packages") or folder.count("/") == 4)
    )


def _installer(source: Stage, stage: Stage) -> str | None:
    """The installer that is among the packages of `source` and that `stage` does not run."""
    found: dict[str, None] = {}
    for each in reversed(source.nearest(_MOST_STAGES)):
        for command in executed(each):
            words = command.words
            if words[0] in ("python", "python3") and words[1:3] == ("-m", "pip"):
                words = words[2:]
            if words[0] not in ("pip", "pip3") or len(words) < 3:
                continue
            names = _INSTALLERS.intersection([_package(word) for word in words[2:]])
            if words[1] == "uninstall":
                found = {name: None for name in found if name not in names}
            elif words[1] == "install" and not any(word.startswith(_ELSEWHERE) for word in words):
                found |= dict.fromkeys(sorted(names))
    return next((name for name in found if not _runs(stage, name)), None)


def _package(word: str) -> str:
    """The name of a package without version and extras."""
    for index, character in enumerate(word):
        if character in "=<>~![@; ":
            return word[:index].lower()
    return word.lower()


def _runs(stage: Stage, tool: str) -> bool:
    return any(
        one.keyword in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK") and tool in one.text
        for each in stage.nearest(_MOST_STAGES)
        for one in each.instructions
    )
