"""Files that one layer brings and a later one removes.

A layer can hide what the layers below hold, not remove it: the image is as large as before. Build packages are gone
from the image only if the RUN that installs them removes them too, or if they are installed in a builder stage; an
archive only if it is mounted (`RUN --mount=type=bind`) instead of copied.

Only the stage that is built by default and those that it starts from are looked at.

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache --virtual .build-deps gcc musl-dev
RUN make install
RUN apk del .build-deps
    ^^^^^^^^^^^^^^^^^^^ warning: `.build-deps` stays in the layer of the RUN that installs it; this only hides it
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.files import Copy, copies_of
from dockls.syntax import Instruction, Place

_REMOVING = {
    "apk": frozenset(("del",)), "apt-get": frozenset(("remove", "purge", "autoremove")),
    "apt": frozenset(("remove", "purge", "autoremove")), "dnf": frozenset(("remove", "erase")),
    "yum": frozenset(("remove", "erase")),
}  # fmt: skip

_LARGE = (".tar", ".tgz", ".gz", ".xz", ".bz2", ".zst", ".zip", ".deb", ".rpm", ".apk", ".jar", ".war", ".run", ".iso")


@file_rule(severity=Severity.WARNING, theme="size")
def removed_in_later_layer(model: Model) -> Iterator[Finding]:
    """Remember what each layer of the finished image brings, and look for its removal in another."""
    if model.target is None:
        return
    installed: dict[str, Executed] = {}
    copied: dict[str, Instruction] = {}
    for stage in reversed(model.target.chain):
        brought = {copy.instruction: copy for copy in copies_of(stage)}
        for instruction in stage.instructions:
            if instruction in brought:
                copied.update(_files(brought[instruction]))
            elif instruction.keyword == "RUN":
                commands = executed_by(stage, instruction)
                for command in commands:
                    yield from _removed(stage, command, installed, copied)
                for command in commands:
                    installed.update(dict.fromkeys(_packages(command), command))


def _packages(command: Executed) -> tuple[str, ...]:
    from dockls.knowledge import package_install

    if command.command.program not in _REMOVING:
        return ()
    found = package_install(command.words)
    if found is None:
        return ()
    return (found.virtual,) if found.virtual else found.packages


def _files(copy: Copy) -> dict[str, Instruction]:
    """The archives and packages that a COPY or ADD brings, by their path; smaller files are not worth a word."""
    if copy.destination is None:
        return {}
    found: dict[str, Instruction] = {}
    for source in copy.sources:
        name = posixpath.basename(source)
        if name.lower().endswith(_LARGE) and not set(source) & set("*?[$"):
            found[posixpath.join(copy.destination, name) if copy.is_folder else copy.destination] = copy.instruction
    return found


def _removed(
    stage: Stage, command: Executed, installed: dict[str, Executed], copied: dict[str, Instruction]
) -> Iterator[Finding]:
    program, operands = command.command.program, command.operands
    if program in _REMOVING and operands[:1] and operands[0] in _REMOVING[program]:
        for name in operands[1:]:
            earlier = installed.get(name)
            if earlier is not None and earlier.instruction is not command.instruction:
                message = f"`{name}` stays in the layer of the RUN that installs it; this only hides it"
                yield Finding(command.place, message, (Related(earlier.place, "installs it"),))
                return
    elif program == "rm" and not command.conditional:
        for word in operands:
            path = named_path(stage, command, word)
            origin = copied.get(path) if path is not None else None
            if origin is not None:
                message = f"`{path}` stays in the layer of the {origin.keyword} that brings it; this only hides it"
                related = (Related(Place(origin, origin.head_span), "brings it"),)
                yield Finding(command.place, message, related)
