"""A variable that is set for a program and never reaches it.

`GOARCH=arm64 && go build` sets a variable of the shell. Programs get those variables only that are exported, or that
stand in front of the command without anything between them: `GOARCH=arm64 go build`. So Go builds for the machine that
builds, and apt-get asks its questions.

Nothing is said where the variable is exported in the same RUN, where ENV or ARG set it (then it is one of the
environment, and setting it changes that), and where the base image is not known, as it may set it.

```dockerfile
FROM golang:1.27 AS build
COPY . .
RUN CGO_ENABLED=0; go build -o /app .
    ^^^^^^^^^^^^^ warning: `CGO_ENABLED` is not exported, so `go` does not see it
```

->

```dockerfile
FROM golang:1.27 AS build
COPY . .
RUN export CGO_ENABLED=0; go build -o /app .
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed_by
from dockls.semantics.first_line import on_first_line
from dockls.shell import Command
from dockls.shell.instruction import Piece, scripts
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_GO, _NODE = frozenset(("go",)), frozenset(("node", "npm", "npx", "yarn", "pnpm"))
_APT = frozenset(("apt-get", "apt", "dpkg", "dpkg-reconfigure"))
#: variables that mean something to these programs only
_READERS = {
    **dict.fromkeys(("GOOS", "GOARCH", "GOARM", "GOAMD64", "CGO_ENABLED", "GOFLAGS", "GOPROXY", "GO111MODULE"), _GO),
    **dict.fromkeys(("NODE_ENV", "NODE_OPTIONS"), _NODE),
    **dict.fromkeys(("RUSTFLAGS", "CARGO_TARGET_DIR", "CARGO_HOME"), frozenset(("cargo",))),
    "DEBIAN_FRONTEND": _APT,
}
_EXPORTING = frozenset(("export", "declare", "typeset", "local", "set", "env", "eval", ".", "source"))


@stage_rule(severity=Severity.WARNING, theme="variables")
def unexported_variable(stage: Stage) -> Iterator[Finding]:
    """Look for assignments that stand alone in a RUN, and for programs behind them that read the variable."""
    for instruction in stage.instructions:
        if instruction.keyword != "RUN" or not any(name + "=" in instruction.text for name in _READERS):
            continue
        for piece in scripts(instruction) if executed_by(stage, instruction) else ():
            yield from _of_script(stage, instruction, piece)


def _of_script(stage: Stage, instruction: Instruction, piece: Piece) -> Iterator[Finding]:
    told: set[str] = set()
    for command in piece.script.commands:
        for word in () if command.words else command.assignments:
            name = word.text.partition("=")[0]
            reader = _reader(piece, command, name) if name not in told else None
            if reader is None or not _is_unknown(stage, instruction, name) or _is_exported(piece, name):
                continue
            told.add(name)
            message = f"`{name}` is not exported, so `{reader.name}` does not see it"
            place = on_first_line(instruction, word.span.shifted(piece.offset))
            related = Related(Place(instruction, reader.span.shifted(piece.offset)), "reads it")
            yield Finding(place, message, (related,), _fixes(instruction, piece, name))


def _reader(piece: Piece, setting: Command, name: str) -> Command | None:
    """The first command behind the assignment that reads the variable and is not given it otherwise."""
    programs = _READERS.get(name, frozenset())
    for command in piece.script.commands:
        if command.span.start > setting.span.start and command.program in programs:
            given = [word.text for word in (*command.assignments, *command.words)]
            return None if any(word.startswith(name + "=") for word in given) else command
    return None


def _is_unknown(stage: Stage, instruction: Instruction, name: str) -> bool:
    """Whether the environment certainly has no such variable, so that the shell makes one of its own."""
    state = stage.state_before(instruction)
    return base_facts(stage) is not None and state.variable(name) is None


def _is_exported(piece: Piece, name: str) -> bool:
    for command in piece.script.commands:
        if command.program in _EXPORTING:
            words = [word.text for word in command.words[1:]]
            if command.program in ("eval", ".", "source") or any(word.partition("=")[0] == name for word in words):
                return True
            if any("$" in word.partition("=")[0] or word in ("-a", "allexport") for word in words):
                return True
            if command.program == "set" and any(word.startswith("-") and "a" in word for word in words):
                return True
    return False


def _fixes(instruction: Instruction, piece: Piece, name: str) -> tuple[Fix, ...]:
    """An ``export`` in front of each command that sets the variable and does nothing else."""
    setting = [
        command
        for command in piece.script.commands
        if not command.words and any(word.text.startswith(name + "=") for word in command.assignments)
    ]
    spans = [Span(one.assignments[0].span.start, one.assignments[0].span.start) for one in setting]

    def following(model: Model) -> list[Edit]:
        return [Edit(model.absolute(Place(instruction, span.shifted(piece.offset))), "export ") for span in spans]

    return (Fix("Export it", following, safe=False),)
