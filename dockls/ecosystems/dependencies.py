"""How a Node stage installs its dependencies, and how to have them without those for development."""

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from dockls.ecosystems import Obstacle
from dockls.ecosystems.package_json import HOOKS, commands_of, package_json
from dockls.ecosystems.steps import CONTRACT, purpose
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import copy_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span, apply

if TYPE_CHECKING:
    from dockls.knowledge import Manifest

#: what is there for the installation, but is read when the program runs as well
_READ_LATER = frozenset(("prisma", "schema.prisma"))
_MANAGERS = ("npm", "yarn", "pnpm", "bun")
_PRUNING = {
    "npm": "RUN npm prune --omit=dev",
    "pnpm": "RUN pnpm prune --prod",
    "bun": "RUN rm -rf node_modules && bun install --production",
}


class Dependencies(NamedTuple):
    """`instruction` is the last step that installs.

    `lines` make up the stage that installs for production, empty where the builder has no others; `pruning` is what
    leaves those alone in the builder, None where nothing has to. `manifests` are the COPY instructions before it that
    bring nothing but manifest files. `assumed` is what is taken for granted of the installation for production.
    """

    instruction: Instruction
    lines: tuple[str, ...]
    pruning: str | None
    manifests: tuple[Instruction, ...]
    assumed: str | None = None


class _Install(NamedTuple):
    command: Executed
    manager: str
    production: bool
    text: str | None
    generic: tuple[str, ...]
    manifests: "tuple[Manifest, ...]"


def dependencies_of(stage: Stage, build: Executed) -> Dependencies | Obstacle | None:
    """How the stage's dependencies are installed; None where it does not install any itself."""
    installs = _installs(stage)
    before = [install for install in installs if _position(stage, install.command) <= _position(stage, build)]
    if not before:
        return None
    folders = {install.command.directory for install in installs}
    if len(folders) > 1:
        return Obstacle("dependencies are installed in more than one folder")
    pruned = _pruned(stage, build, installs)
    last = pruned.instruction if pruned is not None else before[-1].command.instruction
    manifests = _manifests(stage, before[0])
    production = before[-1].production or _is_production(stage, before[-1])
    if pruned is not None or production:
        return Dependencies(last, (), None, manifests)
    lines = _lines(stage, before[-1])
    if lines is None:
        return Obstacle(
            f"how `{' '.join(before[-1].command.words)}` is written for production dependencies alone is not known"
        )
    pruning = _PRUNING.get(before[-1].manager) or f"RUN {before[-1].text}"
    if len({install.manager for install in before}) > 1:
        pruning = lines[-1]
    assumed = None
    if package_json(stage, before[-1].command.directory) is None:
        assumed = f"scripts that `{before[-1].text}` runs need neither sources nor what is for development only"
    return Dependencies(last, lines, pruning, manifests, assumed)


def _position(stage: Stage, command: Executed) -> tuple[int, int]:
    return stage.instructions.index(command.instruction), command.place.span.start


def _installs(stage: Stage) -> list[_Install]:
    from dockls.knowledge import install_command

    found: list[_Install] = []
    for command in executed(stage):
        install = install_command(list(command.words))
        if install is not None and install.ecosystem in _MANAGERS:
            text = install.production_command
            manifests = (install.generic_copy, install.manifests)
            found.append(_Install(command, install.ecosystem, install.production, text, *manifests))
    return found


def _is_production(stage: Stage, install: _Install) -> bool:
    """Whether NODE_ENV keeps development dependencies out."""
    if install.manager == "bun" or any(
        word in install.command.words for word in ("--include=dev", "--production=false")
    ):
        return False
    assigned = [word.value or word.text for word in install.command.command.assignments]
    inline = [word.partition("=")[2] for word in assigned if word.startswith("NODE_ENV=")]
    value = inline[-1] if inline else stage.state_before(install.command.instruction).lookup("NODE_ENV")
    return value == "production"


def _pruned(stage: Stage, build: Executed, installs: list[_Install]) -> Executed | None:
    """The command behind the build that throws development dependencies away."""
    for command in reversed(executed(stage)):
        if _position(stage, command) <= _position(stage, build):
            return None
        if command.words[0] in ("npm", "pnpm", "yarn") and "prune" in command.words[1:2]:
            return command
        if any(install.command is command and install.production for install in installs):
            return command
    return None


def _manifests(stage: Stage, install: _Install) -> tuple[Instruction, ...]:
    """The COPY instructions above the installation that bring manifests, but not the sources with them."""
    found: list[Instruction] = []
    for instruction in stage.instructions:
        if instruction is install.command.instruction:
            break
        if instruction.keyword == "COPY" and not _brings_sources(stage, instruction):
            names = [word.value.rpartition("/")[2] for word in instruction.words[:-1]]
            if any((name.startswith("package") and "json" in name) or name in _READ_LATER for name in names):
                found.append(instruction)
    return tuple(found)


def _brings_sources(stage: Stage, instruction: Instruction) -> bool:
    copy = copy_of(stage, instruction)
    if copy is None or copy.stage is not None or copy.from_image:
        return False
    return any(source.rstrip("/") in ("", ".") or stage.context.kind(source) == "directory" for source in copy.sources)


def _lines(stage: Stage, install: _Install) -> tuple[str, ...] | None:
    """The instructions of a stage that installs for production alone."""
    if install.text is None:
        return None
    found: list[str] = []
    manifest = package_json(stage, install.command.directory)
    # What package.json has run by the installation may read the sources: patches, a schema.
    hooks = manifest is not None and any(commands_of(manifest, name) for name in HOOKS)
    for instruction in stage.instructions:
        if instruction is install.command.instruction:
            break
        if instruction.keyword in CONTRACT or instruction.keyword == "ONBUILD" or _is_tool(stage, instruction):
            continue
        if instruction.keyword in ("COPY", "ADD") and _brings_sources(stage, instruction) and not hooks:
            found += _manifests_only(stage, instruction, install)
        else:
            found.append(instruction.text.strip())
    instruction = install.command.instruction
    again = _whole(stage, install)
    if again is not None:
        return (*found, again)
    flags = "".join([flag.text + " " for flag in instruction.flags])
    assigned = "".join([word.text + " " for word in install.command.command.assignments])
    workdir = stage.state_before(instruction).workdir
    folder = install.command.directory
    change = f"cd {folder} && " if folder is not None and folder != workdir else ""
    return (*found, f"RUN {flags}{change}{assigned}{install.text}")


def _is_tool(stage: Stage, instruction: Instruction) -> bool:
    """Whether a RUN does nothing but install tools for all users, none of them a package manager."""
    commands = executed_by(stage, instruction) if instruction.keyword == "RUN" else ()
    if not commands or any(command.words[0] not in _MANAGERS for command in commands):
        return False
    words = {word.partition("@")[0] for command in commands for word in command.words[1:]}
    return bool(words & {"-g", "--global", "global"}) and not words & {*_MANAGERS, "corepack", "node-gyp"}


def _whole(stage: Stage, install: _Install) -> str | None:
    """The installing RUN as it stands, each command in its form for production; None if it does something else too."""
    from dockls.knowledge import build_command, install_command

    instruction = install.command.instruction
    commands = executed_by(stage, instruction)
    if purpose(stage, instruction) != "tidying" or any(build_command(list(command.words)) for command in commands):
        return None
    changes: list[Edit] = []
    for command in commands:
        known = install_command(list(command.words))
        if known is None or known.production or known.ecosystem not in _MANAGERS:
            continue
        if known.production_command is None:
            return None
        span = Span(command.word_span(0).start, command.word_span(len(command.words) - 1).end)
        changes.append(Edit(span, known.production_command))
    return apply(instruction.text, changes).strip()


def _manifests_only(stage: Stage, instruction: Instruction, install: _Install) -> list[str]:
    """What takes the place of a COPY of all sources: the files that the installation reads, as far as is known."""
    copy = copy_of(stage, instruction)
    source = copy.sources[0] if copy is not None and copy.sources else "."
    folder = posixpath.normpath("/" + source).lstrip("/")
    target = instruction.words[-1].value
    target = target if target.endswith("/") else target + "/"
    names = list(install.generic)
    folders: list[str] = []
    if stage.context.known:
        present = [
            manifest.pattern for manifest in install.manifests if stage.context.glob(f"{folder}/{manifest.pattern}")
        ]
        names = [name for name in present if not name.endswith("/")] or names
        folders = [name.rstrip("/") for name in present if name.endswith("/")]
    lines = [f"COPY {' '.join([posixpath.join(folder, name) for name in names])} {target}"]
    return lines + [f"COPY {posixpath.join(folder, name)} {target}{name}" for name in folders]
