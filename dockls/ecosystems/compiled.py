"""Takes a compiled program out of the stage that builds it, whatever the language."""

from collections.abc import Callable
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.built_programs import Build, Programs, programs_made
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.environment import USUAL_FOLDERS
from dockls.ecosystems.native import libraries_of
from dockls.ecosystems.programs import Running, named_files, needing_tools, running
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
from dockls.ecosystems.steps import assumed_of_tools, packages, packages_to_run
from dockls.semantics import Stage, joined
from dockls.semantics.files import made
from dockls.syntax import Instruction, Place

_ACCOUNTS = ("/etc/passwd", "/etc/group")


class Linked(NamedTuple):
    """How the programs of a `language` are linked: ``static``, ``glibc``, ``musl``, or None where that is not known.

    `insertions` are put into the builder for it, `libraries` are packages that they need beside those for which the
    stage installs headers. `embedded` are folders that the compiler puts into the program, `accounts` tells that the
    program looks up users, `home` are folders of the toolchain, `assumptions` what is taken for granted of all that.
    """

    language: str
    title: str
    kind: str | None
    insertions: tuple[tuple[Place, str], ...] = ()
    libraries: tuple[str, ...] = ()
    embedded: frozenset[str] = frozenset()
    accounts: bool = False
    home: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


#: tells how the programs are linked which the builds of a stage make
Linker = Callable[[Stage, tuple[Build, ...], Programs], Linked | Obstacle]


def taken_out(stage: Stage, wish: Wish, builds: tuple[Build, ...], linker: Linker) -> Extraction | Obstacle | None:
    """What of the builds the image runs, alone; None if that is nothing, an obstacle where it cannot be taken out."""
    runs = running(stage)
    if not builds or not any(run.role == "program" for run in runs):
        return None
    obstacle = needing_tools(runs)
    if obstacle is not None:
        return obstacle
    found = programs_made(stage, runs, builds)
    if found is None:
        return None
    end = cut_for_user(stage, found.last, wish)
    if isinstance(end, Obstacle):
        return end
    linked = linker(stage, builds, found)
    return linked if isinstance(linked, Obstacle) else _extraction(stage, wish, builds, found, *end, linked)


def _extraction(
    stage: Stage, wish: Wish, builds: tuple[Build, ...], found: Programs, cut: Cut, user: Account, linked: Linked
) -> Extraction | Obstacle:
    libraries = libraries_of(stage) if linked.kind != "static" else ()
    if isinstance(libraries, Obstacle):
        return libraries
    below = {package.name for package in packages(stage) if package.instruction in cut.runtime}
    libraries = tuple([name for name in (*libraries, *linked.libraries, *packages_to_run(stage)) if name not in below])
    shells = tuple([run for run in found.runs if run.shell])
    foreign = tuple([run for run in found.runs if run not in found.paths or _is_launched(stage, run)])
    needs = Needs(linked.kind, shells, foreign, cut.runtime, user, libraries, found.script, linked.language)
    runtime = pick(stage, needs, wish)
    if isinstance(runtime, Obstacle):
        return runtime
    relocated, created = (
        created_by(stage, user, cut.last, bool(cut.owned or cut.copied)) if runtime.user is None else ((), "")
    )
    artifacts, repeated = _brought(stage, builds, found, cut, linked)
    if runtime.image == "scratch" and linked.accounts:
        artifacts += tuple([Artifact(path, False) for path in _ACCOUNTS])
    late = any(command.instruction in cut.runtime for command in user.commands)
    owner = None if user.is_root or late else runtime.user or user.text
    users = [one for one in stage.instructions if one.keyword == "USER" and runtime.user is not None]
    return Extraction(
        runtime.image,
        f"{linked.title} → {runtime.title}",
        cut.last,
        tuple([owned(artifact, cut, owner) for artifact in without_nested((*artifacts, *runtime.artifacts))]),
        (*runtime.preparation, *([created] if created else [])),
        repeated,
        relocated,
        linked.insertions,
        dropped=cut.dropped | runtime.dropped,
        rewritten=dict.fromkeys(users, f"USER {runtime.user}"),
        assumptions=(*runtime.assumptions, *_assumed(stage, found, linked), *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if users or user.assumed or runtime.is_other_user else ()),
    )


def _assumed(stage: Stage, found: Programs, linked: Linked) -> tuple[str, ...]:
    script = () if found.script is None else (f"`{found.script}` calls nothing that the smaller image does not have",)
    tools = assumed_of_tools(stage, [run.name for run in found.runs])
    return (*linked.assumptions, *script, *tools, "the program reads no other file of the builder at run time")


def _is_launched(stage: Stage, run: Running) -> bool:
    """Whether another program starts this one, which the stage's files do not hold."""
    path = None if run.launcher is None else joined(stage.final_state.workdir, run.launcher)
    return run.launcher is not None and ("/" not in run.launcher or path is None or made(stage, path) is None)


def _brought(
    stage: Stage, builds: tuple[Build, ...], found: Programs, cut: Cut, linked: Linked
) -> tuple[tuple[Artifact, ...], tuple[Instruction, ...]]:
    """What the last stage takes from the builder, and the COPY instructions that it has as well."""
    folders = telling_folders(stage, linked.embedded)
    paths = (*_scripts(found), *named_files(stage, found.runs), *named_by_variables(stage))
    below = stage.instructions[stage.instructions.index(cut.last) + 1 :]
    extra = named(stage, paths, below)
    inside = (
        *{build.command.directory or "/" for build in builds},
        *found.paths.values(),
        *linked.home,
        "/root",
        "/tmp",
    )
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
