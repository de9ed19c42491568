"""A COPY puts the packages of the machine over those that were installed in the image.

What lies on the developer's machine was built for its system, in its state: programs then crash with “invalid ELF
header”, or run with other versions than those of the lock file. An ignore file with the folder in it keeps it out.

Told is a COPY of a folder of the build context that holds `node_modules`, `vendor` or `.venv`, below an install that
has made that folder in the same place. For `node_modules` and `.venv` beside the Dockerfile's other files,
`missing-ignore-file` says so already. Nothing is said where the context is not known.

```files
web/package.json
web/node_modules/express/index.js
```

```dockerfile
FROM node:24
WORKDIR /app
COPY web/package.json ./
RUN npm ci
COPY web/ ./
     ^^^^ warning: this copies `web/node_modules` over what is installed above; no `.dockerignore` keeps it out
```
"""

import posixpath
from collections.abc import Iterator

from dockls.project.context import cleaned
from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, copy_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.stage import joined

#: the folder that an install fills
_FOLDERS = {
    "npm": "node_modules", "yarn": "node_modules", "pnpm": "node_modules", "bun": "node_modules",
    "composer": "vendor", "uv": ".venv",
}  # fmt: skip


@stage_rule(severity=Severity.WARNING, theme="files")
def dependencies_overwritten(stage: Stage) -> Iterator[Finding]:
    """Look at COPY instructions of folders below installs."""
    if not stage.context.known:
        return
    below: dict[str, Executed] = {} if stage.parent is None else stage.parent.folded(_installed, lambda root: {})
    installed = dict(below)
    for instruction in stage.instructions:
        if instruction.keyword == "RUN":
            for command in executed_by(stage, instruction):
                _add(command, installed)
        elif instruction.keyword in ("COPY", "ADD") and installed:
            copy = copy_of(stage, instruction)
            if copy is not None:
                yield from _found(stage, copy, installed)


def _installed(stage: Stage, below: dict[str, Executed]) -> dict[str, Executed]:
    """The folders that installs have filled; the same object where nothing is installed."""
    found = dict(below)
    for instruction in stage.instructions:
        for command in executed_by(stage, instruction) if instruction.keyword == "RUN" else ():
            _add(command, found)
    return found if found != below else below


def _add(command: Executed, installed: dict[str, Executed]) -> None:
    from dockls.knowledge import install_command

    install = install_command(command.words)
    if install is not None and install.ecosystem in _FOLDERS and "type=bind" not in command.instruction.text:
        folder = posixpath.join(install.directory or "", _FOLDERS[install.ecosystem])
        path = joined(command.directory, folder)
        if path is not None:
            installed[path] = command


def _found(stage: Stage, copy: Copy, installed: dict[str, Executed]) -> Iterator[Finding]:
    instruction = copy.instruction
    if copy.stage is not None or copy.from_image or copy.destination is None or len(copy.sources) != 1:
        return
    source = copy.sources[0]
    if stage.context.kind(source) != "directory" or instruction.parsed.flag("exclude") is not None:
        return
    for path, command in installed.items():
        inside = posixpath.relpath(path, copy.destination)
        folder = cleaned(posixpath.join(cleaned(source), inside))
        if inside.startswith("..") or inside == "." or not _is_sent(stage, folder):
            continue
        # That rule speaks of these.
        if folder in ("node_modules", ".venv"):
            continue
        ignore_file = stage.context.ignore_file
        keeper = f"nothing in `{ignore_file.path}`" if ignore_file is not None else "no `.dockerignore`"
        message = f"this copies `{folder}` over what is installed above; {keeper} keeps it out"
        place = on_first_line(instruction, instruction.words[0].span)
        yield Finding(place, message, (Related(command.place, "installs into that folder"),))
        return


def _is_sent(stage: Stage, folder: str) -> bool:
    """Whether the folder is in the context and something in it is not ignored."""
    return stage.context.kind(folder) == "directory" and not stage.context.ignored(folder).ignored
