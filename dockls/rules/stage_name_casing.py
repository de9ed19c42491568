"""A stage whose name has capital letters.

BuildKit lower-cases the name of a stage. `COPY --from`, mounts and `--target` find it in any case, but `FROM Build`
does not: it is taken for an image. With a name in lower case all mentions read alike.

The fix writes the name in lower case, and every mention of it. The check is BuildKit's `StageNameCasing`
(frontend/dockerfile/instructions/parse.go).

```dockerfile
FROM golang:1.25 AS Build
                    ^^^^^ info: BuildKit knows stage `Build` as `build`
RUN go build -o /server .

FROM scratch
COPY --from=Build /server /server
```

->

```dockerfile
FROM golang:1.25 AS build
RUN go build -o /server .

FROM scratch
COPY --from=build /server /server
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph, Model
from dockls.text import Edit


@graph_rule(severity=Severity.INFORMATION, theme="style", aliases=("StageNameCasing",))
def stage_name_casing(graph: Graph) -> Iterator[Finding]:
    """Compare each name with its lower case."""
    for node in graph.nodes:
        written, place = node.interface.written_name, node.interface.name_place
        if written is not None and place is not None and written != written.lower():
            fix = Fix(f"Rename the stage to `{written.lower()}`", partial(_renamed, node.number))
            yield Finding(place, f"BuildKit knows stage `{written}` as `{written.lower()}`", fixes=(fix,))


def _renamed(number: int, model: Model) -> Iterable[Edit] | None:
    from dockls.semantics.renaming import rename_stage

    stage = model.stages[number] if number < len(model.stages) else None
    if stage is None or stage.name is None:
        return None
    renaming = rename_stage(model, stage, stage.name)
    return None if isinstance(renaming, str) else renaming.edits
