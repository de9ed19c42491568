"""Java, Kotlin and Scala: a jar, or a folder of classes, that needs a runtime but no JDK.

The program of CMD or ENTRYPOINT must be `java` with a jar or class path that Maven, Gradle, sbt, Leiningen or `javac`
makes in the stage, or the start script of Gradle's `installDist`. The jar is taken alone, a class path folder by
folder; with them go agents (`-javaagent`), files that arguments and variables name, folders such as `config` where the
build context is known to have them, and what COPY brought to other places than the sources.

The runtime is Temurin's JRE of the same Java version, on Alpine where the builder is. Distroless is possible where the
file has an ENTRYPOINT of its own, as that image's already is `java -jar`. Packages that are not for building, tools
that a health check calls, and the user of the image are set up there as they were. A command that runs the build tool
(`mvn spring-boot:run`) is refused.
"""

import posixpath
from fnmatch import fnmatchcase
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, cut_for_user, owned
from dockls.ecosystems.java_runtime import JavaRuntime, has_entrypoint, java_runtime
from dockls.ecosystems.programs import Running, named_files, needing_tools, running
from dockls.ecosystems.resources import (
    folders_made,
    named,
    named_by_variables,
    outside_copies,
    settings_copies,
    settings_folders,
    telling_folders,
    without_nested,
)
from dockls.ecosystems.steps import assumed_of_tools
from dockls.semantics import Stage, expanded, joined
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import made
from dockls.syntax import Instruction

ORDER = 35

_ECOSYSTEMS = frozenset(("maven", "gradle", "sbt", "leiningen", "java"))
#: options of `java` that take the next word as their value
_VALUED = frozenset(("-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens"))
_CLASS_PATHS = frozenset(("-cp", "-classpath", "--class-path", "-p", "--module-path"))


class _Program(NamedTuple):
    """What the image starts: the absolute paths it is made of, and the last step that makes one of them."""

    paths: tuple[tuple[str, bool], ...]
    last: Instruction
    assumed: tuple[str, ...]


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Java program without the JDK."""
    builds = _builds(stage)
    runs = running(stage)
    programs = [run for run in runs if run.role == "program"]
    if not builds or not programs:
        return None
    obstacle = needing_tools(programs)
    if obstacle is not None:
        return obstacle
    started = next((run for run in programs if _paths(stage, run)), None)
    if started is None:
        return None
    program = _program(stage, started, builds)
    if program is None:
        return None
    end = cut_for_user(stage, program.last, wish)
    if isinstance(end, Obstacle):
        return end
    cut, user = end
    runtime = java_runtime(stage, wish, runs, cut.runtime, user)
    return runtime if isinstance(runtime, Obstacle) else _extraction(stage, runs, program, cut, user, runtime)


def _builds(stage: Stage) -> tuple[Executed, ...]:
    from dockls.knowledge import build_command

    found: list[Executed] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is not None and build.ecosystem in _ECOSYSTEMS:
            found.append(command)
    return tuple(found)


def _paths(stage: Stage, run: Running) -> tuple[tuple[str, bool], ...]:
    """The absolute paths of jars and class folders that a `java` command names, True for folders; also agents."""
    if run.name != "java":
        return _start_script(run)
    found: list[tuple[str, bool]] = []
    words = list(run.words[1:])
    is_jar, has_path = False, False
    while words:
        word = words.pop(0)
        if word == "-jar" and words:
            is_jar = True
            found.append((words.pop(0), False))
            break
        if word.startswith("-javaagent:"):
            found.append((word.partition(":")[2].partition("=")[0], False))
        elif word in _VALUED and words:
            value = words.pop(0)
            if word in _CLASS_PATHS:
                has_path = True
                found += [_class_path(entry) for entry in value.split(":") if entry]
        elif not word.startswith(("-", "@", "$")):
            break
    if not is_jar and not has_path:
        found.append((".", True))
    return tuple([(path, folder) for text, folder in found if (path := _absolute(stage, text)) is not None])


def _class_path(entry: str) -> tuple[str, bool]:
    return entry.removesuffix("/*"), not entry.endswith(".jar")


def _start_script(run: Running) -> tuple[tuple[str, bool], ...]:
    """The folder of what Gradle's `installDist` or sbt's `stage` installs: its start script stands in `bin`."""
    folder, _, _ = (run.path or "").rpartition("/bin/")
    return ((folder, True),) if "/build/install/" in folder or folder.endswith("/universal/stage") else ()


def _absolute(stage: Stage, text: str) -> str | None:
    value = expanded(text, stage.final_state, stage.declaration.escape) if "$" in text else text
    return None if value is None else joined(stage.final_state.workdir, value)


def _program(stage: Stage, run: Running, builds: tuple[Executed, ...]) -> _Program | None:
    """The paths with the step that makes them; None if the build makes none of them."""
    found: list[tuple[str, bool]] = []
    steps = [builds[-1].instruction]
    assumed: list[str] = []
    is_built = False
    for path, folder in _paths(stage, run):
        if "*" in path:
            path, folder = posixpath.dirname(path), True
        entry = made(stage, path)
        mover = _mover(stage, path, builds[0])
        if mover is not None or (entry is not None and entry.origin == "run"):
            steps += [mover.instruction] if mover is not None else []
            steps += [entry.instruction] if entry is not None and entry.instruction in stage.instructions else []
            is_built = True
        elif (maker := _maker(path, folder, builds)) is not None:
            is_built = True
            assumed.append(f"`{' '.join(maker.words)}` makes `{path}`")
        found.append((path, folder))
    if not is_built:
        return None
    last = max([stage.instructions.index(step) for step in steps])
    return _Program(tuple(dict.fromkeys(found)), stage.instructions[last], tuple(dict.fromkeys(assumed)))


def _mover(stage: Stage, path: str, first: Executed) -> Executed | None:
    """The command behind the first build that moves something there: ``mv target/*.jar /app.jar``."""
    commands = executed(stage)
    for command in reversed(commands[commands.index(first) :]):
        operands = [word for word in command.words[1:] if not word.startswith("-")]
        if command.command.program not in ("cp", "mv", "install") or len(operands) < 2 or "$" in operands[-1]:
            continue
        target = joined(command.directory, operands[-1])
        names = [posixpath.basename(operand) for operand in operands[:-1]]
        into = target == posixpath.dirname(path) and any(fnmatchcase(posixpath.basename(path), name) for name in names)
        if target == path or into:
            return command
    return None


def _is_brought(stage: Stage, path: str, below: tuple[Instruction, ...]) -> bool:
    """Whether a step below the build brings the path, which then does so in the last stage."""
    entry = made(stage, path)
    return entry is not None and entry.instruction in below


def _maker(path: str, folder: bool, builds: tuple[Executed, ...]) -> Executed | None:
    """The last build that puts such files there, in its own folder or in a module's below."""
    from dockls.knowledge import build_command

    for command in reversed(builds):
        build = build_command(list(command.words))
        if build is None or command.directory is None:
            continue
        if build.ecosystem == "java" and (path + "/").startswith(command.directory.rstrip("/") + "/"):
            return command
        for output in build.outputs:
            inside = (path + "/").startswith(command.directory.rstrip("/") + "/")
            pattern = posixpath.dirname(output.path or "") if folder else output.path
            if inside and pattern and (fnmatchcase(path, f"*/{pattern}") or fnmatchcase(path, f"*/{pattern}/*")):
                return command
    return None


def _extraction(
    stage: Stage, runs: tuple[Running, ...], program: _Program, cut: Cut, user: Account, runtime: JavaRuntime
) -> Extraction:
    directories = tuple({command.directory or "/" for command in _builds(stage)})
    inside = (*directories, *[path for path, _ in program.paths], "/root", "/tmp", "/home/gradle")
    below = stage.instructions[stage.instructions.index(cut.last) + 1 :]
    artifacts = [Artifact(path, folder) for path, folder in program.paths if not _is_brought(stage, path, below)]
    artifacts += named(stage, (*named_files(stage, runs), *named_by_variables(stage)), below)
    artifacts += (*telling_folders(stage), *settings_folders(stage))
    artifacts += folders_made(stage, cut.last, inside)
    taken = {artifact.path for artifact in artifacts}
    outside = dict.fromkeys((*outside_copies(stage, cut.last, inside), *settings_copies(stage, cut.last)))
    repeated = [one for one in outside if joined(stage.state_before(one).workdir, one.words[-1].value) not in taken]
    owner = None if user.is_root else user.text
    relocated, created = created_by(stage, user, cut.last, bool(cut.owned or cut.copied))
    sentences = [*program.assumed]
    if all(path.endswith(".jar") for path, _ in program.paths):
        sentences.append("the jar holds all classes that the program needs")
    sentences += assumed_of_tools(stage)
    sentences += runtime.assumptions
    sentences.append("the program needs no tool of the JDK and reads no other file of the builder at run time")
    changes = {"base", *(() if has_entrypoint(stage) else ("entrypoint",)), *(("user",) if user.assumed else ())}
    return Extraction(
        runtime.image,
        f"Java → {runtime.title}",
        cut.last,
        tuple([owned(artifact, cut, owner) for artifact in without_nested(tuple(artifacts))]),
        (*runtime.preparation, *([created] if created else [])),
        tuple(repeated),
        relocated,
        dropped=cut.dropped,
        assumptions=(*sentences, *assumed_of(user)),
        changes=frozenset(changes),
    )
