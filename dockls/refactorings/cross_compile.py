"""Builds a Go program for other platforms with the compiler of the build machine, without emulation.

`docker build --platform linux/arm64` runs every step of a stage under emulation, which makes compilers many times
slower. Go builds for any platform from any other: the builder runs on the platform of the build machine, and GOOS and
GOARCH tell what the program is for. The ARGs are declared directly above the build, so that dependencies are downloaded
once for all platforms.

It is refused where C code is compiled (cgo), where the builder tests or generates something with what it has built, and
where another platform is hard-coded. For the platform of the build machine the program stays the same.

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

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import go_linking
from dockls.semantics.execution import Executed, executed
from dockls.text import Edit, Span

_NATIVE = frozenset(("GOOS", "GOARCH"))


@refactoring(title="Cross-compile on the build platform", kind="refactor.rewrite.platform", grade="equivalent")
def cross_compile(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage that builds with Go and is not the last one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or not instruction.words:
        return None
    builds = [command for command in executed(stage) if command.words[:2] in (("go", "build"), ("go", "install"))]
    platform = instruction.parsed.flag("platform")
    told = any("TARGETARCH" in one.text for one in stage.instructions)
    if not builds or told or stage.parent is not None:
        return None
    if platform is not None and "BUILDPLATFORM" not in (platform.value or ""):
        return Refused(f"`{platform.text}` asks for one platform")
    reason = _reason(stage, builds)
    if reason is not None:
        return Refused(reason)
    return Plan(_edits(model, stage, builds, platform is None))


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
    declaration = stage.declaration
    changes: list[Edit] = []
    if anew:
        start = model.start_of(declaration) + declaration.words[0].span.start
        changes.append(Edit(Span(start, start), "--platform=$BUILDPLATFORM "))
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
