"""A Rust program is built from a dummy first, and nothing tells cargo that the real sources are newer.

To keep the compiled dependencies in a layer of their own, many files build `fn main() {}` and copy the sources
afterwards. But cargo compares times, and COPY keeps those of the build context: a file that was checked out before the
dummy was built counts as built already. The build succeeds, and the image holds a program that does nothing. It goes
unnoticed for as long as the layer of the dummy comes from a cache. Source: github.com/rust-lang/cargo/issues/7181.

`touch src/main.rs` behind the COPY is enough, for each file that was a dummy; cargo-chef, or cache mounts instead of
the dummy, do without the trick.

Nothing is said where a file is touched or written again, where `cargo clean` or `rm` removes what was built of the
dummy, where the second build has other options, and where the build context has a `lib.rs` that was no dummy.

```dockerfile
FROM rust:1.90 AS build
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release
COPY src ./src
RUN cargo build --release
    ^^^^^^^^^^^^^^^^^^^^^ warning: cargo may take the real `main.rs` for built already: COPY keeps its older time
```

->

```dockerfile
FROM rust:1.90 AS build
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo "fn main() {}" > src/main.rs && cargo build --release
COPY src ./src
RUN touch -c /app/src/main.rs && cargo build --release
```
"""

import posixpath
from collections.abc import Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage, joined
from dockls.semantics.execution import Executed, executed, executed_by, named_path
from dockls.semantics.files import copy_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: how many stages of the FROM chain are looked at
_MOST_STAGES = 5
#: options that do not change what cargo builds
_NEUTRAL = frozenset(("--locked", "--offline", "--frozen", "-v", "-vv", "--verbose", "-q", "--quiet", "--color=always"))
_BUILDING = {"build": "build", "b": "build", "run": "build", "r": "build", "install": "install"}


@stage_rule(severity=Severity.WARNING, theme="files")
def dummy_sources(stage: Stage) -> Iterator[Finding]:
    """Follow the stages from the dummy to the build of what was copied over it."""
    if not any(command.command.program == "cargo" for command in executed(stage)):
        return
    found = _Found()
    for each in reversed(stage.nearest(_MOST_STAGES)):
        for instruction in each.instructions:
            finding = _step(found, each, instruction)
            if found.over or finding is not None:
                if finding is not None and each is stage:
                    yield finding
                return


class _Found:
    """What has happened so far: dummies by their paths, the builds of them, and those copied over since."""

    def __init__(self) -> None:
        self.dummies: dict[str, Executed] = {}
        self.builds: set[tuple[str, ...]] = set()
        self.replaced: list[str] = []
        #: whether something has been done that makes cargo build again
        self.over = False


def _step(found: _Found, stage: Stage, instruction: Instruction) -> Finding | None:
    if instruction.keyword == "RUN":
        for command in executed_by(stage, instruction):
            finding = _run(found, stage, command)
            if found.over or finding is not None:
                return finding
    elif instruction.keyword in ("COPY", "ADD") and found.dummies:
        _copy(found, stage, instruction)
    elif instruction.keyword == "ENV" and found.builds:
        found.over = "RUSTFLAGS" in instruction.text or "CARGO" in instruction.text
    return None


def _run(found: _Found, stage: Stage, command: Executed) -> Finding | None:
    program, words = command.command.program, command.words
    if not found.builds:
        for path in _written(stage, command):
            found.dummies[path] = command
    elif _renews(command):
        found.over = True
        return None
    if program != "cargo" or len(words) < 2 or not found.dummies or command.conditional:
        return None
    build = _build(command)
    if build is None:
        return None
    if not found.replaced:
        found.builds.add(build)
    elif build in found.builds:
        return _finding(found, command)
    return None


def _written(stage: Stage, command: Executed) -> list[str]:
    """The files ``main.rs`` and ``lib.rs`` that a command writes something into that can be built."""
    program, words = command.command.program, command.words
    if program == "cargo" and words[1:2] in (("init",), ("new",)):
        valued = {number + 1 for number, word in enumerate(words) if word in ("--name", "--vcs", "--edition")}
        folders = [word for at, word in enumerate(words) if at > 1 and at not in valued and not word.startswith("-")]
        kind = "lib.rs" if "--lib" in words else "main.rs"
        path = joined(command.directory, posixpath.join(folders[0] if folders else ".", "src", kind))
        return [path] if path is not None and "$" not in path else []
    targets = [one.target for one in command.command.redirects if one.operator in (">", ">|", ">>") and one.target]
    texts = [target.text if target.value is None else target.value for target in targets]
    has_main = program == "cat" or any("main" in word for word in words)
    if program == "touch":
        texts += words[1:]
    elif program == "tee":
        texts, has_main = texts + list(words[1:]), True
    allowed = ("main.rs", "lib.rs") if has_main and program != "touch" else ("lib.rs",)
    paths = [named_path(stage, command, text) for text in texts if posixpath.basename(text) in allowed]
    return [path for path in paths if path is not None]


def _renews(command: Executed) -> bool:
    """Whether a command may give sources a new time or remove what was built."""
    words = command.words
    if "touch" in words or words[:2] == ("cargo", "clean"):
        return True
    program = command.command.program
    if program in ("rm", "find", "mv", "cargo-clean", "sh", "bash"):
        return any("target" in word or "fingerprint" in word or "/deps" in word for word in words[1:])
    if program in ("sed", "cp", "install", "git", "rsync", "tar", "unzip", "xargs", "tee", "cat", "patch"):
        return True
    return any(one.target is not None and one.target.text.endswith(".rs") for one in command.command.redirects)


def _build(command: Executed) -> tuple[str, ...] | None:
    """What a build is told; equal for builds that share what they make. None if it is no build."""
    words = list(command.words[1:])
    if words and words[0].startswith("+"):
        words = words[1:]
    kind = _BUILDING.get(words[0]) if words else None
    if kind is None:
        return None
    end = words.index("--") if "--" in words else len(words)
    options = sorted(["--release" if word == "-r" else word for word in words[1:end] if word not in _NEUTRAL])
    variables = [word.text for word in command.command.assignments]
    caches = [flag.value or "" for flag in command.instruction.flags if flag.name == "mount"]
    kept = ["cache of target" for value in caches if "type=cache" in value and "/target" in value]
    return (kind, *options, *sorted(variables), *kept[:1])


def _copy(found: _Found, stage: Stage, instruction: Instruction) -> None:
    from dockls.semantics.manifests import Bringer, brought

    copy = copy_of(stage, instruction)
    if copy is None or copy.destination is None or instruction.heredocs:
        return
    by = Bringer(instruction, copy.sources, copy.destination, copy.is_folder)
    context = stage.context
    is_context = copy.stage is None and not copy.from_image and context.known
    for path in list(found.dummies):
        source = brought(by, path, context)
        if source is None or _is_misplaced(source[0]):
            continue
        if not found.builds:
            del found.dummies[path]
        elif not is_context or _is_alone(found, stage, path, source[0]):
            found.replaced.append(path)


def _is_misplaced(source: str) -> bool:
    """Whether a folder of sources would have to hold another one: ``COPY src .`` brings no ``src/app/src/main.rs``."""
    return posixpath.dirname(source).split("/").count("src") > 1


def _is_alone(found: _Found, stage: Stage, path: str, source: str) -> bool:
    """Whether the file is there, and no library beside it that the dummy lacked: then cargo builds the program anew."""
    beside = posixpath.join(posixpath.dirname(path), "lib.rs")
    library = stage.context.kind(posixpath.join(posixpath.dirname(source), "lib.rs")) == "file"
    return stage.context.kind(source) == "file" and not (library and beside not in found.dummies)


def _finding(found: _Found, command: Executed) -> Finding:
    paths = list(dict.fromkeys(found.replaced))
    name = posixpath.basename(paths[0])
    message = f"cargo may take the real `{name}` for built already: COPY keeps its older time"
    related = (Related(found.dummies[paths[0]].place, "makes the dummy"),)
    if command.instruction.is_json:
        return Finding(command.place, message, related)
    fix = Fix("Touch the sources", partial(_touched, tuple(paths), command), safe=False)
    return Finding(command.place, message, related, (fix,))


def _touched(paths: tuple[str, ...], command: Executed, model: Model) -> list[Edit]:
    start = model.absolute(command.place).start
    return [Edit(Span(start, start), f"touch -c {' '.join(paths)} && ")]
