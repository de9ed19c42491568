"""An ARG that is different in every build, declared above installs that do not use it.

The value of every ARG above a RUN belongs to what BuildKit looks up in its cache, used or not. Declared too early, a
commit id or a build date makes each build install everything again. LABEL, EXPOSE and the like do not make later steps
run again; an ENV does.

```dockerfile
FROM alpine
ARG GIT_COMMIT
    ^^^^^^^^^^ warning: `GIT_COMMIT` changes with every build and makes `apk add` run again; declare it where it is used
RUN apk add --no-cache curl
COPY app /app
LABEL revision=$GIT_COMMIT
```

->

```dockerfile
FROM alpine
RUN apk add --no-cache curl
COPY app /app
ARG GIT_COMMIT
LABEL revision=$GIT_COMMIT
```

Names tell what changes with each build: `GIT_COMMIT`, `BUILD_DATE`, `CI_…`, and `VERSION` where its default leaves it
open. Nothing is said of versions of tools (`NODE_VERSION`), of an ARG whose default is a value of its own, of one that
is there to break the cache (`CACHEBUST`), of one above the first FROM, and of steps that might read it from their
environment: builds and scripts.
"""

from collections.abc import Iterator

from dockls.rearranging import lowered
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.early_arguments import EarlyArgument, early_arguments
from dockls.semantics.environment_reads import called


@stage_rule(severity=Severity.WARNING, theme="cache")
def cache_busting_argument(stage: Stage) -> Iterator[Finding]:
    """Look at every ARG whose name tells that it changes with each build."""
    if any(instruction.keyword == "ARG" for instruction in stage.instructions):
        yield from [_finding(found) for found in early_arguments(stage)]


def _finding(found: EarlyArgument) -> Finding:
    from dockls.knowledge import is_volatile_name

    place, name, early, moved = found
    command = called(early.installs[0].words)
    keywords = [instruction.keyword for instruction in moved.group]
    title = f"Declare `{name}` where it is used"
    strong = is_volatile_name(name, "1.0")
    return Finding(
        place,
        f"`{name}` changes with every build and makes `{command}` run again; declare it where it is used",
        related=tuple([Related(each.place, "runs again in every build") for each in early.installs]),
        fixes=(Fix(title, lambda model: lowered(model, moved), safe="ENV" not in keywords),),
        severity=None if strong else Severity.INFORMATION,
    )
