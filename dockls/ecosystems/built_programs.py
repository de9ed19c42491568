"""Which of what a stage compiles the image runs: commands that build, and the programs that they make."""

import posixpath
from typing import NamedTuple

from dockls.ecosystems.programs import Running, on_search_path
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed
from dockls.semantics.files import files_of, made
from dockls.syntax import Instruction

#: languages whose base images come with a shell for scripts of the project's own
_LANGUAGES = ("go", "rust")


class Build(NamedTuple):
    """A command that builds.

    `paths` are what it makes, `folder` is where a binary of unknown name would lie. `opaque` tells of a command such as
    `make build`, which may make anything.
    """

    command: Executed
    paths: tuple[str, ...]
    folder: str | None
    opaque: bool


class Programs(NamedTuple):
    """What the image runs: all commands, the paths of those that are built, and the last step that they are built by.

    `script` is the path of a script that starts them, where there is one.
    """

    runs: tuple[Running, ...]
    paths: dict[Running, str]
    last: Instruction
    script: str | None


def programs_made(stage: Stage, runs: tuple[Running, ...], builds: tuple[Build, ...]) -> Programs | None:
    """Which of the commands run what was built; None if the program is nothing of the kind."""
    paths: dict[Running, str] = {}
    steps: list[Instruction] = []
    known = base_facts(stage)
    script = _script(stage, runs) if known is not None and known.language in _LANGUAGES else None
    if script is not None:
        built = [path for build in builds for path in build.paths]
        runs = (*runs, *[Running((path,), path, None, False, "program") for path in built if "$" not in path])
    for run in runs:
        candidates = (run.path,) if run.path is not None else on_search_path(stage, run.words[0])
        for path in candidates:
            maker = None if path is None or path == script else _maker(stage, path, builds)
            if path is not None and maker is not None:
                paths[run] = path
                steps.append(maker)
                break
    if not any(run.role == "program" for run in paths):
        return None
    steps += [build.command.instruction for build in builds if not build.opaque]
    last = max([stage.instructions.index(step) for step in steps])
    marked = tuple([run._replace(shell=True) if run.path is not None and run.path == script else run for run in runs])
    return Programs(marked, paths, stage.instructions[last], script)


def _script(stage: Stage, runs: tuple[Running, ...]) -> str | None:
    """The path of a script that comes from outside the stage and is what the image starts."""
    for run in runs:
        if run.role != "program" or run.path is None:
            continue
        entry = made(stage, run.path)
        exact = entry is not None and entry.path == run.path and entry.origin in ("context", "heredoc")
        if exact or (entry is not None and entry.origin == "context" and run.path.endswith((".sh", ".bash"))):
            return run.path
    return None


def _maker(stage: Stage, path: str, builds: tuple[Build, ...]) -> Instruction | None:
    """The last RUN from the first build on that makes the binary."""
    first = min(stage.instructions.index(build.command.instruction) for build in builds)
    for entry in reversed(files_of(stage)):
        if entry.origin != "run" or entry.instruction not in stage.instructions[first:]:
            continue
        if entry.path == path or (entry.kind is None and entry.path == posixpath.dirname(path)):
            return entry.instruction
    for build in reversed(builds):
        if path in build.paths or (build.folder is not None and posixpath.dirname(path) == build.folder):
            return build.command.instruction
        if build.opaque and _lies_in_the_project(stage, path):
            return build.command.instruction
    return None


def _lies_in_the_project(stage: Stage, path: str) -> bool:
    workdir = stage.final_state.workdir or "/"
    return workdir != "/" and path.startswith(workdir.rstrip("/") + "/")
