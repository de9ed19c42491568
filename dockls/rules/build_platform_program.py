"""A program built for the machine that builds, in an image for another platform.

`FROM --platform=$BUILDPLATFORM` runs the compiler natively, whatever platform the image is for. What it builds must
then be told to be for the target, as with `GOARCH=$TARGETARCH`, or the image for arm64 holds a program for amd64:
“exec format error”. Source: docs.docker.com/build/building/multi-platform/#cross-compilation.

Nothing is said where anything that a command of the stage may read speaks of the target platform, of a target, or of
the tool `xx`, and where the stage that takes the program starts none: it may hand it on to the builder. An ARG alone
and an `echo` tell the compiler nothing.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /app .

FROM alpine:3.24
COPY --from=build /app /app
                  ^^^^ warning: `app` is built for the platform of the builder, not for that of the image
ENTRYPOINT ["/app"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.execution import executed_by
from dockls.semantics.files import copies_of
from dockls.semantics.linking import programs_named
from dockls.syntax import Instruction

_SPEAKING = ("TARGET", "GOARCH", "GOOS", "--target", "-target", "xx-", "cross", "CC=", "--arch", "-march")


@linked_rule(severity=Severity.WARNING, theme="compatibility")
def build_platform_program(linked: Linked) -> Iterator[Finding]:
    """Look at what a stage for the target platform takes from one for the build platform."""
    starts = any(one.keyword in ("CMD", "ENTRYPOINT") for each in linked.stage.chain for one in each.instructions)
    origins = {copy.stage for copy in copies_of(linked.stage) if copy.stage is not None}
    builders = {number for number in origins if _is_for_builder(linked.stages[number])}
    if not starts or not builders or _is_for_builder(linked.stage):
        return
    for taken in programs_named(linked.stages, linked.stage):
        owner = taken.linked.stage
        if taken.copy.stage in builders and _is_for_builder(owner) and not _speaks_of_target(owner):
            message = f"`{taken.name}` is built for the platform of the builder, not for that of the image"
            yield Finding(taken.place, message, (Related(taken.linked.build.place, "builds it"),))


def _is_for_builder(stage: Stage) -> bool:
    flag = stage.root.declaration.parsed.flag("platform")
    return flag is not None and "BUILDPLATFORM" in (flag.value or "")


def _speaks_of_target(stage: Stage) -> bool:
    return any(
        any(word in one.text for word in _SPEAKING) and not _is_silent(each, one)
        for each in stage.chain
        for one in each.instructions
    )


def _is_silent(stage: Stage, instruction: Instruction) -> bool:
    """Whether an instruction only declares or prints what it speaks of: known compilers read no such argument."""
    if instruction.keyword == "ARG":
        return not any("=" in word.value for word in instruction.words)
    if instruction.keyword != "RUN" or ">" in instruction.text:
        return False
    commands = executed_by(stage, instruction)
    return bool(commands) and all(one.command.program in ("echo", "printf") for one in commands)
