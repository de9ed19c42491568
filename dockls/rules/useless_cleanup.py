"""A stage removes files at its end that no other stage copies.

Of a builder stage only what other stages copy gets into an image. A RUN that removes something else makes no image
smaller: not that of the builder, whose layers below keep the files, nor the finished one. It only costs time.

Told is a RUN that does nothing but `rm`, or empties the cache of a package manager, where no RUN follows in the stage,
all that uses the stage is COPY of named paths, and none of these holds what is removed. Patterns and variables count
as far as they are known.

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN go build -o /server .
RUN rm -rf /src/testdata
    ^^^^^^^^^^^^^^^^^^^^ hint: no stage copies `/src/testdata` from stage `build`, so this makes no image smaller

FROM gcr.io/distroless/static
COPY --from=build /server /server
```

->

```dockerfile
FROM golang:1.26 AS build
WORKDIR /src
COPY . .
RUN go build -o /server .

FROM gcr.io/distroless/static
COPY --from=build /server /server
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by, named_path
from dockls.semantics.files import copies_of, source_path
from dockls.syntax import Instruction, Place

_PATTERN = frozenset("*?[{`$")
#: what else removes files, and where
_EMPTYING = {
    ("apt-get", "clean"): "/var/cache/apt", ("apt", "clean"): "/var/cache/apt", ("dnf", "clean"): "/var/cache",
    ("yum", "clean"): "/var/cache", ("microdnf", "clean"): "/var/cache", ("npm", "cache", "clean"): "/root/.npm",
    ("pip", "cache", "purge"): "/root/.cache", ("pip3", "cache", "purge"): "/root/.cache",
    ("yarn", "cache", "clean"): "/usr/local/share/.cache",
}  # fmt: skip
#: what does nothing to files
_IDLE = frozenset(("cd", "set", "true", ":"))


@file_rule(severity=Severity.HINT, theme="cache")
def useless_cleanup(model: Model) -> Iterator[Finding]:
    """Look at the last RUN of every stage from which others copy."""
    for stage in model.stages[:-1]:
        last = _last_run(stage)
        removed = [] if last is None else _removed(stage, last)
        taken = _taken(model, stage) if removed else None
        if last is None or taken is None or any(_meet(path, other) for path in removed for other in taken):
            continue
        message = f"no stage copies `{removed[0]}` from stage {stage.title}, so this makes no image smaller"
        fix = Fix("Delete this RUN", edits.deleting(last), safe=False)
        yield Finding(_place(stage, last), message, fixes=(fix,))


def _last_run(stage: Stage) -> Instruction | None:
    """The last RUN, if it may remove files; remembered, because all stages are looked at after each keystroke."""
    if useless_cleanup not in stage.section.memo:
        last = next((one for one in reversed(stage.instructions) if one.effective.keyword == "RUN"), None)
        removes = (
            last is not None and last.keyword == "RUN" and any(word in last.text for word in ("rm", "clean", "purge"))
        )
        stage.section.memo[useless_cleanup] = last if removes else None
    found: Instruction | None = stage.section.memo[useless_cleanup]
    return found


def _place(stage: Stage, run: Instruction) -> Place:
    first = executed_by(stage, run)[0].place
    span = first.span
    end = run.text.find("\n", span.start, span.end)
    return first if end < 0 else Place(run, span._replace(end=len(run.text[:end].rstrip(f"{run.escape}\r "))))


def _removed(stage: Stage, run: Instruction) -> list[str]:
    """The paths, up to what is not known of them, that a RUN removes; none where it does something else."""
    # What lies in a mount is no part of the stage.
    commands = () if any(flag.name == "mount" for flag in run.flags) else executed_by(stage, run)
    found: list[str] = []
    for each in commands:
        if each.command.redirects or each.command.connector in ("|", "&"):
            return []
        paths = _paths(stage, each)
        if paths is None:
            return []
        found += paths
    return found


def _paths(stage: Stage, each: Executed) -> list[str] | None:
    if each.command.program in _IDLE:
        return []
    words = (each.command.program, *each.operands)
    emptied = _EMPTYING.get(words[:2]) or _EMPTYING.get(words[:3])
    if emptied is not None:
        return [emptied]
    if each.command.program != "rm" or not each.operands:
        return None
    found: list[str] = []
    for word in each.operands:
        path = named_path(stage, each, word)
        if path is None or path == "/":
            return None
        found.append(path)
    return found


def _taken(model: Model, stage: Stage) -> list[str] | None:
    """The paths that other stages copy from it; None where it is used in another way, or not at all."""
    from dockls.semantics.outside import built_by_name

    uses = model.graph.dependents[stage.index]
    if not uses or built_by_name(model, stage) is not None:
        return None
    if any(use.mention.kind != "copy" or use.mention.onbuild for use in uses):
        return None
    copiers = {use.source for use in uses}
    copies = [copy for number in copiers for copy in copies_of(model.stages[number]) if copy.stage == stage.index]
    if len(copies) != len(uses):
        return None
    return [source_path(source) for copy in copies for source in copy.sources]


def _meet(one: str, other: str) -> bool:
    """Whether one path may hold the other."""
    first, second = _known(one), _known(other)
    return first.startswith(second) or second.startswith(first)


def _known(path: str) -> str:
    """The path as far as it is known, with a slash at the end where that is all of it."""
    opened = min([path.find(character) for character in _PATTERN if character in path], default=-1)
    return path.rstrip("/") + "/" if opened < 0 else path[:opened]
