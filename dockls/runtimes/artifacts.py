"""What is copied from one stage into another, and whether it can run there.

Go programs are judged by how they were linked, `node_modules` by the C library they were installed on, files such as
scripts and pictures run anywhere, and the rest is not known.
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls.knowledge import BuildCommand, build_command, facts, install_command
from dockls.knowledge.system_commands import holds_node_modules, is_compiler, is_portable_file, is_shell
from dockls.semantics import Model, Stage, joined
from dockls.semantics.compatibility import go_linking, libc_of
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, Made, copies_of, files_of, made

_DEEPEST = 20
_KNOWN_ECOSYSTEMS = frozenset(("go", "node", "npm", "yarn", "pnpm", "bun"))


class Artifact(NamedTuple):
    """Something a stage holds.

    `kind` is ``portable``, ``program`` (made by Go) ``modules`` (`node_modules`), ``context`` (from the build context)
    or ``unknown``; `libc` is the C library it needs: ``static`` for none, None where that is not known. `why` says how
    it is known, `stage` made it (None for an image outside the file).
    """

    kind: str
    libc: str | None
    why: str
    stage: Stage | None


class Taken(NamedTuple):
    """A path that a stage copies from elsewhere, with what it is."""

    copy: Copy
    source: str
    artifact: Artifact


def taken_by(model: Model, stage: Stage) -> Iterator[Taken]:
    """Everything that the stage itself copies from other stages and images."""
    for copy in copies_of(stage):
        if copy.stage is None and not copy.from_image:
            continue
        for source in copy.sources:
            yield Taken(copy, source, _artifact_of_copy(model, copy, source, _DEEPEST))


def program_at(model: Model, stage: Stage, path: str) -> Artifact:
    """What the file at an absolute path of a stage is."""
    return _artifact(model, stage, path, _DEEPEST)


def _artifact_of_copy(model: Model, copy: Copy, source: str, depth: int) -> Artifact:
    if copy.stage is not None and copy.stage < len(model.stages):
        return _artifact(model, model.stages[copy.stage], "/" + source.lstrip("/"), depth)
    return _of_image(copy, source)


def _of_image(copy: Copy, source: str) -> Artifact:
    """What comes from an image outside the file: an image without any C library holds static programs only."""
    if is_portable_file(source):
        return Artifact("portable", "static", "", None)
    flag = copy.instruction.parsed.flag("from")
    known = facts(flag.value) if flag is not None and flag.value else None
    libc = "static" if known is not None and known.libc == "none" else None
    return Artifact("unknown", libc, "it comes from another image", None)


def _artifact(model: Model, stage: Stage, path: str, depth: int) -> Artifact:
    path = posixpath.normpath(path)
    if is_portable_file(path):
        return Artifact("portable", "static", "", stage)
    if depth <= 0:
        return Artifact("unknown", None, "it is copied too often", stage)
    if holds_node_modules(path):
        return Artifact("modules", libc_of(stage), "it was built there", stage)
    if "node_modules" in path.split("/"):
        return _modules(model, stage, path, depth)
    built = _go_program(stage, path)
    if built is not None:
        return built
    entry = made(stage, path)
    inside = [each for each in files_of(stage) if each.path.startswith(path.rstrip("/") + "/") or each.path == path]
    if entry is not None and entry.path == path and entry.kind == "file":
        return _of_entry(model, stage, entry, path, depth)
    if inside:
        return _folder(model, stage, inside, depth)
    if entry is None or entry.origin == "workdir":
        return Artifact("unknown", None, "nothing tells how it was made", stage)
    return _of_entry(model, stage, entry, path, depth)


def _of_entry(model: Model, stage: Stage, entry: Made, path: str, depth: int) -> Artifact:
    if entry.origin == "heredoc":
        return Artifact("portable", "static", "", stage)
    if entry.origin == "context":
        if entry.kind != "file" and _compiles_otherwise(stage):
            return Artifact("unknown", None, "something is compiled there", stage)
        return Artifact("context", "static", "", stage)
    if entry.origin == "run":
        return _of_run(stage, entry)
    if entry.source is None:
        return Artifact("unknown", None, "nothing tells how it was made", stage)
    for owner in stage.chain:
        for copy in copies_of(owner):
            if copy.instruction is entry.instruction:
                return _of_copied(model, copy, entry, path, depth - 1)
    return Artifact("unknown", None, "nothing tells how it was made", stage)


def _of_copied(model: Model, copy: Copy, entry: Made, path: str, depth: int) -> Artifact:
    """A path that one copy made; a source is taken for a file where its name is what stands in the folder."""
    source = "/" + (entry.source or "").strip("/")
    if path == entry.path:
        return _artifact_of_copy(model, copy, source, depth)
    rest = posixpath.relpath(path, entry.path)
    name, _, below = rest.partition("/")
    if copy.is_folder and name == posixpath.basename(source):
        found = _artifact_of_copy(model, copy, posixpath.join(source, below) if below else source, depth)
        if found.kind not in ("unknown", "context"):
            return found
    return _artifact_of_copy(model, copy, posixpath.join(source, rest), depth)


def _of_run(stage: Stage, entry: Made) -> Artifact:
    for command in _commands(stage):
        build = build_command(list(command.words))
        if command.instruction is entry.instruction and build is not None and build.ecosystem == "node":
            return Artifact("portable", "static", "", stage)
    if entry.kind == "directory" and any(
        command.instruction is entry.instruction and command.command.program == "mkdir" for command in _commands(stage)
    ):
        return Artifact("portable", "static", "", stage)
    return Artifact("unknown", None, "nothing tells how it was made", stage)


def _modules(model: Model, stage: Stage, path: str, depth: int) -> Artifact:
    """Installed Node packages belong to the libc of the stage that installed them."""
    folder = path[: path.index("node_modules") + len("node_modules")]
    copied = [
        each
        for each in files_of(stage)
        if each.origin == "stage" and (folder == each.path or folder.startswith(each.path.rstrip("/") + "/"))
    ]
    installed = [each for each in files_of(stage) if each.origin == "run" and each.path == folder]
    if copied and not installed:
        return _of_entry(model, stage, copied[-1], path, depth)
    owner = stage
    for each in stage.chain:
        if any(one.instruction in each.instructions for one in installed):
            owner = each
    return Artifact("modules", libc_of(owner), "it was installed there", owner)


def _folder(model: Model, stage: Stage, inside: list[Made], depth: int) -> Artifact:
    """The most demanding of what a folder holds."""
    worst = Artifact("portable", "static", "", stage)
    folders = [entry.path for entry in inside if entry.kind != "file"]
    for owner in stage.chain:
        for command in executed(owner):
            build = build_command(list(command.words))
            if build is None or build.ecosystem != "go" or command.directory not in folders:
                continue
            if any(
                output.path is None and _may_be_unnamed(command, build, f"{command.directory}/")
                for output in build.outputs
            ):
                linking = go_linking(owner, command)
                worst = Artifact("program", linking.kind, linking.why, owner)
    for entry in inside:
        if entry.path.endswith("/node_modules"):
            return _modules(model, stage, entry.path, depth)
        if entry.origin == "workdir":
            continue
        found = _go_program(stage, entry.path) or _of_entry(model, stage, entry, entry.path, depth - 1)
        if found.libc != "static" or (worst.kind == "portable" and found.kind != "portable"):
            worst = found if worst.libc == "static" else worst
    return worst if inside else Artifact("unknown", None, "nothing tells what it holds", stage)


def _compiles_otherwise(stage: Stage) -> bool:
    """Whether a RUN of the stage makes something that is neither Go's nor Node's, as far as can be seen."""
    for command in _commands(stage):
        words, program = list(command.words), command.command.program
        build, install = build_command(words), install_command(words)
        ecosystems = {each.ecosystem for each in (build, install) if each is not None}
        if is_compiler(program) or "/" in command.command.name or ecosystems - _KNOWN_ECOSYSTEMS:
            return True
        if is_shell(program) and len(words) > 1:
            return True
    return False


def _commands(stage: Stage) -> Iterator[Executed]:
    for owner in stage.chain:
        yield from executed(owner)


def _go_program(stage: Stage, path: str) -> Artifact | None:
    """The program that a `go build` or `go install` of the stage, or of one below it, left at a path."""
    unnamed = None
    for owner in stage.chain:
        for command in executed(owner):
            build = build_command([*_prefixes(owner, command), *command.words])
            if build is None or build.ecosystem != "go":
                continue
            for output in build.outputs:
                if output.path is not None and _is_output(command, output.path, output.kind, path):
                    linking = go_linking(owner, command)
                    return Artifact("program", linking.kind, linking.why, owner)
                if output.path is None and _may_be_unnamed(command, build, path):
                    linking = go_linking(owner, command)
                    unnamed = Artifact("program", linking.kind, linking.why, owner)
    return unnamed


def _prefixes(stage: Stage, command: Executed) -> list[str]:
    """What decides where `go install` puts programs."""
    state = stage.state_before(command.instruction)
    values = [(name, state.lookup(name)) for name in ("GOBIN", "GOPATH")]
    return [f"{name}={value}" for name, value in values if value]


def _may_be_unnamed(command: Executed, build: BuildCommand, path: str) -> bool:
    """Whether a path may be the program that a build named after its module, which the command does not tell.

    Whatever stands directly where it was built is taken for it. A `go build` of several packages only checks them.
    """
    folder = posixpath.dirname(path)
    if "install" in command.words:
        return folder.endswith("/bin")
    several = any(package.endswith("...") for package in build.packages)
    return not several and command.directory is not None and folder == command.directory


def _is_output(command: Executed, written: str, kind: str, path: str) -> bool:
    output = joined(command.directory, written)
    return output is not None and (path == output or (kind == "directory" and path.startswith(output + "/")))


def conflict(model: Model, stage: Stage, taken: Taken) -> str | None:
    """Why what a stage takes cannot run there, as a clause; None where it can, or nothing speaks against it."""
    artifact, here = taken.artifact, libc_of(stage)
    if artifact.libc == "static" or here is None:
        return None
    origin = "another image" if artifact.stage is None else f"stage {artifact.stage.title}"
    if artifact.kind == "program":
        return _program_conflict(stage, taken, here, origin)
    if artifact.kind == "modules":
        if artifact.libc is None:
            return f"the libc that `{taken.source}` of {origin} was installed on is not known"
        if artifact.libc != here:
            wanted = "a system without libc" if here == "none" else here
            return f"`{taken.source}` was installed on {artifact.libc} ({origin}) and would run on {wanted}"
        return _newer(stage, taken, origin)
    made_on = None if artifact.stage is None else libc_of(artifact.stage)
    if made_on is not None and made_on == here:
        return _newer(stage, taken, origin)
    return f"whether `{taken.source}` of {origin} runs on {_libc_name(here)} is not known"


def _libc_name(libc: str) -> str:
    return "an image without libc" if libc == "none" else libc


def _program_conflict(stage: Stage, taken: Taken, here: str, origin: str) -> str | None:
    artifact = taken.artifact
    if artifact.libc is None:
        return f"how `{taken.source}` of {origin} is linked is not known: build it with CGO_ENABLED=0"
    if artifact.libc != here:
        needs = f"`{taken.source}` of {origin} may need {artifact.libc} ({artifact.why})"
        return f"{needs}, which the new image does not have: build it with CGO_ENABLED=0 first"
    return _newer(stage, taken, origin)


def _newer(stage: Stage, taken: Taken, origin: str) -> str | None:
    """Programs run on the glibc they were built with and on newer ones."""
    if taken.artifact.stage is None:
        return None
    there, here = _glibc(taken.artifact.stage), _glibc(stage)
    if there is None or here is None or there <= here:
        return None
    shown = [".".join(map(str, version)) for version in (there, here)]
    return f"`{taken.source}` of {origin} was made on glibc {shown[0]} and would run on glibc {shown[1]}"


def _glibc(stage: Stage) -> tuple[int, ...] | None:
    image = stage.base_image
    known = None if image is None else facts(image)
    version = None if known is None else known.glibc
    return None if version is None else tuple(int(part) for part in version.split(".") if part.isdigit())
