"""Builds a Go or .NET program for other platforms with the compiler of the build machine, without emulation.

`docker build --platform linux/arm64` runs every step of a stage under emulation, which makes compilers many times
slower. Go and .NET build for any platform from any other: the builder runs on the platform of the build machine, and
GOOS and GOARCH, or `--arch`, tell what the program is for. The ARGs are declared directly above the first command that
needs them, so that Go downloads dependencies once for all platforms; .NET restores packages for one platform.

It is refused where C code is compiled (cgo, native AOT, Rust, which needs a linker and a C library for each platform),
where the builder tests or generates something with what it has built, and where another platform is hard-coded.
For the platform of the build machine the program stays the same.

```dockerfile
FROM golang:1.25 AS build<|>
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian13
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.25 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /server .

FROM gcr.io/distroless/static-debian13
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```
"""

import re

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import go_linking
from dockls.semantics.execution import Executed, executed
from dockls.text import Edit, Span

_NATIVE = frozenset(("GOOS", "GOARCH"))


@refactoring(title="Cross-compile on the build platform", kind="refactor.rewrite.platform", grade="equivalent")
def cross_compile(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that builds with Go or .NET and is not the last one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or not instruction.words:
        return None
    told = any("TARGETARCH" in one.text for one in stage.instructions)
    if told or stage.parent is not None:
        return None
    found = next(((kind, builds) for kind in (_GO, _DOTNET) if (builds := _starting(stage, *kind))), None)
    if found is None:
        return Refused(_RUST) if _starting(stage, ("cargo", "build")) and _is_portable(model) else None
    platform = instruction.parsed.flag("platform")
    if platform is not None and "BUILDPLATFORM" not in (platform.value or ""):
        return Refused(f"`{platform.text}` asks for one platform")
    kind, builds = found
    reason = _reason(stage, builds) if kind is _GO else _dotnet_reason(stage, builds)
    if reason is not None:
        return Refused(reason)
    if kind is _GO:
        return Plan(_edits(model, stage, builds, platform is None))
    return Plan(_dotnet_edits(model, stage, builds, platform is None), _ALIASES)


_GO = (("go", "build"), ("go", "install"))
_DOTNET = (("dotnet", "restore"), ("dotnet", "build"), ("dotnet", "publish"))
_RUST = "Rust needs a linker and a C library for each platform, which this image does not have"
_ALIASES = ("the SDK is 8.0 or newer, which knows `amd64` as a name of its architecture",)


def _starting(stage: Stage, *heads: tuple[str, str]) -> list[Executed]:
    return [command for command in executed(stage) if command.words[:2] in heads]


def _is_portable(model: Model) -> bool:
    """Whether the file thinks of several platforms at all."""
    return "PLATFORM" in model.tree.text or "TARGETARCH" in model.tree.text


def _dotnet_reason(stage: Stage, builds: list[Executed]) -> str | None:
    for build in builds:
        shown = " ".join(build.words[:2])
        for word in build.words[2:]:
            if word in ("-r", "--runtime", "-a", "--arch", "--os", "--ucr", "--use-current-runtime"):
                return f"`{shown} {word}` names a platform of its own"
            if "PublishAot" in word or "PublishReadyToRun" in word:
                return f"`{word}` compiles to machine code, with a linker for each platform"
    projects = [path for pattern in ("**/*.csproj", "**/Directory.Build.props") for path in stage.context.glob(pattern)]
    if any("PublishAot>true" in (stage.context.read(path) or "") for path in projects):
        return "the project compiles to machine code (PublishAot), with a linker for each platform"
    running = _starting(stage, ("dotnet", "test"), ("dotnet", "run"), ("dotnet", "vstest"))
    if running:
        return f"`{' '.join(running[0].words[:2])}` runs what it builds, on the build machine"
    old = re.search(r"sdk:([1-7])(?!\d)", stage.base_image or "")
    return f"the SDK {old[1]} does not know `amd64` as a name of its architecture" if old is not None else None


def _dotnet_edits(model: Model, stage: Stage, builds: list[Executed], anew: bool) -> tuple[Edit, ...]:
    changes = _on_build_platform(model, stage, anew)
    changes.append(edits.insert_before(model, builds[0].instruction, [f"{edits.keyword(model, 'ARG')} TARGETARCH"]))
    for build in builds:
        end = build.word_span(1).end + model.start_of(build.instruction)
        changes.append(Edit(Span(end, end), " --arch $TARGETARCH"))
    return tuple(changes)


def _on_build_platform(model: Model, stage: Stage, anew: bool) -> list[Edit]:
    start = model.start_of(stage.declaration) + stage.declaration.words[0].span.start
    return [Edit(Span(start, start), "--platform=$BUILDPLATFORM ")] if anew else []


def _reason(stage: Stage, builds: list[Executed]) -> str | None:
    for build in builds:
        shown = " ".join(build.words[:3])
        linking = go_linking(stage, build)
        if linking.kind != "static":
            return f"`{shown}` may compile C code, which needs a compiler for each platform; set CGO_ENABLED=0"
        words = (*[one.text for one in build.command.assignments], *build.words)
        if any(word.partition("=")[0] in _NATIVE and not _is_linux(word) for word in words):
            return f"`{shown}` names a platform of its own"
        if build.words[1] == "install":
            return "`go install` puts programs for other platforms into a folder of its own"
    for name in sorted(_NATIVE):
        if stage.final_state.lookup(name) not in (None, "linux"):
            return f"{name} is set for the whole stage"
    running = [one for one in executed(stage) if one.words[:2] in (("go", "run"), ("go", "test"), ("go", "generate"))]
    if running:
        return f"`{' '.join(running[0].words[:3])}` runs what it builds, on the build machine"
    return None


def _is_linux(word: str) -> bool:
    """Whether an assignment only says again what every container is, or what most build machines are."""
    return word in ("GOOS=linux", "GOARCH=amd64")


def _edits(model: Model, stage: Stage, builds: list[Executed], anew: bool) -> tuple[Edit, ...]:
    changes = _on_build_platform(model, stage, anew)
    first = builds[0].instruction
    changes.append(edits.insert_before(model, first, [f"{edits.keyword(model, 'ARG')} TARGETOS TARGETARCH"]))
    for build in builds:
        changes += _told(model, build)
    return tuple(changes)


def _told(model: Model, build: Executed) -> list[Edit]:
    """GOOS and GOARCH in front of the command, in the place of what stands there."""
    start = model.start_of(build.instruction)
    changes: list[Edit] = []
    wanted = {"GOOS": "$TARGETOS", "GOARCH": "$TARGETARCH"}
    for assignment in build.command.assignments:
        name = assignment.text.partition("=")[0]
        if name in wanted:
            span = assignment.span.shifted(build.offset + start)
            changes.append(Edit(span, f"{name}={wanted.pop(name)}"))
    if wanted:
        place = build.word_span(0).start + start
        changes.append(Edit(Span(place, place), "".join([f"{name}={value} " for name, value in wanted.items()])))
    return changes
