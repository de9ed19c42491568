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
installs it or sets TZ; distroless images have certificates and time zones. A program that looks up users takes the
builder's accounts to an empty image. The user of the image stays the same; one
whose number the file tells is written as that number in an image without a shell.
"""

from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_at, owned
from dockls.ecosystems.environment import USUAL_FOLDERS
from dockls.ecosystems.go_builds import GoBuild, Programs, go_builds, programs_made
from dockls.ecosystems.native import Native, libraries_of, native_code
from dockls.ecosystems.programs import Running, named_files, running
from dockls.ecosystems.resources import (
    files_by,
    folders_made,
    named,
    named_by_variables,
    outside_copies,
    settings_copies,
    telling_folders,
    without_nested,
)
from dockls.ecosystems.runtimes import Needs, pick
from dockls.ecosystems.steps import packages, packages_to_run, tools_installed
from dockls.semantics import Stage, joined
from dockls.semantics.compatibility import Linking, go_linking, libc_of
from dockls.semantics.files import made
from dockls.syntax import Instruction, Place
from dockls.text import Span

ORDER = 10
_ACCOUNTS = ("/etc/passwd", "/etc/group")


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Go program without the Go toolchain."""
    from dockls.knowledge import development_command

    builds = go_builds(stage)
    runs = running(stage)
    if not builds or not any(run.role == "program" for run in runs):
        return None
    watched = [run for run in runs if run.role == "program" and development_command(list(run.words))]
    if watched:
        return Obstacle(f"`{' '.join(watched[0].words)}` needs the tools of the build at run time")
    found = programs_made(stage, runs, builds)
    if found is None:
        return None
    cut = cut_at(stage, found.last, wish)
    if isinstance(cut, Obstacle):
        return cut
    user = account(stage)
    if user is None:
        return Obstacle("which user the program runs as is not known")
    return _extraction(stage, wish, builds, found, cut, user)


class _Linked(NamedTuple):
    """How the programs are linked, what is inserted for it, and what the sources tell."""

    kind: str | None
    insertions: tuple[tuple[Place, str], ...]
    native: Native


def _linked(stage: Stage, builds: tuple[GoBuild, ...]) -> _Linked:
    """Statically where that is so already or can be had, else as the builder's C library has it."""
    native = native_code(stage, tuple([build.command for build in builds]))
    linkings = [go_linking(stage, build.command) for build in builds]
    if any(build.opaque for build in builds):
        return _Linked(libc_of(stage), (), native)
    said = all("=0" in linking.why or "-static" in linking.why for linking in linkings)
    habit = any(_links_by_habit(stage, linking) for linking in linkings)
    if all(linking.kind == "static" for linking in linkings) and not habit and (said or not native.evident):
        return _Linked("static", (), native)
    if native.evident or any(build.command.instruction.is_json for build in builds):
        return _Linked(next((link.kind for link in linkings if link.kind != "static"), libc_of(stage)), (), native)
    insertions: list[tuple[Place, str]] = []
    for build, linking in zip(builds, linkings, strict=True):
        if linking.kind != "static" or _links_by_habit(stage, linking):
            item, span = build.command.place
            insertions.append((Place(item, Span(span.start, span.start)), "CGO_ENABLED=0 "))
    return _Linked("static", tuple(insertions), native)


def _links_by_habit(stage: Stage, linking: Linking) -> bool:
    """Whether a Go older than 1.20 takes packages of its library that were compiled with cgo, compiler or not."""
    from dockls.knowledge import facts

    known = facts(stage.base_image or "")
    version = (known.version or "").split(".") if known is not None else []
    old = len(version) > 1 and version[0] == "1" and version[1].isdigit() and int(version[1]) < 20
    return old and linking.kind == "static" and "=0" not in linking.why and "-static" not in linking.why


def _extraction(
    stage: Stage, wish: Wish, builds: tuple[GoBuild, ...], found: Programs, cut: Cut, user: Account
) -> Extraction | Obstacle:
    linked = _linked(stage, builds)
    libraries = libraries_of(stage) if linked.kind != "static" else ()
    if isinstance(libraries, Obstacle):
        return libraries
    below = {package.name for package in packages(stage) if package.instruction in cut.runtime}
    libraries = tuple([name for name in (*libraries, *packages_to_run(stage)) if name not in below])
    shells = tuple([run for run in found.runs if run.shell])
    foreign = tuple([run for run in found.runs if run not in found.paths or _is_launched(stage, run)])
    needs = Needs(linked.kind, shells, foreign, cut.runtime, user, libraries, found.script)
    runtime = pick(stage, needs, wish)
    if isinstance(runtime, Obstacle):
        return runtime
    relocated, created = (
        created_by(stage, user, cut.last, bool(cut.owned or cut.copied)) if runtime.user is None else ((), "")
    )
    artifacts, repeated = _brought(stage, builds, found, cut, linked.native)
    if runtime.image == "scratch" and linked.native.accounts:
        artifacts += tuple([Artifact(path, False) for path in _ACCOUNTS])
    late = any(command.instruction in cut.runtime for command in user.commands)
    owner = None if user.is_root or late else runtime.user or user.text
    users = [one for one in stage.instructions if one.keyword == "USER" and runtime.user is not None]
    return Extraction(
        runtime.image,
        f"Go → {runtime.title}",
        cut.last,
        tuple([owned(artifact, cut, owner) for artifact in without_nested((*artifacts, *runtime.artifacts))]),
        (*runtime.preparation, *([created] if created else [])),
        repeated,
        relocated,
        linked.insertions,
        dropped=cut.dropped | runtime.dropped,
        rewritten=dict.fromkeys(users, f"USER {runtime.user}"),
        assumptions=(*runtime.assumptions, *_assumed(stage, builds, found, linked), *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if users or user.assumed or runtime.is_other_user else ()),
    )


def _is_launched(stage: Stage, run: Running) -> bool:
    """Whether another program starts this one, which the stage's files do not hold."""
    path = None if run.launcher is None else joined(stage.final_state.workdir, run.launcher)
    return run.launcher is not None and ("/" not in run.launcher or path is None or made(stage, path) is None)


def _brought(
    stage: Stage, builds: tuple[GoBuild, ...], found: Programs, cut: Cut, native: Native
) -> tuple[tuple[Artifact, ...], tuple[Instruction, ...]]:
    """What the last stage takes from the builder, and the COPY instructions that it has as well."""
    folders = telling_folders(stage, native.embedded)
    paths = (*_scripts(found), *named_files(stage, found.runs), *named_by_variables(stage))
    below = stage.instructions[stage.instructions.index(cut.last) + 1 :]
    extra = named(stage, paths, below)
    inside = (*{build.command.directory or "/" for build in builds}, *found.paths.values(), "/go", "/root", "/tmp")
    outside = dict.fromkeys((*outside_copies(stage, cut.last, inside), *settings_copies(stage, cut.last)))
    programs = [_program(run, path) for run, path in found.paths.items()]
    taken = {artifact.path for artifact in extra}
    repeated = tuple([one for one in outside if not {entry.path for entry in files_by(stage, one)} & taken])
    return (*programs, *extra, *folders, *folders_made(stage, cut.last, inside)), repeated


def _program(run: Running, path: str) -> Artifact:
    """A binary; one that is called by its bare name goes where every image looks for it."""
    folder, _, name = path.rpartition("/")
    away = run.path is None and folder not in USUAL_FOLDERS
    return Artifact(path, False, destination=f"/usr/local/bin/{name}" if away else None)


def _scripts(found: Programs) -> tuple[str, ...]:
    """Programs that are files of the stage without being built, such as an entrypoint script, and launchers."""
    paths = [run.path for run in found.runs if run not in found.paths and run.path is not None]
    paths += [run.launcher for run in found.runs if run.launcher is not None and run.launcher.startswith("/")]
    return tuple(dict.fromkeys(paths))


def _assumed(stage: Stage, builds: tuple[GoBuild, ...], found: Programs, linked: _Linked) -> tuple[str, ...]:
    sentences: list[str] = []
    if linked.insertions:
        sentences.append("the program uses no cgo, so it is built with `CGO_ENABLED=0`")
    for build in builds:
        if build.opaque:
            made = ", ".join([f"`{path}`" for path in dict.fromkeys(found.paths.values())])
            sentences.append(f"`{' '.join(build.command.words)}` makes {made}")
            break
    folders = telling_folders(stage, linked.native.embedded)
    if folders:
        names = ", ".join([f"`{folder.path}`" for folder in folders])
        sentences.append(f"the program reads {names} at run time, so they are copied too")
    if found.script is not None:
        sentences.append(f"`{found.script}` calls nothing that the smaller image does not have")
    tools = [f"`{name}`" for name in tools_installed(stage) if name not in [run.name for run in found.runs]]
    if tools:
        sentences.append(f"the program does not call {', '.join(tools)}, which the builder installs")
    sentences.append("the program reads no other file of the builder at run time")
    return tuple(sentences)
