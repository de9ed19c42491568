"""A RUN that only prints something.

Whoever watches the first build sees it; after that the step is taken from the cache and prints nothing. It starts a
container for it and makes an empty layer. `docker build --progress=plain`, or a comment, serves better.

Told is a RUN of nothing but `echo`, `printf`, `pwd`, `env` and the like. Nothing is said where the text goes to a file
or another command, where a command could fail and so check something (`ls /app`, `${NAME:?}`), where an ARG of the file
stands in it, which may be there to break the cache, and of a RUN with mounts, which builds another stage.

```dockerfile
FROM node:24
WORKDIR /app
RUN echo "Installing dependencies"
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: this only prints something in the first build, and makes an empty layer
COPY package*.json ./
RUN npm ci
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.first_line import on_first_line
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.variable_uses import variables
from dockls.syntax import Instruction, Place

_PRINTING = frozenset(("echo", "printf"))
#: what prints something of the step when it is called without operands, and cannot fail
_SHOWING = frozenset(("pwd", "env", "printenv", "whoami", "uname", "hostname", "date", "ls", "id"))
_WORDS = (*_PRINTING, *_SHOWING)


@stage_rule(severity=Severity.HINT, theme="cache")
def message_only_run(stage: Stage) -> Iterator[Finding]:
    """Look at the RUNs of a stage that does something else, too."""
    if len(stage.instructions) < 2:
        return
    for run in stage.instructions:
        if run.keyword == "RUN" and not run.flags and any(word in run.text for word in _WORDS):
            commands = executed_by(stage, run)
            if commands and all(_prints(each) for each in commands) and not _reads_argument(stage, run):
                place = on_first_line(run, run.effective.rest_span)
                if place.span == run.keyword_span:
                    place = Place(run, run.head_span)
                message = "this only prints something in the first build, and makes an empty layer"
                fix = Fix("Delete this RUN", edits.deleting(run), safe=False)
                yield Finding(place, message, fixes=(fix,))


def _prints(each: Executed) -> bool:
    command = each.command
    if command.redirects or command.connector in ("|", "&") or command.assignments or command.depth > 0:
        return False
    return command.name in _PRINTING or (command.name in _SHOWING and not each.operands)


def _reads_argument(stage: Stage, run: Instruction) -> bool:
    """Whether the value of an ARG decides when it runs again, or an unset variable makes it fail."""
    known = stage.state_before(run).arguments
    for use in variables(run.text, run.escape, quotes=False):
        if use.modifier in (":?", "?") or (use.name in known and not is_platform_argument(use.name)):
            return True
    return False
