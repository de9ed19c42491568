"""A stage that only says again what another one says.

Both start from the same image and have the same instructions, so they make the same image twice. Whoever changes one
has to think of the other; mostly the difference that was meant was lost when the stage was copied.
`FROM first AS second` says that the two are the same.

Nothing is said of stages that bring and run nothing: `FROM base AS test` only gives a second name.

```dockerfile
FROM golang:1.25 AS server
COPY . .
RUN go build -o /out/ ./...

FROM golang:1.25 AS worker
^^^^^^^^^^^^^^^^^^^^^^^^^^ info: stage `worker` repeats all of stage `server`; a change has to be made in both
COPY . .
RUN go build -o /out/ ./...

FROM alpine:3.24
COPY --from=server /out/server /
COPY --from=worker /out/worker /
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place, Section


@file_rule(severity=Severity.INFORMATION, theme="stages")
def repeated_stage(model: Model) -> Iterator[Finding]:
    """Look for stages of the same base with the same instructions."""
    if len(model.stages) < 2:
        return
    first: dict[int, Stage] = {}
    for stage in model.stages:
        key = _key(stage)
        same = first.setdefault(key, stage) if key is not None else stage
        if same is not stage and _content(same) == _content(stage):
            declared = Place(same.declaration, same.declaration.head_span)
            place = on_first_line(stage.declaration, stage.declaration.head_span)
            what = f"stage {stage.title}" if stage.name else "this stage"
            message = f"{what} repeats all of stage {same.title}; a change has to be made in both"
            yield Finding(place, message, (Related(declared, "says the same"),))


def _key(stage: Stage) -> int | None:
    """Equal for stages of equal content, None for one that makes nothing.

    Remembered, because all stages are looked at after each keystroke.
    """
    if _key not in stage.memo:
        makes = any(one.keyword in ("COPY", "ADD", "RUN") for one in stage.instructions)
        stage.memo[_key] = hash(_content(stage)) if makes else None
    found: int | None = stage.memo[_key]
    return found


def _content(stage: Stage) -> tuple[object, ...]:
    """What two stages share that make the same image; comments and blank lines between instructions do not count."""
    base = stage.base
    named = None if base is None else (base.resolution, base.target, base.value, base.mention.text)
    flags = tuple([flag.text for flag in stage.declaration.flags])
    return (named, flags, _texts(stage.section))


def _texts(section: Section) -> tuple[str, ...]:
    """What the instructions behind FROM say; remembered on the section."""
    found = section.memo.get(_texts)
    if found is None:
        found = section.memo[_texts] = tuple([one.text.strip() for one in section.instructions[1:]])
    assert isinstance(found, tuple)
    return found
