"""A cross-built Go program that is told the architecture and not the variant of it.

An image for `linux/arm/v6` or `linux/arm/v7` has `TARGETARCH=arm` and says `v6` or `v7` in `TARGETVARIANT`. Go reads
that from `GOARM`, and where nobody sets it takes a default, which has been another one in older releases and knows
nothing of the image: code for v7 ends on a v6 machine with “illegal instruction”, code for v5 does without the
floating point unit. The shell cuts the letter off: `GOARM=${TARGETVARIANT#v}`; empty, it means Go's default again.

It is a hint where nobody says which platforms are built for, a warning where an ARM variant is one of them, silent
where none is. Nothing is said of builds with cgo or by `xx-go`, nor where anything in the stage speaks of `GOARM`.
Go refuses other numbers than 5 to 7, so the fix does not suit a build for `linux/amd64/v2` or `v3`.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /app .
                   ^^^^^^^^^^^^^^^^^^ hint: `GOARM` is not set, so Go takes a default for linux/arm/v6 or v7
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
WORKDIR /src
COPY . .
ARG TARGETOS TARGETARCH
ARG TARGETVARIANT
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH GOARM=${TARGETVARIANT#v} go build -o /app .
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import variable_of
from dockls.semantics.execution import Executed, executed
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Edit, Span

_FROM_TARGET = frozenset(("$TARGETARCH", "${TARGETARCH}"))
#: words by which a stage tells of the variant, of C code, or of another way to build for the target
_SETTLING = ("GOARM", "CGO_ENABLED=1", "CC=", "xx-")


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def missing_arm_variant(model: Model) -> Iterator[Finding]:
    """Look at builds for ``$TARGETARCH`` in stages for the platform of the builder."""
    platforms = model.surroundings.platforms
    variants = [platform for platform in platforms if platform.startswith("linux/arm/")]
    if platforms and not variants:
        return
    shown = " and ".join(variants) or "linux/arm/v6 or v7"
    for stage in model.stages:
        for command, span in stage.listed(_settings):
            message = f"`GOARM` is not set, so Go takes a default for {shown}"
            place = on_first_line(command.instruction, span)
            severity = Severity.WARNING if variants else Severity.HINT
            yield Finding(place, message, fixes=_fixes(stage, command, span), severity=severity)


def _settings(stage: Stage) -> Iterator[tuple[Executed, Span]]:
    """The commands that set GOARCH for a build by the ARG, and the item-relative spans of that."""
    if not any("TARGETARCH" in one.text for one in stage.instructions) or not _is_for_builder(stage):
        return
    texts = [one.text for each in stage.chain for one in each.instructions]
    if any(word in text for text in texts for word in _SETTLING):
        return
    if any("TARGETVARIANT" in one.text for one in stage.instructions if one.keyword != "ARG"):
        return
    commands = executed(stage)
    builds = [one for one in commands if one.words[0] == "go" and one.words[1:2] in (("build",), ("install",))]
    for number, command in enumerate(commands):
        setting = _setting(command)
        following = [one for one in builds if one is command or one in commands[number:]]
        if setting is not None and any(_is_meant(stage, command, build) for build in following):
            yield command, setting


def _is_for_builder(stage: Stage) -> bool:
    flag = stage.root.declaration.parsed.flag("platform")
    return flag is not None and "BUILDPLATFORM" in (flag.value or "")


def _setting(command: Executed) -> Span | None:
    """Where a command is given the architecture, or exports it."""
    words = command.command.words if command.words[0] == "export" else command.command.assignments
    for word in words:
        name, _, value = word.text.partition("=")
        if name == "GOARCH" and value.strip('"') in _FROM_TARGET:
            return word.span.shifted(command.offset)
    return None


def _is_meant(stage: Stage, setting: Executed, build: Executed) -> bool:
    """Whether the build is the command that sets the variable, or stands in a RUN that has exported it."""
    same = build is setting or (setting.words[0] == "export" and build.instruction is setting.instruction)
    return same and variable_of(stage, build, "CGO_ENABLED") != "1"


def _fixes(stage: Stage, command: Executed, span: Span) -> tuple[Fix, ...]:
    instruction = command.instruction
    if instruction.is_json:
        return ()

    def following(model: Model) -> list[Edit]:
        place = Place(instruction, Span(span.end, span.end))
        edit = edits.replace(model, place, " GOARM=${TARGETVARIANT#v}")
        declared = "TARGETVARIANT" in stage.state_before(instruction).arguments
        return [edit] if declared else [*edits.declare_argument(instruction, "TARGETVARIANT", model), edit]

    return (Fix("Set GOARM from the platform of the image", following, safe=False),)
