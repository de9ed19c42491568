"""Dependencies are installed without keeping to the lock file.

`npm install` may take newer versions than those in `package-lock.json`, and rewrites it: two builds of the same commit
can hold different programs. `npm ci` installs exactly what is locked, and fails where the two files disagree.

Cargo likewise writes `Cargo.lock` anew where it does not fit `Cargo.toml`, unless `--locked` tells it to fail.

Told is `npm install` without names of packages, and `cargo build`, where the lock file is in the build context and
copied above, or where a COPY names it; and `npm install` where the lock file is left behind in the build context. The
fix writes `npm ci`, or adds `--locked`. Sources:
docs.npmjs.com/cli/v11/commands/npm-ci, doc.rust-lang.org/cargo/commands/cargo-build.html#manifest-options.

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
from dockls.text import Span

#: options by which cargo leaves the lock file as it is
_KEEPING = frozenset(("--locked", "--frozen"))
_LOCKS = ("package-lock.json", "npm-shrinkwrap.json")


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def install_without_lock(stage: Stage) -> Iterator[Finding]:
    """Look for installs and builds of the project."""
    for command in executed(stage):
        if command.command.program == "npm":
            yield from _npm(stage, command)
        elif command.command.program == "cargo":
            yield from _cargo(stage, command)


def _npm(stage: Stage, command: Executed) -> Iterator[Finding]:
    number = _install(command)
    lock = _lock(stage, command, _LOCKS, ("package*.json",)) if number is not None else None
    if number is not None and lock is not None and stage.context.known:
        place = Place(command.instruction, command.word_span(number))
        fix = Fix("Use npm ci", edits.replacing(place, "ci"), safe=False)
        message = f"`npm {command.words[number]}` may leave the versions of `{lock}`; `npm ci` keeps to them"
        yield Finding(command.place, message, fixes=(fix,))
    elif number is not None and stage.context.known and _lock(stage, command, ("package.json",), ()) is not None:
        left = next(
            (one for one in _LOCKS if stage.context.exists(one) and not stage.context.ignored(one).ignored), None
        )
        if left is not None:
            yield Finding(command.place, f"`{left}` is not copied, so this takes whatever versions are the newest")


def _cargo(stage: Stage, command: Executed) -> Iterator[Finding]:
    """Cargo's build, and its install of a path, that may change the lock file."""
    words = command.words
    number = next((at for at, word in enumerate(words) if at and not word.startswith(("-", "+"))), None)
    if number is None or _KEEPING.intersection(words):
        return
    building = words[number] in ("build", "b") or (words[number] == "install" and "--path" in words)
    if not building or _lock(stage, command, ("Cargo.lock",), ("Cargo.*", "Cargo*")) is None:
        return
    end = command.word_span(number).end
    fixes: tuple[Fix, ...] = ()
    if not command.instruction.is_json:
        adding = edits.replacing(Place(command.instruction, Span(end, end)), " --locked")
        fixes = (Fix("Add `--locked`", adding, safe=False),)
    message = f"`cargo {words[number]}` may leave the versions of `Cargo.lock`; `--locked` keeps to them"
    yield Finding(Place(command.instruction, command.span_through(number)), message, fixes=fixes)


def _install(command: Executed) -> int | None:
    """The number of the word `install` of a plain install of the project."""
    plain = len(command.operands) == 1 and command.operands[0] in ("install", "i")
    changing = any(word in ("-g", "--global", "--no-package-lock", "--legacy-peer-deps") for word in command.words)
    return command.subcommand if plain and not changing else None


def _lock(stage: Stage, command: Executed, names: tuple[str, ...], patterns: tuple[str, ...]) -> str | None:
    """The lock file that a COPY above brings: one of the context, or, if that is not known, one that is named."""
    position = stage.instructions.index(command.instruction)
    above = stage.instructions[:position]
    for name in names:
        known = stage.context.known
        if known and (not stage.context.exists(name) or stage.context.ignored(name).ignored):
            continue
        wanted = (".", "./", name, *patterns) if known else (name, f"./{name}")
        for copy in copies_of(stage):
            brings = copy.stage is None and not copy.from_image and any(source in wanted for source in copy.sources)
            if brings and copy.instruction in above:
                return name
    return None
