"""A command that cannot do without a lock file (or `go.mod`) that nothing brings.

`npm ci`, `pnpm install --frozen-lockfile`, `yarn install --immutable`, `uv sync --locked`, `cargo build --locked` and
others install what the lock file names, and stop the build where there is none. `go build` and `go mod download` do the
same without a `go.mod`.

Only what is certain is told: every COPY, ADD and RUN above was looked through for what may bring the file, and nothing
is told of images that may hold it themselves. `COPY . .` brings it, unless the build context is known and lacks it:
a warning where that folder is only guessed, as no Compose file, command or setting names it.

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json ./
RUN npm ci
    ^^^^^^ error: `npm ci` needs a `package-lock.json` in `/app`, and nothing brings one: the build stops here
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
```
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.text import Edit, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.execution import Executed
    from dockls.semantics.files import Copy

#: what makes the tools of an ecosystem stop without a lock file: subcommands and options. Yarn 1 goes on without one
#: for all of `--frozen-lockfile` (yarnpkg/yarn src/cli/commands/install.js, ``bailout``), Poetry and Composer make one.
_STRICT = {
    "npm": frozenset(("ci", "clean-install", "ic", "install-clean")),
    "pnpm": frozenset(("fetch", "--frozen-lockfile")),
    "yarn": frozenset(("--immutable",)),
    "uv": frozenset(("--locked", "--frozen")),
    "pipenv": frozenset(("sync", "--deploy")),
    "pdm": frozenset(("sync",)),
    "bundler": frozenset(("--deployment",)),
    "cargo": frozenset(("--locked",)),
}
#: words of which any makes it uncertain where or whether the file is looked for
_ELSEWHERE = (
    "--manifest-path", "--modfile", "-modfile", "--gemfile", "--no-package-lock", "--package-lock", "--help", "-C",
    "--lockfile-dir", "-L", "--lockfile", "--script",
)  # fmt: skip
_CARGO = frozenset(("build", "b", "check", "test", "run", "rustc"))
_GO = frozenset(("build", "install", "test", "vet", "generate", "list"))
_GO_MOD = frozenset(("download", "tidy", "vendor", "verify"))
#: since then Go works with modules only (go.dev/doc/go1.16, "Modules")
_GO_WITH_MODULES = (1, 16)


class _Need(NamedTuple):
    """A command, the files of which one is copied for it in any case, and those of which one must be there."""

    command: "Executed"
    beside: tuple[str, ...]
    files: tuple[str, ...]
    folder: str
    last_word: int


@stage_rule(severity=Severity.ERROR, theme="files")
def missing_lock_file(stage: Stage) -> Iterator[Finding]:
    """Look at installs that keep to a lock file, the first of each folder."""
    from dockls.semantics.execution import executed

    told: set[tuple[str, str]] = set()
    for command in executed(stage):
        need = _need(stage, command)
        if need is None or (need.files[0], need.folder) in told:
            continue
        told.add((need.files[0], need.folder))
        if not _is_known_image(stage) or _may_go_on(stage, command):
            continue
        if _copies_into(stage, need) and not _may_be_there(stage, need):
            yield _finding(stage, need)


def _need(stage: Stage, command: "Executed") -> _Need | None:
    words = command.words
    if command.conditional or any(word.startswith(_ELSEWHERE) or "$" in word for word in words):
        return None
    found = _of_go(stage, command) if words[0] == "go" else _of_lock(command)
    return None if found is None or found.folder.startswith("$") else found


def _of_lock(command: "Executed") -> _Need | None:
    from dockls.knowledge import install_command
    from dockls.semantics.stage import joined

    words = command.words
    subcommand = command.subcommand
    if words[0] == "cargo" and subcommand is not None and words[subcommand] in _CARGO and "--locked" in words:
        folder = command.directory
        return (
            None
            if folder is None
            else _Need(command, ("Cargo.toml",), ("Cargo.lock",), folder, words.index("--locked"))
        )
    install = install_command(list(words))
    if install is None or not install.lock_files or not _STRICT.get(install.ecosystem, frozenset()) & set(words[1:]):
        return None
    target = joined(command.directory, install.directory or ".")
    if target is None:
        return None
    strict = [number for number, word in enumerate(words) if word in _STRICT[install.ecosystem]]
    patterns = [manifest.pattern for manifest in install.manifests]
    beside = [pattern for pattern in ("package.json", *patterns) if pattern not in install.lock_files]
    return _Need(command, tuple(beside), install.lock_files, target, strict[0])


def _of_go(stage: Stage, command: "Executed") -> _Need | None:
    from dockls.semantics.compatibility import variable_of

    operands, folder = command.operands, command.directory
    if not operands or folder is None or any(word.endswith(".go") or "@" in word for word in operands):
        return None
    if operands[0] == "mod" and len(operands) > 1 and operands[1] in _GO_MOD:
        last = command.words.index(operands[1])
    elif operands[0] in _GO:
        last = command.words.index(operands[0])
    else:
        return None
    if variable_of(stage, command, "GO111MODULE") not in (None, "", "on", "auto") or not _needs_modules(stage):
        return None
    return _Need(command, ("go.sum",), ("go.mod",), folder, last)


def _needs_modules(stage: Stage) -> bool:
    from dockls.semantics.compatibility import base_facts

    known = base_facts(stage)
    if known is None or known.family != "golang" or known.version is None:
        return known is not None
    parts = known.version.split(".")
    version = tuple([int(part) for part in parts if part.isdecimal()])[:2]
    return len(version) < 2 or version >= _GO_WITH_MODULES


def _may_go_on(stage: Stage, command: "Executed") -> bool:
    """Whether something in the instruction makes up for a failure, as ``|| npm install`` does."""
    from dockls.semantics.execution import executed_by

    others = executed_by(stage, command.instruction)
    return any(other.command.connector in ("||", "|", ";", "&") for other in others if other is not command)


def _is_known_image(stage: Stage) -> bool:
    from dockls.semantics.compatibility import base_facts

    known = base_facts(stage)
    return known is not None and "onbuild" not in known.flavors


def _copies_into(stage: Stage, need: _Need) -> bool:
    """Whether anything is copied into the folder or one below or above; else the file is not written to its end."""
    from dockls.semantics.files import copies_of

    for each in stage.chain:
        for copy in copies_of(each):
            if copy.destination is not None and (copy.destination + "/").startswith(need.folder.rstrip("/") + "/"):
                return True
    return False


def _may_be_there(stage: Stage, need: _Need) -> bool:
    """Whether one of the files may be in the folder or one above it, where a workspace may begin."""
    from dockls.semantics.bringing import may_be_brought

    folder = need.folder
    while True:
        if any(may_be_brought(stage, posixpath.join(folder, name), need.command) for name in need.files):
            return True
        if folder in ("/", ""):
            return False
        folder = posixpath.dirname(folder)


def _finding(stage: Stage, need: _Need) -> Finding:
    command = need.command
    start, end = command.span_through(0).start, command.word_span(need.last_word).end
    place = on_first_line(command.instruction, Span(start, end))
    shown = " ".join(command.words[: need.last_word + 1])
    message = f"`{shown}` needs a `{need.files[0]}` in `{need.folder}`, and"
    if _left_to_context(stage, need):
        # Where nobody says which folder is the build context, it may be one further up.
        severity = None if stage.context.certain else Severity.WARNING
        return Finding(place, f"{message} the build context has none to copy", severity=severity)
    return Finding(place, f"{message} nothing brings one: the build stops here", fixes=_fixes(stage, need))


def _left_to_context(stage: Stage, need: _Need) -> bool:
    """Whether a COPY of a folder or a pattern would bring the file if the build context had it."""
    from dockls.semantics.files import copies_of

    return any(
        copy.stage is None
        and not copy.from_image
        and copy.destination is not None
        and (need.folder + "/").startswith(copy.destination.rstrip("/") + "/")
        and any(set(source) & set("*?[") or stage.context.kind(source) == "directory" for source in copy.sources)
        for each in stage.chain
        for copy in copies_of(each)
    )


def _fixes(stage: Stage, need: _Need) -> tuple[Fix, ...]:
    """The file beside the manifest in the COPY that brings that, where the file may be there to copy."""
    from dockls.semantics.files import copies_of

    for copy in reversed(copies_of(stage)):
        number = _number_of(copy, need)
        if number is None or copy.from_image:
            continue
        word = copy.instruction.words[number]
        source = posixpath.join(posixpath.dirname(word.text), need.files[0])
        if copy.stage is None and stage.context.exists(source) is False:
            return ()

        end, text = word.span.end, f" {source}"
        if copy.instruction.is_json:
            # The word ends in front of its quote.
            end, text = end + 1, f', "{source}"'

        def added(model: Model, copy: "Copy" = copy, end: int = end, text: str = text) -> list[Edit]:
            at = model.start_of(copy.instruction) + end
            return [Edit(Span(at, at), text)]

        return (Fix(f"Copy `{source}` too", added, safe=False),)
    return ()


def _number_of(copy: "Copy", need: _Need) -> int | None:
    """The number of the word that copies a file beside the missing one by name into the folder."""
    if not copy.is_folder or copy.destination != need.folder:
        return None
    names = [posixpath.basename(source) for source in copy.sources]
    return next((names.index(name) for name in need.beside if name in names), None)
