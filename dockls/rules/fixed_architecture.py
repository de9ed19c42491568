"""A Go program that is always built for one architecture, whatever platform the image is for.

With `GOARCH=amd64` the image for arm64 holds a program for amd64 as well: “exec format error”. BuildKit tells a stage
in `TARGETARCH` which architecture the image is for; without `GOARCH`, Go builds for the machine that the stage runs on.
Source: docs.docker.com/build/building/multi-platform/#cross-compilation.

Nothing is said where FROM, the stage's name or the Dockerfile's name says the architecture, where programs for several
architectures or other systems are built, and where the value comes from an ARG.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 GOARCH=amd64 go build -o /app .
                  ^^^^^^^^^^^^ hint: builds for amd64, whatever platform the image is for
```

->

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
ARG TARGETARCH
RUN CGO_ENABLED=0 GOARCH=$TARGETARCH go build -o /app .
```
"""

import re
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import variable_of
from dockls.semantics.execution import executed
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_SETTING = re.compile(r"\bGOARCH[= ]\s*(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"';&|)]*)")
#: architectures that Go and BuildKit call by the same name
_ARCHITECTURES = frozenset(("amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "mips64le", "loong64"))
#: how else these are called in the names of images
_NAMED = re.compile(r"amd64|arm|aarch64|x86|386|ppc64|s390x|riscv|mips|loong")
_OTHER_SYSTEM = re.compile(r"\bGOOS[= ][\"']?(?!linux\b|\$TARGETOS|\$\{TARGETOS)\S")


@stage_rule(severity=Severity.HINT, theme="compatibility")
def fixed_architecture(stage: Stage) -> Iterator[Finding]:
    """Look for a literal GOARCH that a build of the stage is under."""
    setting = [one for one in stage.instructions if one.keyword in ("ENV", "RUN") and "GOARCH" in one.text]
    if not setting or _is_for_one(stage) or stage.fired:
        return
    values = stage.folded(_with_values, _no_values)
    value = next(iter(values), "")
    if len(values) != 1 or value not in _ARCHITECTURES or not _builds(stage, value):
        return
    span = _place(stage, setting[0], value)
    if span is not None:
        message = f"builds for {value}, whatever platform the image is for"
        yield Finding(on_first_line(setting[0], span), message, fixes=_fixes(stage, setting, value))


def _is_for_one(stage: Stage) -> bool:
    """Whether something says that the stage is for one architecture."""
    names = (stage.base_image or "", stage.context.dockerfile.rpartition("/")[2])
    return any(map(_NAMED.search, names)) or stage.folded(_also_for_one, lambda root: False)


def _also_for_one(stage: Stage, below: bool) -> bool:
    flag = stage.declaration.parsed.flag("platform")
    fixed = flag is not None and "$" not in (flag.value or "")
    return below or fixed or _NAMED.search(stage.name or "") is not None


def _no_values(stage: Stage) -> frozenset[str]:
    return frozenset()


def _with_values(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """What GOARCH is set to in a stage and below it, and any other system than Linux."""
    texts = [one.text for one in stage.instructions if "GO" in one.text]
    found = {value.strip("\"'") for text in texts for value in _SETTING.findall(text)}
    return below | found | {text for text in texts if _OTHER_SYSTEM.search(text)}


def _builds(stage: Stage, value: str) -> bool:
    """Whether the stage builds by that value, and the program's name does not tell the architecture."""
    from dockls.knowledge.command_words import unwrap

    builds = []
    for one in executed(stage):
        go = unwrap(one.words) if "go" in one.words else None
        if go is not None and go.program == "go" and go.words[:1] in (("build",), ("install",)):
            builds.append((one, go))
    named = any(value in word for _, go in builds for word in go.words)
    return not named and any(not one.conditional and variable_of(stage, one, "GOARCH") == value for one, _ in builds)


def _place(stage: Stage, instruction: Instruction, value: str) -> Span | None:
    """Where the instruction sets the variable: ``GOARCH=amd64``."""
    if instruction.keyword == "ENV":
        pairs = [pair for pair in instruction.parsed.pairs if pair.name == "GOARCH" and pair.value_span is not None]
        return Span(pairs[0].name_span.start, pairs[0].value_span.end) if pairs and pairs[0].value_span else None
    for command in executed(stage):
        if command.instruction is instruction:
            for word in (*command.command.assignments, *command.command.words):
                if word.text.strip("\"'").startswith("GOARCH=") and value in word.text:
                    return word.span.shifted(command.offset)
    return None


def _fixes(stage: Stage, setting: list[Instruction], value: str) -> tuple[Fix, ...]:
    """Write the variable wherever the stage sets the architecture."""
    found = [(one, match) for one in setting for match in _SETTING.finditer(one.text)]
    if any(one.is_json or "'" in match[1] or match[1].strip('"') != value for one, match in found):
        return ()

    def following(model: Model) -> list[Edit]:
        written = [
            edits.replace(model, Place(one, Span(start, start + len(value))), "$TARGETARCH")
            for one, match in found
            for start in [match.start(1) + match[1].index(value)]
        ]
        declared = "TARGETARCH" in stage.state_before(setting[0]).arguments
        return written if declared else [*edits.declare_argument(setting[0], "TARGETARCH", model), *written]

    return (Fix("Build for the platform of the image", following, safe=False),)
