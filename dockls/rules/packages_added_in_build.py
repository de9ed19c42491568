"""A package is added to the project while the image is built.

`npm install --save-dev webpack` writes into `package.json` and the lock file, but only those of this layer: the project
knows nothing of the package, its version is whatever is newest that day, and the packages it needs are in no lock file.
Added to the project once, `npm ci` brings it with all the others.

Told is what is added where a `package.json` has been copied above. Nothing is said of global tools, of `--no-save`, of
archives and folders, and of packages picked for a platform (`--os`, `--cpu`, `--libc`). `npm install --save-dev`
without a name adds nothing at all; behind an install the fix deletes it.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
RUN npm install --save-dev webpack webpack-cli
    ^^^^^^^^^^^ info: `webpack` and `webpack-cli` are added in this layer alone; no lock file of the project fixes them
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import copies_of
from dockls.semantics.leaving_out import place_with_joint
from dockls.syntax import Instruction, Place

_ADDING = {
    "npm": ("install", "i", "add"), "yarn": ("add",), "pnpm": ("add", "install", "i"), "bun": ("add", "install", "i"),
}  # fmt: skip
#: with these the package is no part of the project, or the platform is what it is about
_OTHERWISE = (
    "-g", "--global", "--location", "--no-save", "--prefix", "-C", "--dir", "--cwd", "--os", "--cpu", "--libc",
    "--platform", "--arch", "-w", "--workspace", "-W", "--package-lock-only", "--filter", "-F",
)  # fmt: skip
#: options whose next word is their value
_VALUED = frozenset(("--registry", "--cache", "--loglevel", "--omit", "--include", "--only", "--network-timeout"))
_SAVING = frozenset(("--save-dev", "-D", "--save", "-S"))


@stage_rule(severity=Severity.INFORMATION, theme="cache")
def packages_added_in_build(stage: Stage) -> Iterator[Finding]:
    """Look for packages that package managers add."""
    below = _NOWHERE if stage.parent is None else stage.parent.folded(_installed, lambda root: _NOWHERE)
    installed = set(below)
    for command in executed(stage):
        names = _added(command)
        if names is None:
            continue
        if names and _is_project(stage, command):
            shown = " and ".join([f"`{name}`" for name in names[:2]]) + (" and others" if len(names) > 2 else "")
            are = "is" if len(names) == 1 else "are"
            them = "it" if len(names) == 1 else "them"
            message = f"{shown} {are} added in this layer alone; no lock file of the project fixes {them}"
            yield Finding(Place(command.instruction, command.span_through(command.subcommand or 0)), message)
        elif not names and command.directory in installed and _SAVING & set(command.words):
            message = "this adds nothing to what is installed above, and resolves the versions anew"
            yield Finding(command.place, message, fixes=_deletion(stage, command))
        if not names and command.directory is not None:
            installed.add(command.directory)


_NOWHERE = frozenset[str]()


def _installed(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """The folders in which the project's packages are installed."""
    own = {one.directory for one in executed(stage) if _added(one) == () and one.directory is not None}
    return below if own <= below else below | own


def _added(command: Executed) -> tuple[str, ...] | None:
    """The packages that a command adds, none where it installs those of the project; None if it is no install."""
    adding = _ADDING.get(command.command.program, ())
    number = command.subcommand
    if number is None or any(word.partition("=")[0] in _OTHERWISE for word in command.words):
        return None
    if command.words[number] in ("ci", "clean-install"):
        return ()
    if command.words[number] not in adding:
        return None
    names: list[str] = []
    previous = ""
    for word in command.words[number + 1 :]:
        if not word.startswith("-") and previous not in _VALUED:
            names.append(word)
        previous = word
    if any(name.startswith((".", "/", "~")) or _is_elsewhere(name) for name in names):
        return None
    return tuple(names)


def _is_elsewhere(name: str) -> bool:
    """Whether a name is an archive, an address, a pattern or not known."""
    return name.endswith((".tgz", ".tar.gz")) or any(sign in name for sign in ("$", ":", "*", "`", "#"))


def _is_project(stage: Stage, command: Executed) -> bool:
    """Whether a COPY above brings the package.json that lies where the command runs."""
    position = stage.instructions.index(command.instruction)
    above = frozenset(stage.instructions[:position])
    if command.directory is None:
        return False
    below = _NOWHERE if stage.parent is None else stage.parent.folded(_manifests, lambda root: _NOWHERE)
    return command.directory in below or command.directory in _own_manifests(stage, above)


def _manifests(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """The folders of the image that a package.json has been copied to."""
    own = _own_manifests(stage, frozenset(stage.instructions))
    return below if own <= below else below | own


def _own_manifests(stage: Stage, above: frozenset[Instruction]) -> set[str]:
    found: set[str] = set()
    for copy in copies_of(stage):
        if copy.instruction not in above or copy.stage is not None or copy.from_image or copy.destination is None:
            continue
        whole = stage.context.exists("package.json") and any(source in (".", "./") for source in copy.sources)
        if whole or any(source.rpartition("/")[2] in _MANIFESTS for source in copy.sources):
            found.add(copy.destination.removesuffix("/package.json") or "/")
    return found


_MANIFESTS = frozenset(("package.json", "package*.json", "package.json*", "package*", "package-lock.json"))


def _deletion(stage: Stage, command: Executed) -> tuple[Fix, ...]:
    others = [one for one in executed_by(stage, command.instruction) if one.place != command.place]
    if not command.conditional and all(one.command.program in ("cd", "set") for one in others):
        return (Fix("Delete the step", edits.deleting(command.instruction), safe=False),)
    place = place_with_joint(stage, command)
    return () if place is None else (Fix("Leave it out", edits.replacing(place, ""), safe=False),)
