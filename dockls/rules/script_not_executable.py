"""A script from the build context is run by its path, and nobody may execute it.

COPY takes the mode of a file along. A wrapper (`gradlew`, `mvnw`) that was unpacked from an archive, or committed on a
system that knows no such mode, ends the build with “permission denied”, an entrypoint ends the container so. Git
remembers the mode: `git update-index --chmod=+x gradlew` mends it for everybody, `COPY --chmod=755` for this image.

It is told where the build context lies on a disk that knows modes. Nothing is said where a step may set the mode: any
`chmod`, `install`, a script, a COPY with `--chmod`.

```sh gradlew
#!/bin/sh
exec java org.gradle.wrapper.GradleWrapperMain "$@"
```

```modes
644 gradlew
```

```dockerfile
FROM eclipse-temurin:25-jdk
WORKDIR /src
COPY gradlew ./
COPY gradle ./gradle
RUN ./gradlew --version
    ^^^^^^^^^ warning: `gradlew` is not executable in the build context: “permission denied”
```

->

```dockerfile
FROM eclipse-temurin:25-jdk
WORKDIR /src
COPY --chmod=755 gradlew ./
COPY gradle ./gradle
RUN ./gradlew --version
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rearranging import with_flag
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage, contract, joined
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import CERTAIN, Made, copy_of, files_of
from dockls.semantics.first_line import on_first_line
from dockls.semantics.frontend import lacking
from dockls.shell.instruction import scripts
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

#: programs that may set the mode of a file, as scripts may
_SETTING = frozenset(("chmod", "install", "find", "xargs", "setfacl", "sh", "bash", "ash", "dash", "make", "perl",
                      "python", "python3", "git", "unzip", "tar"))  # fmt: skip
#: shells that a script names in its first line, and how they are called
_SHELLS = {"#!/bin/sh": "sh", "#!/usr/bin/env sh": "sh", "#!/bin/bash": "bash", "#!/usr/bin/env bash": "bash"}


@stage_rule(severity=Severity.WARNING, theme="files")
def script_not_executable(stage: Stage) -> Iterator[Finding]:
    """Look at the paths that RUN, CMD and ENTRYPOINT start, and at the files of the context behind them."""
    if not stage.context.known:
        return
    told: set[str] = set()
    for command in executed(stage):
        path = joined(command.directory, command.words[0]) if _is_path(command.words[0]) else None
        if path is None or path in told:
            continue
        brought = _brought(stage, path, command.instruction)
        if brought is not None and not _may_be_set(stage, brought[0], command):
            told.add(path)
            yield _finding(stage, command.instruction, command.word_span(0), brought, command)
    yield from _of_start(stage)


def _is_path(word: str) -> bool:
    return "/" in word and not set(word) & set("$*?[{~`")


def _of_start(stage: Stage) -> Iterator[Finding]:
    """The same of what the finished image starts."""
    promised = contract(stage)
    start = promised.entrypoint or promised.command
    instruction = None if start is None else start.origin
    if instruction is None or instruction not in stage.instructions:
        return
    piece = next(iter(scripts(instruction)), None)
    if piece is None or not piece.script.commands or not piece.script.commands[0].words:
        return
    word = piece.script.commands[0].words[0]
    path = joined(stage.final_state.workdir, word.value) if word.value and _is_path(word.value) else None
    brought = None if path is None else _brought(stage, path, None)
    if brought is not None and not _may_be_set(stage, brought[0], None):
        yield _finding(stage, instruction, word.span.shifted(piece.offset), brought, None)


def _brought(stage: Stage, path: str, before: Instruction | None) -> tuple[Made, str] | None:
    """The COPY that brings a file which nobody may execute, and the file's path in the build context."""
    below = set[Instruction]() if before is None else set(stage.instructions[stage.instructions.index(before) :])
    for entry in reversed(files_of(stage)):
        inside = path == entry.path or (entry.kind != "file" and path.startswith(entry.path.rstrip("/") + "/"))
        if not inside or entry.origin == "workdir" or entry.instruction in below:
            continue
        if entry.origin != "context" or entry.certainty != CERTAIN or entry.source is None:
            return None
        rest = posixpath.relpath(path, entry.path)
        source = entry.source if rest == "." else posixpath.join(entry.source, rest)
        if stage.context.kind(source) != "file" or stage.context.ignored(source).ignored:
            continue
        flag = entry.instruction.parsed.flag("chmod")
        return (entry, source) if flag is None and stage.context.executable(source) is False else None
    return None


def _may_be_set(stage: Stage, entry: Made, before: Executed | None) -> bool:
    """Whether a step between the COPY and the command may make the file executable."""
    steps = [(each, one) for each in reversed(stage.chain) for one in each.instructions]
    first = next((number for number, step in enumerate(steps) if step[1] is entry.instruction), len(steps))
    if entry.instruction.keyword == "ADD":
        return True
    for each, instruction in steps[first + 1 :]:
        if instruction.keyword != "RUN":
            continue
        commands = executed_by(each, instruction)
        if not commands or "chmod" in instruction.text:
            return True
        for command in commands:
            if command is before:
                return False
            if command.words[0].rpartition("/")[2] in _SETTING or "/" in command.words[0]:
                return True
    return False


def _finding(
    stage: Stage, instruction: Instruction, span: Span, brought: tuple[Made, str], command: Executed | None
) -> Finding:
    entry, source = brought
    message = f"`{posixpath.normpath(source)}` is not executable in the build context: “permission denied”"
    related = Related(Place(entry.instruction, entry.instruction.keyword_span), "brings it as it is")
    return Finding(on_first_line(instruction, span), message, (related,), _fixes(stage, entry, source, command))


def _fixes(stage: Stage, entry: Made, source: str, command: Executed | None) -> tuple[Fix, ...]:
    """The mode on a COPY of this file alone; else its shell in front of it, or a `chmod`."""
    instruction = entry.instruction
    copy = copy_of(stage, instruction)
    if entry.kind == "file" and copy is not None and len(copy.sources) == 1:

        def setting(model: Model) -> list[Edit] | None:
            return [with_flag(model, instruction, "--chmod=755")] if lacking(model, "chmod") is None else None

        return (Fix("Set the mode with --chmod", setting, safe=False),)
    if command is None or command.instruction.is_json:
        return ()
    first = (stage.context.read(source) or "").partition("\n")[0].replace("#! ", "#!").strip()
    written = command.instruction.text[command.word_span(0).start : command.word_span(0).end]
    path = joined(command.directory, command.words[0])
    runs = [one for one in executed(stage) if joined(one.directory, one.words[0]) == path]
    if first in _SHELLS and len(runs) == 1:
        start, text, title = command.word_span(0).start, f"{_SHELLS[first]} ", f"Run it by `{_SHELLS[first]}`"
    elif _can_set(stage, command):
        start, text, title = command.place.span.start, f"chmod +x {written} && ", "Make it executable first"
    else:
        return ()
    place = Place(command.instruction, Span(start, start))
    return (Fix(title, edits.replacing(place, text), safe=False),)


def _can_set(stage: Stage, command: Executed) -> bool:
    """Whether a `chmod` can stand in front of the command, and the user may change the mode."""
    user = (stage.state_before(command.instruction).user or "").partition(":")[0]
    return command.command.depth == 0 and command.command.connector in ("", "&&", ";") and user in ("root", "0")
