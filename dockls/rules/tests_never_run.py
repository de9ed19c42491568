"""A stage runs tests or checks, but no build of the image needs it.

BuildKit builds what the target needs and nothing else. A stage `test` beside the way to the final stage is left out of
a plain `docker build`: its tests fail for nobody. Something has to build it by its name (`--target test` in the
workflow, a target in a Bake or Compose file), or the final stage has to need it, be it by a COPY of a report.

Nothing is said of stages that a file of the workspace builds, or that a variable may select, and of tests that only the
CMD runs, for such a stage is built to be started. Stages that are likely left over are told by `unused-stage`.

```dockerfile
FROM python:3.14-slim AS base
COPY . .

FROM base AS test
RUN pytest
    ^^^^^^ hint: a plain `docker build` leaves out stage `test`, so `pytest` runs with `--target test` only

FROM base
CMD ["python", "app.py"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed
from dockls.semantics.left_out import check_in, left_out
from dockls.syntax import Place


@file_rule(severity=Severity.HINT, theme="stages", group="strict")
def tests_never_run(model: Model) -> Iterator[Finding]:
    """Look at the stages that no known target needs."""
    for stage in left_out(model):
        found = stage.once(check_in)
        if found is not None:
            yield _finding(stage, found)


def _finding(stage: Stage, command: Executed) -> Finding:
    said = " ".join([word for word in command.words[:3] if not word.startswith("-")])
    target = f"`--target {stage.name}`"
    message = f"a plain `docker build` leaves out stage {stage.title}, so `{said}` runs with {target} only"
    place = Place(stage.declaration, stage.declaration.head_span)
    return Finding(command.place, message, (Related(place, "nothing needs this stage"),))
