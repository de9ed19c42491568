"""Adds a stage with a shell and tools on top of the final image, to look into it.

`docker build --target debug .` makes an image with all that the final one has, and a shell, as root: for images without
a shell the only way to look inside. An ordinary build leaves it out: the last line of the file starts from the final
stage again, so that what is built by default stays the same.

Where the final image is known to have `apt-get` or `apk`, tools are installed by it; elsewhere BusyBox, linked
statically, is copied to `/busybox`. The final stage gets the name `runtime` if it has none; the setting `name` asks for
another name of the new stage.

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian13:nonroot<|>
COPY --from=build /server /server
ENTRYPOINT ["/server"]
```

->

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM gcr.io/distroless/static-debian13:nonroot AS runtime
COPY --from=build /server /server
ENTRYPOINT ["/server"]

FROM runtime AS debug
USER root
COPY --from=busybox:1.37-musl /bin /busybox
ENV PATH=$PATH:/busybox
ENTRYPOINT ["/busybox/sh"]

FROM runtime
```
"""

from dockls import edits
from dockls.knowledge import names_windows
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.renaming import name_stage, unusable
from dockls.semantics.stage_purpose import telling_name
from dockls.text import Edit, Span

_INSTALLS = {
    "apt": "RUN apt-get update && apt-get install -y --no-install-recommends curl procps strace"
    " && rm -rf /var/lib/apt/lists/*",
    "apk": "RUN apk add --no-cache curl strace",
}
_BUSYBOX = ("COPY --from=busybox:1.37-musl /bin /busybox", "ENV PATH=$PATH:/busybox")


@refactoring(title="Add a debug stage", kind="refactor.extract.stage", grade="preserving", settings=("name",))
def add_debug_stage(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on the FROM of the last stage."""
    stage, instruction = model.target, model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or not stage.instructions or _is_windows(stage):
        return None
    if len(model.stages) == 1 and not _is_shellless(stage) and not name:
        return None  # `docker run --entrypoint sh` looks into it
    if any("debug" in (node.name or "") for node in model.graph.nodes) and not name:
        return None
    wanted = name or "debug"
    final = stage.name or telling_name(model, stage)
    reason = (
        _reason(model, stage)
        or unusable(model, wanted)
        or (f"`{wanted}` is what the stage is called itself" if wanted == final else None)
    )
    if reason is not None:
        return Refused(reason)
    named: tuple[Edit, ...] = ()
    if stage.name is None:
        naming = name_stage(model, stage, final)
        if isinstance(naming, str):
            return Refused(naming)
        named = naming.edits
    added = edits.insert_after(model, stage.section.instructions[-1], ["", *_lines(model, stage, final, wanted)])
    return Plan((*named, added), title=f"Add a debug stage (docker build --target {wanted})")


def _reason(model: Model, stage: Stage) -> str | None:
    if any(one.keyword == "ONBUILD" for one in stage.instructions):
        return "the ONBUILD triggers of the last stage would run in the new stages"
    return None


def _is_shellless(stage: Stage) -> bool:
    known = base_facts(stage)
    empty = stage.base is not None and stage.base.resolution is Resolution.SCRATCH
    return empty or (known is not None and known.shell is None)


def _is_windows(stage: Stage) -> bool:
    return names_windows(stage.base_image or "") or "/" not in stage.final_state.shell[0]


def _lines(model: Model, stage: Stage, final: str, wanted: str) -> list[str]:
    """The new stage in the case of the file's keywords, and the one that is built by default."""
    manager = _manager(stage)
    shell = "/bin/sh" if manager in _INSTALLS else "/busybox/sh"
    tools = (_INSTALLS[manager],) if manager in _INSTALLS else _BUSYBOX
    # An image from nothing has no list of users in which a name could be found.
    from_nothing = (stage.base_image or "scratch") == "scratch"
    bodies = [f"USER {'0' if from_nothing else 'root'}", *tools, f'ENTRYPOINT ["{shell}"]']
    body = [f"{edits.keyword(model, word)} {rest}" for word, _, rest in [line.partition(" ") for line in bodies]]
    start, behind = edits.keyword(model, "FROM"), edits.keyword(model, "AS")
    return [f"{start} {final} {behind} {wanted}", *body, "", f"{start} {final}"]


def _manager(stage: Stage) -> str:
    from dockls.knowledge import facts

    if stage.base is None or stage.base.resolution is Resolution.SCRATCH or stage.base_image is None:
        return ""
    known = facts(stage.base_image)
    has_shell = known is not None and known.shell is not None and stage.final_state.shell == ("/bin/sh", "-c")
    return known.package_manager or "" if known is not None and has_shell else ""
