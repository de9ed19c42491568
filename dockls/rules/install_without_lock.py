"""Dependencies are installed without keeping to the lock file.

`npm install` may take newer versions than those in `package-lock.json`, and rewrites it: two builds of the same commit
can hold different programs. `npm ci` installs exactly what is locked, and fails where the two files disagree.

Told is `npm install` without names of packages where the lock file is in the build context and copied above. The fix
writes `npm ci`. Source: docs.npmjs.com/cli/v11/commands/npm-ci.

```files
package.json
package-lock.json
```

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install
    ^^^^^^^^^^^ hint: `npm install` may leave the versions of `package-lock.json`; `npm ci` keeps to them
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.syntax import Place

_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def install_without_lock(stage: Stage) -> Iterator[Finding]:
    """Look for `npm install` of the project."""
    if not stage.context.known:
        return
    for command in executed(stage):
        number = _install(command)
        lock = _lock(stage, command) if number is not None else None
        if number is not None and lock is not None:
            place = Place(command.instruction, command.word_span(number))
            fix = Fix("Use npm ci", edits.replacing(place, "ci"), safe=False)
            message = f"`npm {command.words[number]}` may leave the versions of `{lock}`; `npm ci` keeps to them"
            yield Finding(command.place, message, fixes=(fix,))


def _install(command: Executed) -> int | None:
    """The number of the word `install` of a plain install of the project."""
    if command.command.program != "npm":
        return None
    plain = len(command.operands) == 1 and command.operands[0] in ("install", "i")
    changing = any(word in ("-g", "--global", "--no-package-lock", "--legacy-peer-deps") for word in command.words)
    return command.subcommand if plain and not changing else None


def _lock(stage: Stage, command: Executed) -> str | None:
    """The lock file of the context that a COPY above brings."""
    position = stage.instructions.index(command.instruction)
    above = stage.instructions[:position]
    for name in _LOCKS:
        if not stage.context.exists(name) or stage.context.ignored(name).ignored:
            continue
        for copy in copies_of(stage):
            if copy.instruction in above and any(
                source in (".", "./", name, "package*.json") for source in copy.sources
            ):
                return name
    return None
