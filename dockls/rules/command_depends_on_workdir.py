"""CMD or ENTRYPOINT names its program by a path that is relative to the working directory.

`docker run -w /tmp`, `working_dir` of Compose or `workingDir` of Kubernetes then break the image, and so does a stage
that starts from this one and sets another WORKDIR. An absolute path works everywhere.

It does not apply to programs that work on their folder anyway, such as `./gradlew` and `./manage.py`, to what another
program is given as arguments, nor where the working directory is not known.

```dockerfile
FROM debian:trixie-slim
WORKDIR /app
COPY server .
ENTRYPOINT ["./server", "--port", "80"]
             ^^^^^^^^ hint: `./server` is found in the working directory `/app` only
```

->

```dockerfile
FROM debian:trixie-slim
WORKDIR /app
COPY server .
ENTRYPOINT ["/app/server", "--port", "80"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage, joined
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Span

#: programs of a project that look for the rest of it in the working directory
_OF_PROJECT = frozenset(("gradlew", "mvnw", "manage.py", "rails", "artisan", "console", "sbt", "make"))
#: what cannot be written into either form as it is
_SPECIAL = frozenset("\\\"' $`;&|<>()*?[]{}~#")


@stage_rule(severity=Severity.HINT, theme="files", group="strict")
def command_depends_on_workdir(stage: Stage) -> Iterator[Finding]:
    """Look at the program that the stage's own ENTRYPOINT, else its CMD, starts."""
    starting = _starting(stage)
    workdir = stage.final_state.workdir
    if starting is None or workdir is None:
        return
    program = _program(starting)
    if program is None:
        return
    word, span = program
    path = joined(workdir, word)
    if path is None or posixpath.basename(path) in _OF_PROJECT:
        return
    fixes = (Fix(f"Write `{path}`", edits.replacing(Place(starting, span), path), safe=False),)
    fixed = not _SPECIAL & set(path) and starting.text[span.start : span.end] == word
    message = f"`{word}` is found in the working directory `{workdir}` only"
    yield Finding(on_first_line(starting, span), message, fixes=fixes if fixed else ())


def _starting(stage: Stage) -> Instruction | None:
    """The instruction whose first word is the program; None if it is the base's, which is told there if at all."""
    own = [one for one in stage.instructions if one.keyword in ("CMD", "ENTRYPOINT") and one.words]
    entrypoints = [one for one in own if one.keyword == "ENTRYPOINT"]
    if entrypoints or not own:
        return entrypoints[-1] if entrypoints else None
    if any(one.keyword == "ENTRYPOINT" for below in stage.chain[1:] for one in below.instructions):
        return None
    from dockls.semantics.compatibility import base_facts

    known = base_facts(stage)
    # The entry points of official images start what they are given, and stay in the working directory.
    mine = known is None or not known.entrypoint or "docker-entrypoint.sh" in known.entrypoint[0]
    return own[-1] if mine else None


def _program(instruction: Instruction) -> tuple[str, Span] | None:
    """The relative path of the program and its item-relative span; None if it is another command."""
    from dockls.shell.instruction import scripts

    commands = [(command, piece.offset) for piece in scripts(instruction) for command in piece.script.commands]
    if len(commands) != 1 or not commands[0][0].words:
        return None
    command, offset = commands[0]
    word = command.words[0].value
    if instruction.is_json:
        first = instruction.words[0]
        word, span = first.value, first.span
    else:
        span = command.words[0].span.shifted(offset)
    return (word, span) if word is not None and word.startswith(("./", "../")) else None
