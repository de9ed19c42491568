"""How a program that a stage builds is linked: statically, or against the C library of the stage's image."""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics.compatibility import Linking, go_linking, libc_of, variable_of
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.files import Copy, Made, copies_of, files_of, made, made_by, source_path
from dockls.semantics.first_line import on_first_line
from dockls.semantics.stage import Stage, joined
from dockls.syntax import Place
from dockls.text import Span

#: a file is followed through so many copies
_MOST_STEPS = 12
_COMPILERS = frozenset(("gcc", "g++", "cc", "c++", "clang", "clang++", "ghc", "crystal"))
#: commands that make files and folders, but no programs
_NO_COMPILERS = frozenset(("mkdir", "touch", "curl", "wget"))
_STATIC_FLAGS = ("-static", "-static-pie", "-optl-static", "--static")


class Linked(NamedTuple):
    """What is known of a program: its linking, the stage and the command that built it.

    `is_certain` is False where it depends on what the sources use, as with Go and cgo.
    """

    linking: Linking
    stage: Stage
    build: Executed
    is_certain: bool

    @property
    def start(self) -> Place:
        """Where a variable for the command alone can be set."""
        span = self.build.command.words[0].span
        return Place(self.build.instruction, Span(span.start, span.start).shifted(self.build.offset))

    def setting(self, variable: str) -> str:
        """What sets a variable for the command alone, written at its start."""
        return f'env", "{variable}", "' if self.build.instruction.is_json else f"{variable} "


class Taken(NamedTuple):
    """A program that a COPY takes from another stage: the word that names it, its name, and how it is linked."""

    copy: Copy
    place: Place
    name: str
    linked: Linked


def programs_named(stages: tuple[Stage, ...], stage: Stage) -> Iterator[Taken]:
    """The programs that a stage takes from others by their own path, however they are linked; as `programs_taken`."""
    for copy, number, path in _taken(stage):
        found = linked(stages, stages[copy.stage or 0], path)
        if found is not None:
            yield _program(copy, number, path, found)


def programs_taken(stages: tuple[Stage, ...], stage: Stage) -> Iterator[Taken]:
    """The dynamically linked programs that a stage takes from others, in a folder too; `stages` are the file's."""
    for copy, number, path in _taken(stage):
        source_stage = stages[copy.stage or 0]
        found = linked(stages, source_stage, path)
        inside = () if found is not None else dict.fromkeys(_programs_in(source_stage, path))
        built = [(path, found), *[(program, linked(stages, source_stage, program)) for program in inside]]
        for program, known in built:
            if known is not None and known.linking.kind in ("glibc", "musl"):
                yield _program(copy, number, program, known)


def _taken(stage: Stage) -> Iterator[tuple[Copy, int, str]]:
    """What a stage takes from other stages: the COPY, the number of the source, and its path there."""
    for copy in copies_of(stage):
        for number, source in enumerate(copy.sources if copy.stage is not None else ()):
            yield copy, number, source_path(source)


def _program(copy: Copy, number: int, path: str, found: Linked) -> Taken:
    place = on_first_line(copy.instruction, copy.instruction.words[number].span)
    return Taken(copy, place, posixpath.basename(path), found)


def _programs_in(stage: Stage, folder: str) -> Iterator[str]:
    """The files that commands of the stage put into a folder other than the topmost."""
    for one in files_of(stage):
        if one.kind == "file" and one.origin == "run" and posixpath.dirname(one.path) == folder != "/":
            yield one.path


def linked(stages: tuple[Stage, ...], stage: Stage, path: str) -> Linked | None:
    """How the file at an absolute path of a stage is linked; None where that is not known. `stages` are the file's."""
    for _ in range(_MOST_STEPS):
        entry = made(stage, path)
        if entry is None:
            return None
        if entry.origin == "stage" and entry.stage is not None and entry.source is not None:
            inside = posixpath.relpath(path, entry.path)
            stage = stages[entry.stage]
            path = posixpath.normpath(posixpath.join("/", entry.source, inside if inside != "." else ""))
            continue
        owner = next((one for one in stage.chain if entry.instruction in one.section.instructions), None)
        if entry.origin != "run" or owner is None:
            return None
        found = _built(owner, entry)
        if isinstance(found, Linked) or found is None:
            return found
        path = found
    return None


def _built(owner: Stage, entry: Made) -> Linked | str | None:
    """The linking by a build command of the RUN; else the path that the RUN copied or moved to this one."""
    commands = executed_by(owner, entry.instruction)
    making = [one for one in commands if entry in made_by(owner, one)]
    if making and all(one.command.program in _NO_COMPILERS for one in making):
        return None
    for command in commands:
        found = _linking(owner, command)
        if found is not None:
            return found
    for command in commands:
        operands = command.operands
        if command.command.program in ("cp", "mv", "install") and len(operands) == len(("from", "to")):
            source, target = (joined(command.directory, word) for word in operands)
            if target == entry.path and source is not None and "$" not in source and "*" not in source:
                return source
    return None


def _linking(stage: Stage, command: Executed) -> Linked | None:
    program = command.command.program
    if command.words[:2] in (("go", "build"), ("go", "install")):
        linking = go_linking(stage, command)
        return Linked(linking, stage, command, is_certain=linking.kind == "static" or "=1" in linking.why)
    if program == "cargo" and {"build", "b", "install"} & set(command.words[1:3]):
        return Linked(_cargo(stage, command), stage, command, is_certain=True)
    if program in _COMPILERS:
        static = any(word in _STATIC_FLAGS for word in command.words)
        kind = "static" if static else libc_of(stage)
        return Linked(Linking(kind if kind != "none" else None, program), stage, command, is_certain=True)
    return None


def _cargo(stage: Stage, command: Executed) -> Linking:
    """Rust links statically for musl targets, which are the default of rust's Alpine images (``crt-static``)."""
    words = " ".join(command.words)
    target = variable_of(stage, command, "CARGO_BUILD_TARGET") or ""
    flags = variable_of(stage, command, "RUSTFLAGS") or ""
    if "musl" in words + target or "crt-static" in flags + words:
        return Linking("static", "built for musl")
    is_open = "$" in words or "target" in words or target or flags or _has_settings(stage)
    libc = libc_of(stage)
    if libc == "musl":
        return Linking("static" if not is_open else None, "the default of the image")
    return Linking("glibc" if libc == "glibc" and not is_open else None, "the default of the image")


def _has_settings(stage: Stage) -> bool:
    """Whether a file of cargo's own may choose another target."""
    return any(stage.context.exists(f".cargo/{name}") for name in ("config.toml", "config"))
