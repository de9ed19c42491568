"""An ARG of the target platform, above steps of the builder that do not need it.

On `FROM --platform=$BUILDPLATFORM` the steps of the builder are the same whatever platform is built for. The value of
each ARG above a step belongs to what BuildKit looks up in its cache: below `ARG TARGETARCH`, packages and modules are
installed once for each platform. Declare it below them, right above its first use, or not at all if nothing uses it.

Nothing is said of stages that run on the target platform, of which there is one per platform anyway, and of steps that
may read the variable from their environment. Source: docs.docker.com/build/building/multi-platform/#cross-compilation.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETARCH
    ^^^^^^^^^^ hint: below `TARGETARCH`, `go mod download` runs once for each platform; declare it where it is used
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN GOARCH=$TARGETARCH go build -o /app .
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /app .
```
"""

from collections.abc import Iterator

from dockls.rearranging import lowered
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.early_arguments import EarlyArgument, early_platform_arguments


@stage_rule(severity=Severity.HINT, theme="cache")
def early_platform_argument(stage: Stage) -> Iterator[Finding]:
    """Look at the ARGs of stages on the platform of the builder."""
    flag = stage.root.declaration.parsed.flag("platform")
    if flag is None or "BUILDPLATFORM" not in (flag.value or ""):
        return
    if any(instruction.keyword == "ARG" for instruction in stage.instructions):
        yield from [_finding(found) for found in early_platform_arguments(stage)]


def _finding(found: EarlyArgument) -> Finding:
    place, name, early, moved = found
    related = tuple([Related(each.place, "is the same for each platform") for each in early.installs])
    if early.use is None:
        message = f"nothing uses `{name}`, but all steps below it run once for each platform"
        return Finding(place, message, related, unnecessary=True)
    first = early.installs[0]
    words = [word for word in first.words if not word.startswith("-")]
    command = " ".join(words[: 3 if words[1:2] == ["mod"] else 2])
    message = f"below `{name}`, `{command}` runs once for each platform; declare it where it is used"
    fix = Fix(f"Declare `{name}` where it is used", lambda model: lowered(model, moved))
    return Finding(place, message, related, (fix,))
