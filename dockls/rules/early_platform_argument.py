"""An ARG of the platform above installs that are the same for every platform.

The value of every ARG above a RUN belongs to what BuildKit looks up in its cache, used or not. In a stage that stands
on `--platform=$BUILDPLATFORM` the modules are downloaded once for all platforms, unless `ARG TARGETARCH` stands above:
then they are downloaded once for each.

Nothing is said of stages that are built for the target platform, whose steps run for each anyway, and where the ARG
sets an ENV or a command above its first use might read it from its environment.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
ARG TARGETARCH
    ^^^^^^^^^^ hint: `TARGETARCH` makes `go mod download` run once for each platform; declare it where it is used
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN GOARCH=$TARGETARCH go build -o /server .
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /server .
```
"""

from collections.abc import Iterator

from dockls.rearranging import lowered
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.early_arguments import EarlyArgument, early_platform_arguments
from dockls.semantics.environment_reads import called


@stage_rule(severity=Severity.HINT, theme="cache")
def early_platform_argument(stage: Stage) -> Iterator[Finding]:
    """Look at the platform ARGs of a stage that is built once for all platforms."""
    if not any(one.keyword == "ARG" and "TARGET" in one.text for one in stage.instructions):
        return
    flag = stage.root.declaration.parsed.flag("platform")
    if flag is None or "TARGET" in (flag.value or "TARGET"):
        return
    for found in early_platform_arguments(stage):
        sets_others = any(one.keyword == "ENV" for one in found.group.group)
        if found.early.use is not None and not sets_others:
            yield _finding(found)


def _finding(found: EarlyArgument) -> Finding:
    place, name, early, moved = found
    command = called(early.installs[0].words)
    return Finding(
        place,
        f"`{name}` makes `{command}` run once for each platform; declare it where it is used",
        related=tuple([Related(each.place, "runs once for each platform") for each in early.installs]),
        fixes=(Fix(f"Declare `{name}` where it is used", lambda model: lowered(model, moved)),),
    )
