"""What a stage builds of Go sources."""

import posixpath
from typing import TYPE_CHECKING

from dockls.ecosystems.built_programs import Build
from dockls.semantics import Stage, expanded
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed

if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts

#: programs that build by rules of the project's own
_RUNNERS = frozenset(("make", "gmake", "mage", "task", "just", "goreleaser", "bazel"))


def go_builds(stage: Stage) -> tuple[Build, ...]:
    """The commands of the stage that build Go programs; those of Make and the like only where there are no others."""
    from dockls.knowledge import build_command

    found: list[Build] = []
    known = base_facts(stage)
    for command in executed(stage):
        build = build_command(_as_install(command, known))
        if build is not None and build.ecosystem == "go":
            texts = tuple([output.path for output in build.outputs if output.path is not None])
            nameless = any(output.path is None or output.kind == "directory" for output in build.outputs)
            found.append(_go_build(stage, command, texts, nameless))
    if not found and known is not None and known.language == "go":
        found = [
            Build(command, (), None, True)
            for command in executed(stage)
            if command.command.program in _RUNNERS or command.command.program.endswith("build.sh")
        ]
    return tuple(found)


def _go_build(stage: Stage, command: Executed, texts: tuple[str, ...], nameless: bool) -> Build:
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
        return Build(command, (), command.directory, False)
    return Build(command, tuple(paths), inside if nameless else None, False)


def _as_install(command: Executed, known: "ImageFacts | None") -> list[str]:
    """The words of a command; up to Go 1.17 a ``go get`` without ``-d`` installs (go.dev/doc/go1.18, "go get")."""
    words = list(command.words)
    version = (known.version or "").split(".") if known is not None and known.language == "go" else []
    old = len(version) > 1 and version[0] == "1" and version[1].isdigit() and int(version[1]) < 18
    if old and words[:2] == ["go", "get"] and "-d" not in words:
        return ["go", "install", *[word for word in words[2:] if not word.startswith("-")]]
    return words
