"""A stage for development that no known build reaches.

BuildKit builds what the last stage needs, and nothing else. A stage `dev` or `debug` beside the way there is built by
`--target dev` only; whoever does not know that gets the other image, and nobody sees when the stage does not build any
more.

Told are stages whose names begin with `dev`, `debug`, `test` or `lint`. Nothing is said of stages that a Compose, Bake,
workflow or script file of the workspace builds, that other stages need or a variable may select, and where a comment of
the file speaks of `--target`. Of tests and checks `tests-never-run` tells, of stages that are likely left over
`unused-stage`.

```dockerfile
FROM python:3.14-slim AS dev
^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: stage `dev` is no part of a plain `docker build`; `--target dev` builds it
CMD ["flask", "run", "--debug"]

FROM python:3.14-slim
CMD ["gunicorn", "app"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.first_line import on_first_line
from dockls.semantics.left_out import check_in, left_out


@file_rule(severity=Severity.HINT, theme="stages", group="strict")
def target_only_stage(model: Model) -> Iterator[Finding]:
    """Look at the stages that no known target needs."""
    from dockls.knowledge import names_work

    for stage in left_out(model):
        if not names_work(stage.name or "") or model.graph.dependents[stage.index] or stage.once(check_in) is not None:
            continue
        if "--target" in model.tree.text:
            return
        message = f"stage {stage.title} is no part of a plain `docker build`; `--target {stage.name}` builds it"
        yield Finding(on_first_line(stage.declaration, stage.declaration.head_span), message)
