"""A Node server: what the build made, and the dependencies it needs to run.

The stage installs dependencies, builds, and starts what was built. Three stages come of it: the builder; `prod-deps`,
on the same base, which installs the dependencies once more without those for development (unless the builder has pruned
them, or never installed any); and the last one on the slim variant of the same version, or on the same image where that
is slim or Alpine already. It takes the manifests, `node_modules`, the folder that CMD starts from (`dist`), and telling
folders such as `public` or `views` where the build context is known to have them.

Where what CMD starts cannot be told (`npm start`, the context not known), or sources are run beside what was built, the
builder throws the development dependencies away and the whole folder is taken.

Packages that are not for building, headers' libraries, `corepack enable` and global tools that CMD starts are installed
again. A command that runs TypeScript or a development server is refused, as are hooks of package.json that call a tool
which is installed for development only.
"""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, ExtraStage, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.dependencies import Dependencies, dependencies_of
from dockls.ecosystems.interpreted_runtime import InterpretedRuntime, interpreted_runtime
from dockls.ecosystems.node_entry import Entry, entry_of, missing_tool
from dockls.ecosystems.package_json import package_json
from dockls.ecosystems.programs import Running, named_files, running
from dockls.ecosystems.resources import (
    folders_made,
    named,
    outside_copies,
    settings_copies,
    telling_folders,
    without_nested,
)
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copy_of
from dockls.syntax import Instruction

ORDER = 30

#: packages that run what was built
_NODE = frozenset(("bun", "node", "nodejs", "npm", "yarn"))


class _Parts(NamedTuple):
    """What the parts of the recognition found."""

    entry: Entry
    dependencies: Dependencies
    cut: Cut
    runtime: InterpretedRuntime
    user: Account
    folder: str


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Node server without the tools that built it."""
    from dockls.knowledge import development_command

    known = base_facts(stage)
    runs = running(stage)
    programs = tuple([run for run in runs if run.role == "program"])
    builds = _builds(stage)
    if known is None or known.language != "javascript" or not programs or not builds:
        return None
    served = _other_server(stage, programs[0])
    if served is not None:
        return served
    if any(development_command(list(run.words)) for run in programs):
        return Obstacle(f"`{' '.join(programs[0].words)}` needs the tools of the build at run time")
    folder = builds[-1].directory
    found = dependencies_of(stage, builds[0])
    if found is None:
        return None
    if isinstance(found, Obstacle) or folder is None:
        return found if isinstance(found, Obstacle) else Obstacle("the folder that the build runs in is not known")
    entry = entry_of(stage, programs[0], package_json(stage, folder), folder)
    if isinstance(entry, Obstacle):
        return entry
    if not entry.outputs and _builds_site(builds):
        return Obstacle(f"a site is built, and how `{' '.join(programs[-1].words)}` serves it cannot be told")
    tool = missing_tool(runs, package_json(stage, folder))
    if isinstance(tool, Obstacle):
        return tool
    parts = _parts(stage, wish, runs, entry, found, builds[-1].instruction, folder)
    if tool is not None and isinstance(parts, Extraction):
        return parts._replace(assumptions=(*parts.assumptions, tool))
    return parts


def _other_server(stage: Stage, run: Running) -> Obstacle | None:
    """A refusal where the image starts a program of a package, which may read files from anywhere."""
    if run.name in {package.name for package in packages(stage)} and run.name not in _NODE:
        return Obstacle(f"the image starts `{run.name}`, and which files that reads is not known")
    return None


def _builds(stage: Stage) -> list[Executed]:
    from dockls.knowledge import build_command

    found: list[Executed] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is not None and build.ecosystem in ("node", "bun"):
            found.append(command)
    return found


def _builds_site(builds: list[Executed]) -> bool:
    from dockls.knowledge import build_command

    return any(build is not None and build.site for build in [build_command(list(one.words)) for one in builds])


def _parts(
    stage: Stage,
    wish: Wish,
    runs: tuple[Running, ...],
    entry: Entry,
    found: Dependencies,
    build: Instruction,
    folder: str,
) -> Extraction | Obstacle:
    instructions = stage.instructions
    last = instructions[max(instructions.index(build), instructions.index(found.instruction))]
    end = cut_for_user(stage, last, wish)
    if isinstance(end, Obstacle):
        return end
    cut, user = end
    runtime = interpreted_runtime(stage, wish, runs, cut.runtime)
    if isinstance(runtime, Obstacle):
        return runtime
    return _extraction(stage, runs, _Parts(entry, found, cut, runtime, user, folder))


def _extraction(stage: Stage, runs: tuple[Running, ...], parts: _Parts) -> Extraction:
    entry, dependencies, cut, runtime, user, folder = parts
    owner = None if user.is_root else user.text
    stages: tuple[ExtraStage, ...] = ()
    appended: tuple[str, ...] = ()
    repeated: list[Instruction] = []
    assumptions: list[str] = []
    if entry.outputs:
        artifacts = [Artifact(posixpath.join(folder, output), True) for output in entry.outputs]
        again = [copy_of(stage, instruction) for instruction in dependencies.manifests]
        there = {copy.destination for copy in again if copy is not None and not entry.complete}
        artifacts += [one for one in telling_folders(stage) if one.path not in there]
        artifacts += named(stage, named_files(stage, runs))
        artifacts += folders_made(stage, cut.last, (folder, "/root", "/tmp"))
        if dependencies.lines and not entry.complete:
            stages = (ExtraStage("prod-deps", dependencies.lines),)
            assumptions += [] if dependencies.assumed is None else [dependencies.assumed]
        source = "prod-deps" if dependencies.lines else None
        modules = [] if entry.complete else [Artifact(posixpath.join(folder, "node_modules"), True, stage=source)]
        repeated += [] if entry.complete else list(dependencies.manifests)
        if not dependencies.manifests and not entry.complete:
            artifacts.insert(0, Artifact(posixpath.join(folder, "package.json"), False))
        artifacts = [*modules, *artifacts, *_generated(stage, folder, bool(dependencies.lines))]
        assumptions.append(f"the program reads nothing of `{folder}` at run time but what is copied")
    else:
        appended = () if dependencies.pruning is None else (dependencies.pruning,)
        artifacts = [Artifact(folder, True)]
        assumptions.append("the program does not use what is installed for development only")
    outside = [*outside_copies(stage, cut.last, (folder, "/root", "/tmp"))]
    outside += settings_copies(stage, cut.last) if entry.outputs else ()
    repeated += [one for one in dict.fromkeys(outside) if one not in repeated]
    artifacts = [owned(artifact, cut, owner) for artifact in without_nested(tuple(artifacts))]
    preparation = list(runtime.preparation)
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    if created:
        preparation.append(created)
    return Extraction(
        runtime.image,
        f"Node.js → {runtime.title}",
        cut.last,
        tuple(artifacts),
        tuple(preparation),
        (*runtime.repeated, *repeated),
        relocated,
        appended=appended,
        stages=stages,
        dropped=cut.dropped,
        assumptions=(*assumptions, *runtime.assumptions, *assumed_of(user)),
        changes=frozenset(("base",)) | frozenset(("user",) if user.assumed else ()),
    )


def _generated(stage: Stage, folder: str, again: bool) -> list[Artifact]:
    """What tools generate into `node_modules`, which a second installation would not have: Prisma's client."""
    words = [command.words for command in executed(stage)]
    prisma = any("prisma" in line and "generate" in line for line in words)
    manifest = package_json(stage, folder)
    prisma = prisma or (manifest is not None and "@prisma/client" in manifest.dependencies)
    return [Artifact(posixpath.join(folder, "node_modules/.prisma"), True)] if again and prisma else []
