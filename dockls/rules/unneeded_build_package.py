"""A Go stage installs a C compiler, though cgo is switched off in all that it builds.

With `CGO_ENABLED=0`, Go compiles no C and links without a C compiler: `gcc`, `build-base` and `musl-dev` cost a
download of up to 200 MB and are never called.

Told are stages of `golang` images in which every Go command runs with `CGO_ENABLED=0` and all other commands are known
to need no compiler. Nothing is said where a script or `make` is run, and where another stage starts from this one.

```dockerfile
FROM golang:1.26-alpine AS build
RUN apk add --no-cache git build-base
                           ^^^^^^^^^^ hint: `build-base` is not used: every `go` command here runs with CGO_ENABLED=0
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
```

->

```dockerfile
FROM golang:1.26-alpine AS build
RUN apk add --no-cache git
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
```
"""

from collections.abc import Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts, variable_of
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import PackageInstall

_COMPILERS = frozenset(("gcc", "g++", "build-base", "build-essential", "clang", "musl-dev", "libc-dev", "libc6-dev"))
#: subcommands of Go that compile, and those that call nothing else
_BUILDING = frozenset(("build", "install", "test", "vet", "run", "list"))
_QUIET = frozenset(("mod", "env", "version", "clean", "fmt", "get"))
#: besides the everyday programs, those that compile nothing
_HARMLESS = frozenset(
    ("apt-get", "apt", "apk", "echo", "printf", "true", ":", "curl", "wget", "date", "update-ca-certificates", "rm",
     "git", "upx", "ssh-keyscan", "file", "ldd")
)  # fmt: skip


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def unneeded_build_package(model: Model) -> Iterator[Finding]:
    """Look at stages of Go images that nothing starts from."""
    parents = {stage.parent for stage in model.stages}
    for stage in model.stages:
        if stage not in parents and stage is not model.target and _may_set(stage):
            yield from _of_stage(stage)


def _may_set(stage: Stage) -> bool:
    """Whether the stage, or one below it, may set the variable; remembered, for all stages are looked at each time."""
    found = stage.section.memo.get(unneeded_build_package)
    if found is None:
        found = stage.section.memo[unneeded_build_package] = "CGO_ENABLED" in stage.section.text
    return bool(found) or stage.parent is not None


def _of_stage(stage: Stage) -> Iterator[Finding]:
    from dockls.knowledge import package_install

    commands = executed(stage)
    installs = [(one, found) for one in commands if (found := package_install(one.words)) is not None]
    if not any(_COMPILERS & set(found.packages) for _, found in installs):
        return
    facts = base_facts(stage)
    runs = [one for one in stage.instructions if one.keyword == "RUN"]
    if facts is None or facts.family != "golang" or len({one.instruction for one in commands}) < len(runs):
        return
    builds = [one for one in commands if one.words[0] == "go" and one.words[1:2] and one.words[1] in _BUILDING]
    if not builds or not all(_is_harmless(stage, one) for one in commands):
        return
    for command, install in installs:
        yield from _of_install(command, install, builds[0])


def _is_harmless(stage: Stage, command: Executed) -> bool:
    """Whether a command is known to need no C compiler."""
    from dockls.knowledge import is_plain
    from dockls.knowledge.system_commands import is_account_command

    words = command.words
    if words[0] == "go":
        subcommand = words[1] if len(words) > 1 else "version"
        without_c = subcommand in _BUILDING and variable_of(stage, command, "CGO_ENABLED") == "0"
        return subcommand in _QUIET or (without_c and "-race" not in words)
    return words[0] in _HARMLESS or is_account_command(words[0]) or is_plain(words)


def _of_install(command: Executed, install: "PackageInstall", build: Executed) -> Iterator[Finding]:
    remains = not _COMPILERS.issuperset(install.packages)
    for name, index in zip(install.packages, install.indexes, strict=True):
        if name not in _COMPILERS:
            continue
        span = command.word_span(index)
        removed = Span(command.word_span(index - 1).end, span.end)
        instruction = command.instruction
        fixes: tuple[Fix, ...] = ()
        if remains and "#" not in instruction.text[removed.start : removed.end]:
            fixes = (Fix(f"Do not install {name}", partial(_without, instruction, removed), safe=False),)
        message = f"`{name}` is not used: every `go` command here runs with CGO_ENABLED=0"
        yield Finding(Place(instruction, span), message, (Related(build.place, "compiles no C"),), fixes)


def _without(instruction: Instruction, removed: Span, model: Model) -> list[Edit]:
    return [Edit(removed.shifted(model.start_of(instruction)), "")]
