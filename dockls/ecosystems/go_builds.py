"""What a stage builds of Go sources, and which of it the image runs."""

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from dockls.ecosystems.programs import Running, on_search_path
from dockls.semantics import Stage, expanded
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import files_of, made
from dockls.syntax import Instruction

if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts

#: programs that build by rules of the project's own
_RUNNERS = frozenset(("make", "gmake", "mage", "task", "just", "goreleaser", "bazel"))


class GoBuild(NamedTuple):
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


def go_builds(stage: Stage) -> tuple[GoBuild, ...]:
    """The commands of the stage that build Go programs; those of Make and the like only where there are no others."""
    from dockls.knowledge import build_command, facts

    found: list[GoBuild] = []
    known = facts(stage.base_image or "")
    for command in executed(stage):
        build = build_command(_as_install(command, known))
        if build is not None and build.ecosystem == "go":
            texts = tuple([output.path for output in build.outputs if output.path is not None])
            nameless = any(output.path is None or output.kind == "directory" for output in build.outputs)
            found.append(_go_build(stage, command, texts, nameless))
    if not found and known is not None and known.language == "go":
        found = [
            GoBuild(command, (), None, True)
            for command in executed(stage)
            if command.command.program in _RUNNERS or command.command.program.endswith("build.sh")
        ]
    return tuple(found)


def _go_build(stage: Stage, command: Executed, texts: tuple[str, ...], nameless: bool) -> GoBuild:
    state = stage.state_before(command.instruction)
    installs = bool({"install", "get"} & set(command.words[:3]))
    folder = command.directory
    if installs:
        folder = state.lookup("GOBIN") or posixpath.join(state.lookup("GOPATH") or "/go", "bin")
    paths: list[str] = []
    for text in texts:
        path = expanded(text, state, command.instruction.escape) if "$" in text else text
        if path is not None and installs:
            path = posixpath.join(folder or "/go/bin", posixpath.basename(path))
        if path is not None and (path.startswith("/") or folder is not None):
            paths.append(posixpath.normpath(posixpath.join(folder or "/", path)))
    inside = paths[-1] if paths else folder
    if command.directory in paths:
        # A folder given as the output gets the binary under its own name.
        return GoBuild(command, (), command.directory, False)
    return GoBuild(command, tuple(paths), inside if nameless else None, False)


def _as_install(command: Executed, known: "ImageFacts | None") -> list[str]:
    """The words of a command; up to Go 1.17 a ``go get`` without ``-d`` installs (go.dev/doc/go1.18, "go get")."""
    words = list(command.words)
    version = (known.version or "").split(".") if known is not None and known.language == "go" else []
    old = len(version) > 1 and version[0] == "1" and version[1].isdigit() and int(version[1]) < 18
    if old and words[:2] == ["go", "get"] and "-d" not in words:
        return ["go", "install", *[word for word in words[2:] if not word.startswith("-")]]
    return words


def programs_made(stage: Stage, runs: tuple[Running, ...], builds: tuple[GoBuild, ...]) -> Programs | None:
    """Which of the commands run what was built; None if the program is nothing of the kind."""
    from dockls.knowledge import facts

    paths: dict[Running, str] = {}
    steps: list[Instruction] = []
    known = facts(stage.base_image or "")
    script = _script(stage, runs) if known is not None and known.language == "go" else None
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


def _maker(stage: Stage, path: str, builds: tuple[GoBuild, ...]) -> Instruction | None:
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
