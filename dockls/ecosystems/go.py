"""Go: one binary that needs little else.

The program of CMD or ENTRYPOINT must be made by `go build` or `go install`. It is taken alone, with the files that its
arguments and variables name, folders such as `templates` where the build context is known to have them and no
`go:embed` takes them in, and what COPY brought to other places than the sources.

A binary without cgo runs anywhere: `distroless/static`. Where CGO_ENABLED is not set and nothing tells of cgo (a C
compiler or headers installed, `import "C"` or a module known for it), `CGO_ENABLED=0` is put in front of the build.
With cgo it goes to `distroless/base` (glibc) or to Alpine of the same release (musl), and the build stays as it is.

An image without a shell will not do if a shell form, a script, a RUN below the build or the creation of a user
without a number asks for one: then it is Alpine, or Debian slim where the builder's own commands have to be repeated.
Tools that a health check calls and certificates are installed there if the builder had them, time zone data if the file
installs it or sets TZ; distroless images have certificates and time zones. The user of the image stays the same; one
whose number the file tells is written as that number in an image without a shell.
"""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, account, created_by
from dockls.ecosystems.cuts import Cut, cut_at
from dockls.ecosystems.native import Native, libraries_of, native_code
from dockls.ecosystems.programs import Running, named_files, on_search_path, running
from dockls.ecosystems.resources import (
    folders_made,
    named,
    named_by_variables,
    outside_copies,
    telling_folders,
    without_nested,
)
from dockls.ecosystems.runtimes import Needs, Runtime, pick
from dockls.semantics import Stage, expanded
from dockls.semantics.compatibility import go_linking
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import files_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

ORDER = 10


class _Build(NamedTuple):
    """A `go build` or `go install`; `paths` are what it makes, `folder` where a binary of unknown name would lie."""

    command: Executed
    paths: tuple[str, ...]
    folder: str | None


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Go program without the Go toolchain."""
    builds = _builds(stage)
    if not builds:
        return None
    runs = running(stage)
    programs = [run for run in runs if run.role == "program"]
    if not programs:
        return None
    made = _made(stage, runs, builds)
    if not any(run in made for run in programs):
        return None
    last = max([place for maker in made.values() for place in [stage.instructions.index(maker[1])]])
    cut = cut_at(stage, stage.instructions[last], wish)
    if isinstance(cut, Obstacle):
        return cut
    user = account(stage)
    if user is None:
        return Obstacle("which user the program runs as is not known")
    return _extraction(stage, wish, builds, runs, {run: path for run, (path, _) in made.items()}, cut, user)


def _builds(stage: Stage) -> tuple[_Build, ...]:
    from dockls.knowledge import build_command

    found: list[_Build] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem != "go":
            continue
        state = stage.state_before(command.instruction)
        installs = "install" in command.words[:3]
        folder = command.directory
        if installs:
            folder = state.lookup("GOBIN") or posixpath.join(state.lookup("GOPATH") or "/go", "bin")
        paths: list[str] = []
        for output in build.outputs:
            if output.path is None:
                continue
            path = expanded(output.path, state, command.instruction.escape) if "$" in output.path else output.path
            if path is not None and installs:
                path = posixpath.join(folder or "/go/bin", posixpath.basename(path))
            if path is not None and (path.startswith("/") or folder is not None):
                paths.append(posixpath.normpath(posixpath.join(folder or "/", path)))
        nameless = [output for output in build.outputs if output.path is None or output.kind == "directory"]
        found.append(_Build(command, tuple(paths), paths[-1] if nameless and paths else folder if nameless else None))
    return tuple(found)


def _made(
    stage: Stage, runs: tuple[Running, ...], builds: tuple[_Build, ...]
) -> dict[Running, tuple[str, Instruction]]:
    """The commands that run what was built, each with the binary's path and the RUN that puts it there."""
    found: dict[Running, tuple[str, Instruction]] = {}
    first = min(stage.instructions.index(build.command.instruction) for build in builds)
    for run in runs:
        candidates = (run.path,) if run.path is not None else on_search_path(stage, run.words[0])
        for path in candidates:
            maker = _maker(stage, path, builds, first) if path is not None else None
            if path is not None and maker is not None:
                found[run] = (path, maker)
                break
    return found


def _maker(stage: Stage, path: str, builds: tuple[_Build, ...], first: int) -> Instruction | None:
    """The last RUN from the first build on that makes the binary."""
    for entry in reversed(files_of(stage)):
        if entry.origin != "run" or entry.instruction not in stage.instructions[first:]:
            continue
        if entry.path == path or (entry.kind is None and entry.path == posixpath.dirname(path)):
            return entry.instruction
    for build in reversed(builds):
        if path in build.paths or (build.folder is not None and posixpath.dirname(path) == build.folder):
            return build.command.instruction
    return None


def _extraction(
    stage: Stage,
    wish: Wish,
    builds: tuple[_Build, ...],
    runs: tuple[Running, ...],
    paths: dict[Running, str],
    cut: Cut,
    user: Account,
) -> Extraction | Obstacle:
    cgo = native_code(stage, tuple([build.command for build in builds]))
    linkings = [go_linking(stage, build.command) for build in builds]
    insertions: tuple[tuple[Place, str], ...] = ()
    kinds = {linking.kind for linking in linkings}
    if kinds == {"static"}:
        kind: str | None = "static"
    elif not cgo.evident and all(not build.command.instruction.is_json for build in builds):
        kind = "static"
        insertions = tuple(
            [_without_cgo(build) for build, link in zip(builds, linkings, strict=True) if link.kind != kind]
        )
    else:
        kind = next((link for link in kinds if link != "static"), None)
    libraries = libraries_of(stage) if kind != "static" else ()
    if isinstance(libraries, Obstacle):
        return libraries
    foreign = tuple([run for run in runs if run not in paths])
    needs = Needs(kind, tuple([run for run in runs if run.shell]), foreign, cut.runtime, user, libraries)
    runtime = pick(stage, needs, wish)
    if isinstance(runtime, Obstacle):
        return runtime
    return _assembled(stage, (builds, runs, paths), cut, user, (cgo, insertions), runtime)


def _without_cgo(build: _Build) -> tuple[Place, str]:
    item, span = build.command.place
    return Place(item, Span(span.start, span.start)), "CGO_ENABLED=0 "


def _assembled(
    stage: Stage,
    what: tuple[tuple[_Build, ...], tuple[Running, ...], dict[Running, str]],
    cut: Cut,
    user: Account,
    native: tuple[Native, tuple[tuple[Place, str], ...]],
    runtime: Runtime,
) -> Extraction:
    builds, runs, paths = what
    cgo, insertions = native
    folders = telling_folders(stage, cgo.embedded)
    extra = named(stage, (*_scripts(stage, runs, paths), *named_files(stage, runs), *named_by_variables(stage)))
    inside = tuple({build.command.directory or "/" for build in builds} | set(paths.values()) | {"/go", "/root"})
    repeated = outside_copies(stage, cut.last, inside)
    relocated, created = created_by(stage, user, cut.last, cut.owned) if runtime.user is None else ((), "")
    made = folders_made(stage, cut.last, (*inside, "/tmp"))
    artifacts = without_nested(
        (
            *[Artifact(path, False) for path in dict.fromkeys(paths.values())],
            *extra,
            *folders,
            *made,
            *runtime.artifacts,
        )
    )
    owner = user.text if cut.owned and not user.is_root and not user.commands else None
    artifacts = tuple([artifact._replace(owner=runtime.user or owner) if owner else artifact for artifact in artifacts])
    assumptions = [*runtime.assumptions, *_assumed(stage, insertions, folders)]
    preparation = list(runtime.preparation)
    rewritten: dict[Instruction, str] = {}
    changes = {"base"} if runtime.user is None else {"base", "user"}
    if created:
        preparation.append(created)
    if runtime.user is not None:
        rewritten = {
            instruction: f"USER {runtime.user}" for instruction in stage.instructions if instruction.keyword == "USER"
        }
    return Extraction(
        runtime.image,
        f"Go → {runtime.title}",
        cut.last,
        artifacts,
        tuple(preparation),
        repeated,
        relocated,
        insertions,
        dropped=cut.dropped | runtime.dropped,
        rewritten=rewritten,
        assumptions=tuple(assumptions),
        changes=frozenset(changes),
    )


def _scripts(stage: Stage, runs: tuple[Running, ...], paths: dict[Running, str]) -> tuple[str, ...]:
    """Programs that are files of the stage without being built, such as an entrypoint script, and launchers."""
    found = [run.path for run in runs if run not in paths and run.path is not None]
    found += [run.launcher for run in runs if run.launcher is not None and run.launcher.startswith("/")]
    return tuple(dict.fromkeys(found))


def _assumed(stage: Stage, insertions: tuple[tuple[Place, str], ...], folders: tuple[Artifact, ...]) -> tuple[str, ...]:
    found: list[str] = []
    if insertions:
        found.append("the program uses no cgo, so it is built with `CGO_ENABLED=0`")
    if folders:
        names = ", ".join([f"`{folder.path}`" for folder in folders])
        found.append(f"the program reads {names} at run time, so they are copied too")
    found.append("the program reads no other file of the builder at run time")
    return tuple(found)
