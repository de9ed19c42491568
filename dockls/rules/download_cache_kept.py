r"""The cache of npm, Composer, Bundler or RubyGems stays in the image.

npm keeps every package that it downloads in `~/.npm`, Composer in its cache folder, Bundler and RubyGems each `.gem`
file beside what they unpack of it. No later install comes in an image that would use them. A cache mount keeps them for
the next build, outside of the image; `npm cache clean --force`, `composer clear-cache` or `rm` in the same RUN removes
them.

Only the stage that is built by default and those that it starts from are looked at. Nothing is said where the RUN has a
cache mount or any word like “cache”, and where a variable puts the cache elsewhere. pnpm is left out, for its store and
the packages are the same files, and Yarn, whose versions differ. Of pip tells `pip-cache-kept`. Sources:
docs.npmjs.com/cli/v11/commands/npm-cache, getcomposer.org/doc/06-config.md, guides.rubygems.org/command-reference.

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
    ^^^^^^ hint: `npm` keeps what it downloads in this layer; a cache mount leaves it out
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.cache_mounts import missing_mounts, mounts_are_unknown
from dockls.semantics.execution import Executed, executed_by
from dockls.syntax import Instruction, Place
from dockls.text import Edit

#: program -> the subcommands that download
_DOWNLOADING = {
    "npm": frozenset(("ci", "install", "i", "add", "clean-install")),
    "composer": frozenset(("install", "update", "require", "create-project")),
    "bundle": frozenset(("install", "update")),
    "gem": frozenset(("install",)),
}
#: what tells that somebody has thought of the cache, beside the word itself
_TELLING = ("cache", ".npm", ".composer", ".gem", "type=tmpfs", "/root", "$home", "~", "--local", "--offline", "--help")
_VARIABLES = ("NPM_CONFIG_CACHE", "npm_config_cache", "COMPOSER_CACHE_DIR", "COMPOSER_NO_CACHE", "XDG_CACHE_HOME")


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def download_cache_kept(model: Model) -> Iterator[Finding]:
    """Look at the installs of the finished image; what is found in a stage is remembered on it."""
    for stage in model.target_chain:
        for command in stage.listed(_of_stage):
            yield _finding(model, stage, command)


def _of_stage(stage: Stage) -> Iterator[Executed]:
    """The first command of each RUN that leaves a cache."""
    for run in stage.instructions:
        if run.keyword == "RUN" and not any(word in run.text.lower() for word in _TELLING):
            first = next((one for one in executed_by(stage, run) if _downloads(one)), None)
            state = stage.state_before(run)
            if first is not None and not any(state.variable(name) for name in _VARIABLES):
                yield first


def _downloads(command: Executed) -> bool:
    subcommands = _DOWNLOADING.get(command.command.program, frozenset())
    number = command.subcommand
    return number is not None and command.words[number] in subcommands and command.words[0] in _DOWNLOADING


def _finding(model: Model, stage: Stage, command: Executed) -> Finding:
    program = command.words[0]
    message = f"`{program}` keeps what it downloads in this layer; a cache mount leaves it out"
    place = Place(command.instruction, command.span_through(command.subcommand or 0))
    missing = missing_mounts(stage, command.instruction)
    possible = missing.folders and missing.reason is None and mounts_are_unknown(model.tree) is None
    edit = partial(_mounted, command.instruction, missing.folders)
    fixes = (Fix("Add a cache mount", edit, safe=False),) if possible else ()
    return Finding(place, message, fixes=fixes)


def _mounted(run: Instruction, folders: tuple[str, ...], model: Model) -> list[Edit]:
    return [edits.mount_caches(model, run, folders)]
