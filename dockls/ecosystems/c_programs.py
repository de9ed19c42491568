"""C and C++: one binary, and the libraries that it is linked with.

The program of CMD or ENTRYPOINT must be what `gcc`, `g++`, `cc` or `clang` writes (`-o`), or lie among the copied
sources where nothing but `make`, CMake and the like can have put it; that one is told as an assumption. It is taken
alone, with the files that its arguments and variables name, folders such as `config` where the build context is known
to have them, and what COPY brought to other places than the sources.

It goes to the slim image of the builder's distribution, with the libraries whose headers the stage installs; a static
program (`-static`) can go to `scratch`. A program of C++ that is linked with the library of the `gcc` image is
refused: no image of a distribution has one that new.
"""

import posixpath

from dockls.ecosystems import Extraction, Obstacle, Wish
from dockls.ecosystems.built_programs import Build, Programs
from dockls.ecosystems.compiled import Linked, taken_out
from dockls.ecosystems.programs import Running, on_search_path, running
from dockls.ecosystems.resources import whole_copies
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, libc_of
from dockls.semantics.execution import Executed, executed, named_path
from dockls.semantics.files import made

ORDER = 60

_PLUS_PLUS = frozenset(("g++", "c++", "clang++"))
_RUNNERS = frozenset(("make", "gmake", "ninja", "cmake", "meson"))
_FETCHING = frozenset(("git", "curl", "wget"))
_INTERPRETED = ("python", "ruby", "perl", "php", "nodejs", "lua", "openjdk", "default-j", "erlang", "mono", "golang")


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a C program without the compiler."""
    known = base_facts(stage)
    runs = running(stage)
    if known is None or known.language not in (None, "c") or not any(run.role == "program" for run in runs):
        return None
    return taken_out(stage, wish, _builds(stage, runs), _linked)


def _builds(stage: Stage, runs: tuple[Running, ...]) -> tuple[Build, ...]:
    """The compilers' commands; those of make and the like only where the program can be theirs."""
    from dockls.knowledge import build_command

    found: list[Build] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem != "c":
            continue
        for output in build.outputs:
            path = named_path(stage, command, output.path)
            if path is not None:
                found.append(Build(command, (path,), None, False))
    rules = [command for command in executed(stage) if _runs_rules(command.words)]
    if found or not rules:
        return tuple(found)
    placed = _placed(stage, runs, rules)
    if placed:
        return tuple([Build(command, placed, None, True) for command in rules])
    return tuple([Build(command, (), None, True) for command in rules]) if _is_native(stage, runs) else ()


def _placed(stage: Stage, runs: tuple[Running, ...], rules: list[Executed]) -> tuple[str, ...]:
    """The programs that a command moves to where they are started from, in a RUN that builds what it has fetched."""
    steps = {command.instruction for command in rules}
    fetching = {command.instruction for command in executed(stage) if command.command.program in _FETCHING}
    found: list[str] = []
    for run in runs:
        candidates = (run.path,) if run.path is not None else on_search_path(stage, run.words[0])
        for path in candidates:
            entry = None if path is None or run.role != "program" else made(stage, path)
            exact = entry is not None and entry.path == path and entry.origin == "run"
            if path is not None and entry is not None and exact and entry.instruction in steps & fetching:
                found.append(path)
    return tuple(found)


def _runs_rules(words: tuple[str, ...]) -> bool:
    return words[0].rpartition("/")[2] in _RUNNERS and not {"--version", "-v", "clean"} & set(words)


def _is_native(stage: Stage, runs: tuple[Running, ...]) -> bool:
    """Whether a program among copied sources can hardly be a script: no ending, no interpreter, not in the context."""
    sources = [copied.path.rstrip("/") + "/" for copied in whole_copies(stage)]
    if any(package.name.startswith(_INTERPRETED) for package in packages(stage)):
        return False
    for run in runs:
        if run.role != "program" or run.path is None or "." in posixpath.basename(run.path):
            continue
        if not any(run.path.startswith(folder) for folder in sources):
            continue
        entry = made(stage, run.path)
        if entry is None or entry.path != run.path or entry.origin == "run":
            inside = stage.context.known and any(
                path.endswith(posixpath.basename(run.path)) for path in stage.context.files("")
            )
            return not inside
    return False


def _linked(stage: Stage, builds: tuple[Build, ...], found: Programs) -> Linked | Obstacle:
    assumptions = _assumed(stage, builds, found)
    words = [set(build.command.words) for build in builds]
    if all("-static" in one for one in words):
        return Linked("c", "C", "static", assumptions=assumptions)
    libc = libc_of(stage)
    known = base_facts(stage)
    plus = any(build.command.command.program in _PLUS_PLUS for build in builds)
    if plus and known is not None and known.family == "gcc" and not all("-static-libstdc++" in one for one in words):
        return Obstacle(
            f"the program needs the C++ library of `{stage.base_image}`, which is newer than a distribution's"
        )
    # Alpine has the library of C++ in a package of its own, Debian in every image.
    musl_plus = libc == "musl" and (plus or any(build.opaque for build in builds))
    libraries = ("libstdc++",) if musl_plus else ()
    return Linked("c", "C++" if plus else "C", libc, libraries=libraries, assumptions=assumptions)


def _assumed(stage: Stage, builds: tuple[Build, ...], found: Programs) -> tuple[str, ...]:
    opaque = [build for build in builds if build.opaque]
    if not opaque:
        return ()
    made_by = ", ".join([f"`{path}`" for path in dict.fromkeys(found.paths.values())])
    sentences = [f"`{' '.join(opaque[-1].command.words)}` makes {made_by}, which needs no library built here"]
    known = base_facts(stage)
    if known is not None and known.family == "gcc":
        sentences.append(f"the program is not written in C++, whose library is newer in `{stage.base_image}`")
    return tuple(sentences)
