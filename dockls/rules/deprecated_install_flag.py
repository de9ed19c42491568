"""An option by which package managers left development dependencies out in former times.

npm has `--omit=dev` since version 7 and warns of `--production` and `--only=production`; Poetry 2 refuses `--no-dev`,
which `--only main` replaces since version 1.2: where the stage installs Poetry 2, the build fails. Sources:
docs.npmjs.com/cli/v11/commands/npm-ci, python-poetry.org/blog/announcing-poetry-2.0.0.

Nothing is said of npm in images of Node below 16, whose npm knows the old option alone, and in other images than
Node's.

```dockerfile
FROM node:24
COPY package*.json ./
RUN npm ci --only=production
           ^^^^^^^^^^^^^^^^^ info: `--only=production` is deprecated; npm calls it `--omit=dev`
```

->

```dockerfile
FROM node:24
COPY package*.json ./
RUN npm ci --omit=dev
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_NPM = {
    "--only=production": "--omit=dev", "--only=prod": "--omit=dev", "--production": "--omit=dev",
    "--production=true": "--omit=dev", "--no-optional": "--omit=optional",
}  # fmt: skip
_NPM_COMMANDS = frozenset(("ci", "install", "i", "prune", "clean-install", "update"))
_OLDEST_NODE = 16


@stage_rule(severity=Severity.INFORMATION, theme="style")
def deprecated_install_flag(stage: Stage) -> Iterator[Finding]:
    """Look at the options of npm and Poetry."""
    for command in executed(stage):
        program, words = command.command.program, command.words
        if program == "npm" and any(word in _NPM for word in words) and _has_new_npm(stage):
            if any(word in _NPM_COMMANDS for word in words[1:3]):
                yield from _told(command, _NPM, "npm")
        elif program == "poetry" and "install" in words and "--no-dev" in words:
            yield from _of_poetry(stage, command)


def _of_poetry(stage: Stage, command: Executed) -> Iterator[Finding]:
    """Poetry 1.2 brought `--only`, Poetry 2 took `--no-dev` away."""
    from dockls.ecosystems.poetry import poetry_version

    version = poetry_version(stage)
    if version is not None and version < (1, 2):
        return
    for finding in _told(command, {"--no-dev": "--only main"}, "Poetry"):
        if version is not None and version >= (2, 0):
            message = "Poetry 2 has no `--no-dev` and fails; it calls it `--only main`"
            finding = finding._replace(message=message, severity=Severity.ERROR)
        yield finding


def _has_new_npm(stage: Stage) -> bool:
    known = base_facts(stage)
    if known is None or known.family != "node":
        return False
    major = (known.version or "").partition(".")[0]
    return known.version is None or (major.isdecimal() and int(major) >= _OLDEST_NODE)


def _told(command: Executed, options: dict[str, str], name: str) -> Iterator[Finding]:
    for number, word in enumerate(command.words):
        if word in options:
            place = Place(command.instruction, command.word_span(number))
            new = options[word]
            fix = Fix(f"Write `{new}`", edits.replacing(place, new))
            yield Finding(place, f"`{word}` is deprecated; {name} calls it `{new}`", fixes=(fix,), deprecated=True)
