"""A COPY of files that another COPY brings to the same place.

Nothing between the two can have changed them, so one of them only costs a layer and a look at the files.

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
COPY package.json ./
^^^^^^^^^^^^^^^^^^^^ warning: `COPY . .` above has brought this to the same place
RUN npm ci
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
RUN npm ci
```

Nothing is said if a RUN stands between the two that does more than install what is locked (`npm ci`), or another COPY
to the same place, if they give the files different owners or modes, or if one of them takes a pattern, an archive or an
address that could mean something else.
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.syntax import Instruction, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.files import Copy

#: with so many copies above is each compared, and so many pairs of their sources
_MOST_COMPARED = 64
_MOST_PAIRS = 1024
_ARCHIVES = (".tar", ".gz", ".tgz", ".xz", ".txz", ".bz2", ".tbz2", ".zst", ".zip")


@stage_rule(severity=Severity.WARNING, theme="files")
def duplicate_copy(stage: Stage) -> Iterator[Finding]:
    """Compare each COPY with those above it, up to the last RUN that does more than install packages."""
    if sum(instruction.keyword in ("COPY", "ADD") for instruction in stage.instructions) < 2:
        return
    from dockls.semantics.files import copy_of

    above: list[Copy] = []
    # What stands above an install may be needed by it; only what comes again below can go.
    fixed: list[Copy] = []
    for instruction in stage.instructions:
        if instruction.keyword in ("RUN", "ONBUILD"):
            fixed = [*fixed, *above][-_MOST_COMPARED:] if _only_installs(stage, instruction) else []
            above = []
        elif instruction.keyword in ("COPY", "ADD"):
            copy = copy_of(stage, instruction)
            if copy is None or not _is_plain(copy):
                above, fixed = [], []
                continue
            before = next((one for one in fixed if _needless(stage, one, copy) is copy), None)
            if before is not None:
                yield _finding(copy, before, is_later=True)
            else:
                yield from _compared(stage, above, copy)


def _compared(stage: Stage, above: "list[Copy]", copy: "Copy") -> Iterator[Finding]:
    """Compare a COPY with those above it, to which it is added if it is needed."""
    needless = None
    for earlier in above[: -_MOST_COMPARED - 1 : -1]:
        needless = _needless(stage, earlier, copy)
        if needless is earlier and _has_early_sources(stage):
            needless = None  # a manifest whose install stands too far below
        if needless is not None:
            yield _finding(needless, copy if needless is earlier else earlier, is_later=needless is copy)
        if needless is earlier:
            above.remove(earlier)
        elif needless is copy or _touch(earlier, copy):
            break
    above += [] if needless is copy else [copy]


def _only_installs(stage: Stage, run: Instruction) -> bool:
    """Whether a RUN installs the packages of a project, and so changes none of the files that were copied."""
    from dockls.knowledge import install_command
    from dockls.semantics.execution import executed_by

    if run.keyword != "RUN":
        return False
    installs = [install_command(one.words) for one in executed_by(stage, run)]
    return bool(installs) and all(one is not None and one.frozen and not one.needs_sources for one in installs)


def _has_early_sources(stage: Stage) -> bool:
    from dockls.semantics.early_sources import early_sources

    return early_sources(stage) is not None


def _is_plain(copy: "Copy") -> bool:
    """Whether it is known what it brings and where to."""
    if copy.destination is None or copy.instruction.heredocs or not copy.sources:
        return False
    flags = {flag.name for flag in copy.instruction.flags}
    return flags <= {"from", "chown", "chmod", "link"} and not any(
        "://" in source or "$" in source for source in copy.sources
    )


def _needless(stage: Stage, first: "Copy", second: "Copy") -> "Copy | None":
    """The one of two that could go; None if both are needed."""
    if not _touch(first, second) or _origin(first) != _origin(second):
        return None
    alike = _options(first) == _options(second)
    if alike and _covers(stage, first, second):
        return second
    # What comes later overwrites files, owner and mode included, but a folder stays as the first has made it.
    return first if (alike or _brings_only_files(stage, first)) and _covers(stage, second, first) else None


def _brings_only_files(stage: Stage, copy: "Copy") -> bool:
    """Whether it makes no folder: its sources seem to be files, and a WORKDIR has made the folder they go to."""
    instructions = stage.instructions
    above = instructions[: instructions.index(copy.instruction)]
    made = {stage.state_after(instruction).workdir for instruction in above if instruction.keyword == "WORKDIR"}
    if not copy.is_folder or copy.destination not in {"/", *made}:
        return False
    names = [posixpath.basename(source) for source in copy.sources]
    return all("." in name.strip(".") or "*." in name for name in names)


def _origin(copy: "Copy") -> tuple[str | None, str]:
    flag = copy.instruction.parsed.flag("from")
    is_archive = copy.instruction.keyword == "ADD" and any(source.endswith(_ARCHIVES) for source in copy.sources)
    return None if flag is None else flag.value, "archive" if is_archive else ""


def _options(copy: "Copy") -> tuple[str | None, ...]:
    flags = [copy.instruction.parsed.flag(name) for name in ("chown", "chmod")]
    return tuple([None if flag is None else flag.value for flag in flags])


def _covers(stage: Stage, wide: "Copy", narrow: "Copy") -> bool:
    """Whether `wide` brings all that `narrow` does to the same places."""
    if wide.sources == narrow.sources and wide.destination == narrow.destination and wide.is_folder == narrow.is_folder:
        return True
    if len(wide.sources) * len(narrow.sources) > _MOST_PAIRS:
        return False
    if any(source.endswith(_ARCHIVES) for source in narrow.sources):
        return False
    return all(any(_brings(stage, wide, source, narrow, other) for source in wide.sources) for other in narrow.sources)


def _brings(stage: Stage, wide: "Copy", source: str, narrow: "Copy", other: str) -> bool:
    """Whether one source of `wide`, a folder, holds one source of `narrow` (or is it) and takes it to the same path."""
    if any(character in source + other for character in "*?["):
        return False
    assert wide.destination is not None and narrow.destination is not None
    folder = posixpath.normpath("/" + source)
    path = posixpath.normpath("/" + other)
    if path == folder:
        target = _target(stage, wide, source)
        return target is not None and target == _target(stage, narrow, other)
    if not path.startswith(folder.rstrip("/") + "/"):
        return False
    inside = path[len(folder.rstrip("/")) + 1 :]
    return posixpath.join(wide.destination, inside) == _target(stage, narrow, other)


def _target(stage: Stage, copy: "Copy", source: str) -> str | None:
    """The path at which a source lands; a folder's content lands in the destination itself."""
    assert copy.destination is not None
    kind = stage.context.kind(source) if copy.stage is None and not copy.from_image else None
    if not copy.is_folder or kind == "directory" or source.endswith("/"):
        return copy.destination
    name = posixpath.basename(source)
    if kind == "file" or "." in name.strip("."):
        return posixpath.join(copy.destination, name)
    # A file would land in the folder, a folder would spill its content.
    return copy.destination if posixpath.basename(copy.destination) == name and len(copy.sources) == 1 else None


def _touch(one: "Copy", other: "Copy") -> bool:
    """Whether the two write to places of which one lies in the other."""
    assert one.destination is not None and other.destination is not None
    first, second = one.destination.rstrip("/") + "/", other.destination.rstrip("/") + "/"
    return first.startswith(second) or second.startswith(first)


def _finding(needless: "Copy", other: "Copy", is_later: bool) -> Finding:
    instruction = needless.instruction
    shown = " ".join(other.instruction.text.split())
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    message = f"`{shown}` above has brought this to the same place"
    if not is_later:
        message = f"`{shown}` below brings this to the same place"
    return Finding(
        Place(instruction, instruction.head_span),
        message,
        related=(Related(Place(other.instruction, other.instruction.head_span), "brings the same"),),
        fixes=(Fix(f"Remove this {instruction.keyword}", edits.deleting(instruction)),),
        unnecessary=True,
    )
