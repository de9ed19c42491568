"""Adds a stage that runs the tests on top of the one that builds.

The tests find what the builder has: sources, compilers and development dependencies, of which the final image has none.
`docker build --target test .` runs them; an ordinary build does not, for nothing needs the stage. The image that is
built by default stays the same.

The command is the custom of the builder's tool (`npm test`, `go test ./...`, `pytest`); the setting `command` asks for
another one, `name` for another name of the stage. It is refused where a package.json that is known has no such script,
and where a stage of that name is there already.

```dockerfile
FROM golang:1.25 AS build<|>
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian13
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM build AS test
RUN go test ./...

FROM gcr.io/distroless/static-debian13
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.renaming import unusable
from dockls.semantics.stage_purpose import brings_sources, ecosystem_of
from dockls.text import Span


@refactoring(title="Add a test stage", kind="refactor.extract.stage", grade="preserving", settings=("command", "name"))
def add_test_stage(model: Model, selection: Span, command: str = "", name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of a named stage that builds or installs, and is not the last one."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage is model.target or stage.name is None:
        return None
    if any("test" in (node.name or "") for node in model.graph.nodes) and not name:
        return None
    ecosystem = ecosystem_of(stage)
    line = command or _command(ecosystem)
    if ecosystem is None or line is None or not brings_sources(stage):
        return None
    wanted = name or "test"
    reason = unusable(model, wanted) or (None if command else _missing_script(stage, line))
    if reason is not None:
        return Refused(reason)
    following = model.stages[stage.index + 1]
    head = f"{edits.keyword(model, 'FROM')} {stage.name} {edits.keyword(model, 'AS')} {wanted}"
    lines = [head, f"{edits.keyword(model, 'RUN')} {line}", ""]
    added = edits.insert_before(model, following.declaration, lines)
    assumed = () if command else (f"`{line}` runs the tests",)
    return Plan((added, *edits.counted_on(model, following.index)), assumed, f"Add a test stage ({line})")


def _command(ecosystem: str | None) -> str | None:
    from dockls.knowledge import test_command

    return None if ecosystem is None else test_command(ecosystem)


def _missing_script(stage: Stage, line: str) -> str | None:
    if line.split()[0] not in ("npm", "yarn", "pnpm") or not stage.context.known:
        return None
    text = stage.context.read("package.json")
    return "package.json has no script `test`" if text is not None and '"test"' not in text else None
