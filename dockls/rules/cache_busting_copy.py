"""Sources that are copied above the install of dependencies.

Each step below a COPY runs again when one of the files it takes changes. If the sources come first, every change of
a source file installs all dependencies again, which costs minutes; if the manifests are copied on their own, the
install is taken from the cache until a manifest changes.

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
^^^^^^^^ warning: every change of a source file runs `npm ci` again; copy `package*.json` alone above it
RUN npm ci
RUN npm run build
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
```

Nothing is said where the order must stay: the install reads the sources (`pip install .`, a workspace, an install
script of the project), the RUN does something else first that may need them, the ignore file lets manifests in only,
or the dependencies were installed or copied before. Where the build context is known its manifests are read; the fix
is safe then, and a guess otherwise. That `go build` downloads the modules is reported only if the build context has
a `go.sum` and the RUN has no cache mount.
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.syntax import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.early_sources import EarlySources
    from dockls.text import Edit


@stage_rule(severity=Severity.WARNING, theme="cache")
def cache_busting_copy(stage: Stage) -> Iterator[Finding]:
    """Look for the first COPY of sources above an install that could do without them."""
    if not any(instruction.keyword in ("COPY", "ADD") for instruction in stage.instructions):
        return
    from dockls.semantics.early_sources import early_sources

    found = early_sources(stage)
    if found is None or found.obstacle is not None or (found.implied and not _downloads(stage, found)):
        return
    copy = found.sources[0].instruction
    names = list(dict.fromkeys(manifest.source for manifest in found.manifests))
    advice = f"copy {_listed(names)} alone above it" if names else "copy the sources below it"
    yield Finding(
        Place(copy, copy.head_span),
        f"every change of a source file runs `{found.command}` again; {advice}",
        related=(Related(found.install.executed.place, "runs again with every change"),),
        fixes=(Fix("Copy dependency manifests first", lambda model: _fixed(model, stage), safe=stage.context.known),),
    )


def _downloads(stage: Stage, found: "EarlySources") -> bool:
    """Whether a build is known to download dependencies that no cache mount keeps."""
    flags = found.run.instruction.flags
    if any(flag.name == "mount" and "type=cache" in (flag.value or "") for flag in flags):
        return False
    return stage.context.known and any(not manifest.source.endswith("go.mod") for manifest in found.manifests)


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return ", ".join(quoted[:-1]) + " and " + quoted[-1] if len(quoted) > 1 else quoted[0]


def _fixed(model: Model, stage: Stage) -> "tuple[Edit, ...] | None":
    from dockls.rearranging import manifests_first
    from dockls.semantics.early_sources import early_sources

    current = model.stages[stage.index] if stage.index < len(model.stages) else None
    found = None if current is None else early_sources(current)
    return None if current is None or found is None else manifests_first(model, current, found)
