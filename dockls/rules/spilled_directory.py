"""A folder is copied, but only what is in it arrives.

COPY of a folder copies its content: `COPY --from=build /app/node_modules ./` puts every package beside the program
instead of into `node_modules`, and none is found. The destination has to be named like the folder.

Only folders are looked at that are known by their name to be looked for under that name, as `node_modules` and `.next`,
and several folders of the build context that are copied into one. `--parents` keeps the name. Source:
docs.docker.com/reference/dockerfile/#copy, “Copying directories”.

```dockerfile
FROM node:24 AS build
WORKDIR /app
RUN npm ci

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/node_modules ./
                  ^^^^^^^^^^^^^^^^^ warning: what is in `node_modules` lands in `/app` itself; name the folder there
```

->

```dockerfile
FROM node:24 AS build
WORKDIR /app
RUN npm ci

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

#: folders that are looked for by this name
_NAMED = frozenset(("node_modules", ".next", "site-packages", "dist-packages", ".venv", "__pycache__", ".output"))
_FEWEST = 2


@stage_rule(severity=Severity.WARNING, theme="files")
def spilled_directory(stage: Stage) -> Iterator[Finding]:
    """Look at the sources of COPY that are folders."""
    for copy in copies_of(stage):
        if copy.destination is None or copy.instruction.parsed.flag("parents") is not None:
            continue
        names = [source.rstrip("/").rpartition("/")[2] for source in copy.sources]
        ending = copy.destination.rstrip("/").rpartition("/")[2]
        named = [number for number, name in enumerate(names) if name in _NAMED and name != ending]
        folders = [number for number, source in enumerate(copy.sources) if _is_folder(stage, copy, source)]
        if named:
            yield _finding(copy, named[0], names[named[0]])
        elif len(folders) >= _FEWEST:
            shown = " and ".join(f"`{names[number]}`" for number in folders[:2])
            word = copy.instruction.words[folders[0]]
            message = f"what is in {shown} lands in `{copy.destination}` itself, without the names of the folders"
            yield Finding(on_first_line(copy.instruction, word.span), message, severity=Severity.INFORMATION)


def _is_folder(stage: Stage, copy: Copy, source: str) -> bool:
    if copy.stage is not None or copy.from_image or source.rstrip("/") in (".", ""):
        return False
    return "*" not in source and stage.context.kind(source.rstrip("/")) == "directory"


def _finding(copy: Copy, number: int, name: str) -> Finding:
    instruction = copy.instruction
    target = instruction.words[-1]
    fixes: tuple[Fix, ...] = ()
    if len(copy.sources) == 1 and target.text == target.value:
        written = target.text.removesuffix(".") if target.text in (".", "./.") else target.text
        quote = written[-1:] if written[-1:] in ("'", '"') and written[0] == written[-1] else ""
        written = written.removesuffix(quote)
        new = f"{written.rstrip('/') or ('.' if not written.startswith('/') else '')}/{name}{quote}"
        fixes = (Fix(f"Copy to `{new}`", edits.replacing(Place(instruction, target.span), new), safe=False),)
    message = f"what is in `{name}` lands in `{copy.destination}` itself; name the folder there"
    return Finding(on_first_line(instruction, instruction.words[number].span), message, fixes=fixes)
