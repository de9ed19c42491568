"""COPY of a path that the other stage does not have.

The build fails with “not found”. It happens where the working directory of the stage is forgotten (`go build -o server`
in `/src` makes `/src/server`), and in stages that start from nothing.

Only what is certain is told: the stage starts from `scratch` and runs nothing, or a command of it makes a file of that
name in another folder, and nothing in the stage speaks of this one.

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN go build -o server .

FROM alpine:3.24
COPY --from=build /app/server /server
                  ^^^^^^^^^^^ error: stage `build` has no `/app/server`; did you mean `/src/server`?
```

->

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN go build -o server .

FROM alpine:3.24
COPY --from=build /src/server /server
```
"""

import posixpath
import re
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import CERTAIN, Copy, Made, brings, copies_of, files_of, source_path
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

_PATTERN = frozenset("*?[$")
#: what lies in the root folder of the images that the tables know
_ROOT_FOLDERS = frozenset(
    ("bin", "boot", "dev", "etc", "go", "home", "lib", "lib64", "media", "mnt", "opt", "proc", "root", "run", "sbin",
     "srv", "sys", "tmp", "usr", "var")
)  # fmt: skip


@linked_rule(severity=Severity.ERROR, theme="files")
def missing_copied_path(linked: Linked) -> Iterator[Finding]:
    """Look for the sources of every COPY from a stage among what that stage makes."""
    for copy in copies_of(linked.stage):
        if copy.stage is not None:
            yield from _of_copy(linked.stages[copy.stage], copy)


def _of_copy(source_stage: Stage, copy: Copy) -> Iterator[Finding]:
    for number, source in enumerate(copy.sources):
        path = source_path(source)
        if set(source) & _PATTERN or path == "/" or brings(source_stage, path):
            continue
        near = _near(source_stage, path)
        if near is None and not _is_complete(source_stage):
            continue
        word = copy.instruction.words[number]
        place = on_first_line(copy.instruction, word.span)
        message = f"stage {source_stage.title} has no `{path}`"
        if near is None:
            yield Finding(place, message)
            continue
        related = (Related(Place(near.instruction, near.instruction.head_span), f"makes `{near.path}`"),)
        replaced = edits.replacing(Place(copy.instruction, word.span), near.path)
        fixes = (Fix(f"Copy `{near.path}`", replaced, safe=False),)
        yield Finding(place, f"{message}; did you mean `{near.path}`?", related, fixes)


def _is_complete(stage: Stage) -> bool:
    """Whether all files of the stage are known: it starts from nothing, runs nothing, and copies by name."""
    root = stage.root.base
    if root is None or root.resolution is not Resolution.SCRATCH:
        return False
    for one in stage.chain:
        if any(each.keyword in ("RUN", "ONBUILD", "ADD") for each in one.instructions):
            return False
        if any(copy.destination is None or set("".join(copy.sources)) & _PATTERN for copy in copies_of(one)):
            return False
    listed = files_of(stage)
    return listed != () and all(entry.kind is not None or entry.origin == "stage" for entry in listed)


def _near(stage: Stage, path: str) -> Made | None:
    """The file of that name that a command of the stage certainly makes elsewhere, if nothing speaks of the path."""
    folder, name = posixpath.split(path)
    found = [
        entry
        for entry in files_of(stage)
        if entry.origin == "run" and entry.certainty == CERTAIN and posixpath.basename(entry.path) == name
    ]
    if len({entry.path for entry in found}) != 1:
        return None
    # The root folder is in every path: there only the file itself tells whether anything speaks of it.
    told = path if folder == "/" else folder
    if folder == "/" and (base_facts(stage) is None or name in _ROOT_FOLDERS):
        return None
    for one in stage.chain:
        if any(_speaks_of(each.text, told) or each.keyword == "ONBUILD" for each in one.instructions):
            return None
        if any(each.keyword == "RUN" and _is_opaque(each.text) for each in one.instructions):
            return None
    return found[-1]


def _speaks_of(text: str, path: str) -> bool:
    """Whether a path stands in an instruction, or may by a variable; `/tool` does not in `src/tool.c`."""
    if path not in text or "$" in text:
        return path in text
    return re.search(rf"(?<![\w-]){re.escape(path)}(?!\.?[\w-])", text) is not None


def _is_opaque(text: str) -> bool:
    """Whether a RUN may make files that its text does not name."""
    return any(word in text for word in (".sh", "make", "./", "<<", "bash", "tar ", "unzip", "curl", "wget", "git "))
