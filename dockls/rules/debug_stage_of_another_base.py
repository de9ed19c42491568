"""A stage for debugging stands on another system than the image that is debugged.

What is looked for may not be there: the other C library, other versions of libraries, other files. A stage that starts
from the final one, `FROM runtime AS debug`, has what that one has, and the tools.

It is told where one is known to have glibc and the other musl, of a stage called `debug` or `debugger` that no other
stage uses. Nothing is said where the final image has no C library, as scratch and distroless images of static programs,
for no tool runs in there.

```dockerfile
FROM golang:1.26 AS build
RUN CGO_ENABLED=0 go build -o /app .

FROM ubuntu:26.04 AS debug
     ^^^^^^^^^^^^ hint: `debug` has glibc, but the final image has musl: not what is debugged
RUN apt-get update && apt-get install -y gdb
COPY --from=build /app /app

FROM alpine:3.24
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

_DEBUGGING = frozenset(("debug", "debugger", "debugging"))
#: parts of names of stages that build something for debugging, or stand for development as a whole
_OTHERS = frozenset(("build", "builder", "base", "deps", "tools", "dev", "development", "test", "publish"))
_C_LIBRARIES = ("glibc", "musl")


@file_rule(severity=Severity.HINT, theme="compatibility")
def debug_stage_of_another_base(model: Model) -> Iterator[Finding]:
    """Compare each stage for debugging with the last one that is not."""
    debugging = [stage for stage in model.stages if "debug" in (stage.name or "") and _is_for_debugging(stage)]
    if not debugging:
        return
    final = next((stage for stage in reversed(model.stages) if not _parts(stage) & (_DEBUGGING | _OTHERS)), None)
    if final is None or (model.target is not final and model.target not in debugging):
        return
    for stage in debugging:
        if not model.graph.dependents[stage.index]:
            yield from _of_stage(stage, final)


def _of_stage(stage: Stage, final: Stage) -> Iterator[Finding]:
    from dockls.semantics.compatibility import libc_of

    one, other = libc_of(stage), libc_of(final)
    if one not in _C_LIBRARIES or other not in _C_LIBRARIES or one == other or not stage.declaration.words:
        return
    message = f"{stage.title} has {one}, but the final image has {other}: not what is debugged"
    related = Related(Place(final.declaration, final.declaration.head_span), "the final image")
    yield Finding(on_first_line(stage.declaration, stage.declaration.words[0].span), message, (related,))


def _is_for_debugging(stage: Stage) -> bool:
    parts = _parts(stage)
    return bool(parts & _DEBUGGING) and not parts & _OTHERS


def _parts(stage: Stage) -> set[str]:
    return set((stage.name or "").replace("_", "-").replace(".", "-").split("-"))
