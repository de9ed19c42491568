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

from collections.abc import Iterator

from dockls import edits
from dockls.rearranging import with_flag
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage, contract, joined
from dockls.semantics.context_files import ContextFile, context_file
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import Made, copy_of
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
        if brought is not None and not _may_be_set(stage, brought.entry, command):
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
    if brought is not None and not _may_be_set(stage, brought.entry, None):
        yield _finding(stage, instruction, word.span.shifted(piece.offset), brought, None)


def _brought(stage: Stage, path: str, before: Instruction | None) -> ContextFile | None:
    """The file of the build context that lies at a path, if nobody may execute it and its COPY leaves that so."""
    found = context_file(stage, path, before)
    if found is None or found.entry.instruction.parsed.flag("chmod") is not None:
        return None
    return found if stage.context.executable(found.path) is False else None


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
    stage: Stage, instruction: Instruction, span: Span, brought: ContextFile, command: Executed | None
) -> Finding:
    message = f"`{brought.path}` is not executable in the build context: “permission denied”"
    related = Related(Place(brought.entry.instruction, brought.entry.instruction.keyword_span), "brings it as it is")
    return Finding(on_first_line(instruction, span), message, (related,), _fixes(stage, brought, command))


def _fixes(stage: Stage, brought: ContextFile, command: Executed | None) -> tuple[Fix, ...]:
    """The mode on a COPY of this file alone; else its shell in front of it, or a `chmod`."""
    instruction = brought.entry.instruction
    copy = copy_of(stage, instruction)
    if brought.entry.kind == "file" and copy is not None and len(copy.sources) == 1:

        def setting(model: Model) -> list[Edit] | None:
            return [with_flag(model, instruction, "--chmod=755")] if lacking(model, "chmod") is None else None

        return (Fix("Set the mode with --chmod", setting, safe=False),)
    if command is None or command.instruction.is_json:
        return ()
    first = (stage.context.read(brought.path) or "").partition("\n")[0].replace("#! ", "#!").strip()
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
