"""What a Node image starts: the folder of built files that CMD leads to."""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Obstacle
from dockls.ecosystems.package_json import HOOKS, PackageJson, commands_of, script_of
from dockls.ecosystems.programs import Running
from dockls.semantics import Stage, joined

_RUNNERS = frozenset(("node", "nodejs", "bun", "pm2-runtime", "pm2"))
_TYPESCRIPT = frozenset(("nest", "ts-node", "tsx", "ts-node-esm", "ts-node-dev", "babel-node", "nodemon"))
_VALUE_OPTIONS = frozenset(("-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-C"))
#: folders of sources: whoever starts there runs them beside what was built
_SOURCES = frozenset(("src", "server", "app", "bin", "scripts", "api", "backend"))
#: scripts that by custom start what was built
_LAUNCHING = frozenset(("start", "start:prod", "start:production", "start-prod", "prod", "production"))
#: what the starters of frameworks need besides dependencies
_FRAMEWORKS = {("next", "start"): (".next",), ("nuxt", "start"): (".nuxt",)}


class Entry(NamedTuple):
    """The folders of built files that the program needs, relative to the build's; empty where that cannot be told.

    `complete` tells that they contain their dependencies.
    """

    outputs: tuple[str, ...]
    complete: bool


def entry_of(stage: Stage, run: Running, manifest: PackageJson | None, folder: str) -> Entry | Obstacle:
    """What the program of a Node image starts from; an obstacle where it needs the tools of the build."""
    from dockls.knowledge import development_command

    words = run.words
    script = script_of(words)
    if script is not None and manifest is not None:
        commands = commands_of(manifest, script)
        if not commands:
            return Obstacle(f"package.json has no script `{script}`, which the image starts")
        words = commands[-1]
        if development_command(list(words)):
            return Obstacle(f"`{' '.join(run.words)}` starts `{' '.join(words)}`, which needs the tools of the build")
    if script is not None and manifest is None and script not in _LAUNCHING:
        return Obstacle(f"what `{' '.join(words)}` starts stands in package.json, which is not known here")
    if manifest is not None:
        hook = _hook(manifest)
        if hook is not None:
            return hook
    words = words[1:] if words[0] in ("npx", "bunx") else words
    typescript = words and words[0].rpartition("/")[2] in _TYPESCRIPT
    if typescript or any(word.endswith((".ts", ".tsx")) for word in words):
        return Obstacle(f"`{' '.join(run.words)}` compiles when it starts, with the tools of the build")
    return _outputs(stage, words, manifest, folder)


def missing_tool(runs: tuple[Running, ...], manifest: PackageJson | None) -> Obstacle | str | None:
    """What has to be assumed of a tool that the image starts by `npx`; an obstacle where it is for development only."""
    for run in runs:
        if run.words[0] in ("npx", "bunx") and run.role == "program":
            tool = next((word for word in run.words[1:] if not word.startswith("-")), "")
            if manifest is not None and tool in manifest.development:
                return Obstacle(f"the image starts `{tool}`, which is a dependency for development only")
            if manifest is None or tool not in manifest.dependencies:
                return f"`{tool}` is no dependency for development only"
    return None


def _hook(manifest: PackageJson) -> Obstacle | None:
    """A hook that runs when production dependencies are installed, and calls a tool for development."""
    for name in HOOKS:
        for words in commands_of(manifest, name):
            tool = words[1] if words[0] == "npx" and len(words) > 1 else words[0]
            if tool in manifest.development:
                return Obstacle(
                    f"package.json runs `{tool}` at `{name}`, which is a dependency for development only: "
                    "dependencies for production cannot be installed without it"
                )
    return None


def _outputs(stage: Stage, words: tuple[str, ...], manifest: PackageJson | None, folder: str) -> Entry | Obstacle:
    program = words[0].rpartition("/")[2] if words else ""
    framework = _FRAMEWORKS.get((program, words[1] if len(words) > 1 else ""))
    if framework is not None and manifest is not None:
        return Entry((*framework, *_configuration(stage, manifest)), False)
    target = _target(words) if program in _RUNNERS else words[0] if "/" in words[0] else None
    if target in (".", "./") and manifest is not None:
        target = manifest.main
    path = None if target is None else joined(stage.final_state.workdir, target)
    if path is None or path == folder:
        return Entry((), False)
    if not path.startswith(folder.rstrip("/") + "/"):
        return Obstacle(f"the image starts `{path}`, which lies outside of `{folder}`, where the build runs")
    relative = posixpath.relpath(path, folder)
    first = relative.split("/")[0]
    is_file = "/" not in relative and "." in relative.lstrip(".")
    if is_file or first in _SOURCES or first == "node_modules" or _is_source(stage, manifest, first):
        return Entry((), False)
    return Entry((first,), first == ".output")


def _is_source(stage: Stage, manifest: PackageJson | None, name: str) -> bool:
    if manifest is None:
        return False
    path = posixpath.join(manifest.folder, name)
    return stage.context.kind(path) is not None and not stage.context.ignored(path).ignored


def _configuration(stage: Stage, manifest: PackageJson | None) -> tuple[str, ...]:
    """The configuration that Next.js reads again when it starts."""
    if manifest is None:
        return ()
    names = stage.context.entries(manifest.folder)
    return tuple([name for name in names if name.startswith("next.config.")])


def _target(words: tuple[str, ...]) -> str | None:
    """The script that `node` is given."""
    position = 1
    while position < len(words):
        word = words[position]
        if word == "run" and words[0] == "bun":
            position += 1
        elif word in _VALUE_OPTIONS:
            position += 2
        elif word.startswith("-"):
            position += 1
        else:
            return word if word.startswith(("./", "/")) or "/" in word or "." in word or position == 1 else None
    return None
