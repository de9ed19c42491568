"""`COPY . .` takes along what nobody wants in an image.

Without a `.dockerignore`, all of the build context is sent to the builder and copied: `.git` with the whole history,
`node_modules` of another platform, `.env` with its secrets. Every commit then makes the COPY, and all that follows, run
again.

Told is what lies in the build context and what no line of the ignore file keeps out. Nothing is said where the
context is not known.

```files
.git/HEAD
server.js
```

```dockerfile
FROM node:24
COPY . .
     ^ warning: this copies `.git` into the image; no `.dockerignore` keeps it out
```
"""

from collections.abc import Iterator

from dockls.project.context import cleaned
from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

#: in the order in which they are told
_UNWANTED = (".env", ".npmrc", ".git", "node_modules", ".venv", "venv", "__pycache__", "id_rsa", ".aws", ".ssh")
_MOST = 3


@stage_rule(severity=Severity.WARNING, theme="cache")
def missing_ignore_file(stage: Stage) -> Iterator[Finding]:
    """Look at what a COPY of the whole context brings."""
    if not stage.context.known:
        return
    for instruction in stage.instructions:
        if instruction.keyword not in ("COPY", "ADD") or instruction.parsed.flag("from") is not None:
            continue
        words = [one for one in instruction.words[:-1] if "://" not in one.value]
        word = next((one for one in words if cleaned(one.value) == ""), None)
        found = [] if word is None else _found(stage, instruction)
        if word is not None and found:
            ignore_file = stage.context.ignore_file
            keeper = f"nothing in `{ignore_file.path}`" if ignore_file is not None else "no `.dockerignore`"
            shown = [f"`{name}`" for name in found[:_MOST]]
            listed = shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1]
            them = "it" if len(shown) == 1 else "them"
            message = f"this copies {listed} into the image; {keeper} keeps {them} out"
            yield Finding(on_first_line(instruction, word.span), message)
            return


def _found(stage: Stage, instruction: Instruction) -> list[str]:
    excluded = {flag.value for flag in instruction.flags if flag.name == "exclude"}
    names = [name for name in _UNWANTED if stage.context.kind(name) is not None]
    return [name for name in names if name not in excluded and not stage.context.ignored(name).ignored]
