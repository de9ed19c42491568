"""A WORKDIR that hangs on whatever folder the base image happens to start in.

`WORKDIR app` means a folder in the working directory of the base image. Another version of that image may have
another one, and everything that is copied and run lands there. Only the first WORKDIR of a stage counts: what follows
an absolute one is relative to it.

A variable that only the base image may set is a hint. A path with a drive is absolute on Windows, so nothing is said
of it unless `platforms` in the settings, or FROM, names other platforms only. The check is BuildKit's
`WorkdirRelativePath`; docs.docker.com/reference/build-checks/workdir-relative-path.

```dockerfile
FROM nginx:1.30-alpine
WORKDIR html
        ^^^^ warning: `html` lies in whatever working directory the base image has
```

->

```dockerfile
FROM nginx:1.30-alpine
WORKDIR /html
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage, State, expanded, joined
from dockls.semantics.expansion import ExpansionError, expand
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place


@stage_rule(severity=Severity.WARNING, theme="files", aliases=("WorkdirRelativePath", "DL3000"))
def relative_workdir(stage: Stage) -> Iterator[Finding]:
    """Look at the first WORKDIR of a stage and of those that it starts from."""
    first = next((one for one in stage.instructions if one.keyword == "WORKDIR" and one.words), None)
    if first is None or _inherits_workdir(stage):
        return
    state = stage.state_before(first)
    word = first.words[0].text
    path = expanded(word, state, first.escape)
    place = on_first_line(first, first.words[0].span)
    if path is None:
        if not _is_absolute(_with_empty(word, state, first.escape), stage):
            message = f"`{word}` is a folder of unknown place unless the base image or the build sets the variable"
            yield Finding(place, message, severity=Severity.HINT)
    elif not _is_absolute(path, stage):
        message = f"`{word}` lies in whatever working directory the base image has"
        yield Finding(place, message, fixes=_fixes(first, joined(state.workdir, path)))


def _is_absolute(path: str, stage: Stage) -> bool:
    """Whether a path is absolute on a platform that the stage may be built for."""
    if path.startswith("\\") or path[1:2] == ":":
        return not stage.platforms or any(one.lower().startswith("windows") for one in stage.platforms)
    return path.startswith("/")


def _with_empty(word: str, state: State, escape: str) -> str:
    """The word with nothing in place of variables that are not known; an absolute path if it is malformed."""
    try:
        return expand(word, lambda name: state.lookup(name) or "", escape)
    except ExpansionError:
        return "/"


def _inherits_workdir(stage: Stage) -> bool:
    return any(one.keyword == "WORKDIR" for below in stage.chain[1:] for one in below.instructions)


def _fixes(instruction: Instruction, path: str | None) -> tuple[Fix, ...]:
    """The absolute path, where the folder of the base image is known; it may be another one in the next version."""
    if path is None or "$" in instruction.words[0].text:
        return ()
    place = Place(instruction, instruction.words[0].span)
    return (Fix(f"Write `{path}`", edits.replacing(place, path)),)
