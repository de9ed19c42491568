"""Copies the files that a RUN mounts from the build context into the image.

For builders without mounts, and where later steps need the files, too. Each bind mount of a file of the context becomes
a COPY above the RUN. The files then stay in the image, which is told as an assumption. It is the inverse of mounting
files instead of copying them.

It is refused for mounts that are written to (`rw`), and for the whole build context, of which a COPY would leave more
behind than the step made.

```dockerfile
FROM golang:1.25
WORKDIR /src
RUN --mount=type=bind,source=go.mod,target=go.mod \\
    --mount=type=bind,source=go.sum,target=go.sum \\
    <|>go mod download
```

->

```dockerfile
FROM golang:1.25
WORKDIR /src
COPY go.mod go.mod
COPY go.sum go.sum
RUN go mod download
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.mounts import Mount, mounts_of
from dockls.text import Edit, Span


@refactoring(title="Copy the mounted files", kind="refactor.rewrite.cache", grade="changing")
def copy_bound_files(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN that mounts files of the build context."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN":
        return None
    bound = [mount for mount in mounts_of(run) if mount.kind == "bind" and "from" not in mount.fields]
    if not bound:
        return None
    for mount in bound:
        reason = _reason(mount)
        if reason is not None:
            return Refused(reason)
    keyword = edits.keyword(model, "COPY")
    lines = [f"{keyword} {mount.source} {mount.target}" for mount in bound]
    start = model.start_of(run)
    changes = [edits.insert_before(model, run, lines)]
    for mount in bound:
        end = mount.flag.span.end
        rest = run.text[end:]
        blank = len(rest) - len(rest.lstrip(f" \t\r\n{run.escape}"))
        changes.append(Edit(Span(start + mount.flag.span.start, start + end + blank), ""))
    names = ", ".join([f"`{mount.source}`" for mount in bound])
    return Plan(tuple(changes), (f"{names} may stay in the image",))


def _reason(mount: Mount) -> str | None:
    if mount.forgets:
        return f"the step writes to `{mount.target}`, which is forgotten behind it"
    if mount.source in ("", ".", "/"):
        return "the whole build context is mounted, of which a COPY would leave more behind"
    if not mount.target or "$" in mount.source + mount.target:
        return "what is mounted where is not known"
    return None
