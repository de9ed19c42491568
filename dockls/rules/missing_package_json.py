"""A stage that takes the packages of a Node project and its sources, but not its `package.json`.

`npm start`, `yarn start` and `pnpm start` read it and end at once without it. `node` starts, but no longer knows
`"type": "module"`, `imports` and the entry point that the file names, and programs that look up their own version fail.

Only what is certain is told: every COPY, ADD and RUN of the stage was looked through for what may bring the file. It is
a hint where `node` is started, and a warning where the project's `package.json` says something that Node then misses.

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
CMD ["npm", "start"]
      ^^^^^^^^^^^^ error: `npm start` needs a package.json in `/app`, and nothing brings one
```

->

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
CMD ["npm", "start"]
```
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.files import Copy

_RUNNERS = frozenset(("npm", "yarn", "pnpm"))
#: what a runner does with a script of package.json
_SCRIPTS = frozenset(("start", "run", "run-script", "test"))
_FILE = "package.json"
#: since then Node tells ECMAScript modules by their text (nodejs.org/api/packages.html, "Syntax detection")
_DETECTS_MODULES = 22


class _Start(NamedTuple):
    """The command that a container of the stage starts."""

    words: tuple[str, ...]
    instruction: Instruction
    span: Span


@stage_rule(severity=Severity.HINT, theme="files")
def missing_package_json(stage: Stage) -> Iterator[Finding]:
    """Look at stages that start npm, yarn, pnpm or node."""
    start = _start(stage)
    workdir = stage.final_state.workdir
    if start is None or workdir is None or not _is_known_image(stage):
        return
    runner = start.words[0] in _RUNNERS
    packages = _packages(stage)
    brought = _brings_below(stage, workdir)
    if not brought or (not runner and packages is None) or _may_have_file(stage, workdir):
        return
    place = on_first_line(start.instruction, start.span)
    fixes = () if packages is None else _fixes(packages)
    shown = " ".join(start.words[:2])
    if runner:
        message = f"`{shown}` needs a package.json in `{workdir}`, and nothing brings one"
        yield Finding(place, message, fixes=fixes, severity=Severity.ERROR)
        return
    missed = _missed(stage)
    message = f"nothing brings package.json into `{workdir}`: `{shown}` misses {missed or 'what it says'}"
    yield Finding(place, message, fixes=fixes, severity=Severity.WARNING if missed else None)


def _start(stage: Stage) -> _Start | None:
    """What CMD or ENTRYPOINT of the stage itself starts, if it is one plain command of those looked for."""
    from dockls.shell.instruction import scripts

    starting = [one for one in stage.instructions if one.keyword in ("CMD", "ENTRYPOINT")]
    entrypoints = [one for one in starting if one.keyword == "ENTRYPOINT"]
    if not starting or any(one.keyword == "ENTRYPOINT" for below in stage.chain[1:] for one in below.instructions):
        return None
    instruction = entrypoints[-1] if entrypoints else starting[-1]
    pieces = scripts(instruction)
    commands = [(command, piece.offset) for piece in pieces for command in piece.script.commands]
    if len(commands) != 1:
        return None
    command, offset = commands[0]
    written = words = tuple([word.value or "" for word in command.words])
    if not entrypoints and _starts_node(stage):
        words = ("node", *words)
    if len(words) == 1 and entrypoints and starting[-1].keyword == "CMD" and starting[-1].is_json:
        words += tuple([word.value for word in starting[-1].words])
    if not _is_looked_for(words):
        return None
    last = 0 if words[1:] == written else min(len(written), 2) - 1
    return _Start(words, instruction, Span(command.words[0].span.start + offset, command.words[last].span.end + offset))


def _is_looked_for(words: tuple[str, ...]) -> bool:
    if len(words) < 2 or any(word.startswith(("/", "-C", "--prefix", "--cwd", "--dir")) for word in words[1:]):
        return False
    if words[0] in _RUNNERS:
        return words[1] in _SCRIPTS
    return words[0] == "node" and not words[1].startswith("-") and not words[1].endswith((".mjs", ".cjs"))


def _is_known_image(stage: Stage) -> bool:
    """Whether the base image is known to bring no package.json of its own to where projects lie."""
    from dockls.semantics.compatibility import base_facts

    known = base_facts(stage)
    if known is None or "onbuild" in known.flavors:
        return False
    return known.family in ("node", "distroless/nodejs") or known.role == "distro"


def _starts_node(stage: Stage) -> bool:
    """Whether the entry point of the base image is node itself."""
    from dockls.semantics.compatibility import base_facts

    known = base_facts(stage)
    return known is not None and known.family == "distroless/nodejs"


def _packages(stage: Stage) -> "Copy | None":
    """The COPY that takes node_modules."""
    from dockls.semantics.files import copies_of

    return next(
        (
            copy
            for copy in copies_of(stage)
            for source in copy.sources[:1]
            if posixpath.basename(source.rstrip("/")) == "node_modules" and not copy.from_image
        ),
        None,
    )


def _brings_below(stage: Stage, workdir: str) -> bool:
    """Whether something else than packages is copied into the working directory or a folder of it."""
    from dockls.semantics.files import copies_of

    inside = workdir.rstrip("/") + "/"
    return any(
        copy.destination is not None
        and (copy.destination + "/").startswith(inside)
        and posixpath.basename(copy.sources[0].rstrip("/")) != "node_modules"
        for each in stage.chain
        for copy in copies_of(each)
    )


def _may_have_file(stage: Stage, workdir: str) -> bool:
    """Whether a package.json may be in the working directory or a folder above it."""
    from dockls.semantics.bringing import may_be_brought

    folder = workdir
    while True:
        if may_be_brought(stage, posixpath.join(folder, _FILE)):
            return True
        if folder in ("/", ""):
            return False
        folder = posixpath.dirname(folder)


def _missed(stage: Stage) -> str | None:
    """What Node looks for in the package.json of the build context, which must be known."""
    import json

    from dockls.semantics.compatibility import base_facts

    try:
        described = json.loads(stage.context.read(_FILE) or "{}")
    except (ValueError, RecursionError):
        return None
    if not isinstance(described, dict):
        return None
    if described.get("imports"):
        return "its `imports`"
    known = base_facts(stage)
    major = "" if known is None or known.version is None else known.version.partition(".")[0]
    if described.get("type") == "module" and major.isdigit() and int(major) < _DETECTS_MODULES:
        return 'its `"type": "module"`'
    return None


def _fixes(packages: "Copy") -> tuple[Fix, ...]:
    """A COPY of the file from where the packages come from, above the COPY that takes them."""
    instruction = packages.instruction
    if len(packages.sources) != 1 or packages.destination is None:
        return ()
    target = instruction.words[-1].text.rstrip("/")
    if posixpath.basename(target) != "node_modules":
        return ()
    flags = "".join([f"{flag.text} " for flag in instruction.flags])
    source = posixpath.join(posixpath.dirname(packages.sources[0].rstrip("/")), _FILE)
    folder = (posixpath.dirname(target).rstrip("/") or ("" if target.startswith("/") else ".")) + "/"

    def added(model: Model) -> list[Edit]:
        words = f'["{source}", "{folder}"]' if instruction.is_json else f"{source} {folder}"
        line = f"{edits.keyword(model, 'COPY')} {flags}{words}"
        return [edits.insert_before(model, instruction, [line])]

    return (Fix("Copy `package.json` too", added, safe=False),)
