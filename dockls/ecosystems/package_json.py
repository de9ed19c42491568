"""What the package.json of a stage tells, where the build context is known."""

import posixpath
from collections.abc import Mapping
from typing import Any, NamedTuple

from dockls.ecosystems.resources import whole_copies
from dockls.semantics import Stage
from dockls.semantics.files import copies_of

_DEEPEST = 4
#: what `yarn` and `pnpm` take for something else than a script
_COMMANDS = frozenset(("node", "exec", "dlx", "next", "nuxt", "nest", "install", "add"))
#: what runs by itself when dependencies are installed
HOOKS = ("preinstall", "install", "postinstall", "prepare")


class PackageJson(NamedTuple):
    """The parts of a package.json that matter here; `folder` is where it lies in the context."""

    folder: str
    scripts: Mapping[str, str]
    main: str | None
    dependencies: frozenset[str]
    development: frozenset[str]


def package_json(stage: Stage, workdir: str | None) -> PackageJson | None:
    """The package.json that lies in the folder `workdir` of the image; None where that is not known."""
    folders = [sources.folder for sources in whole_copies(stage) if sources.path == workdir]
    for copy in copies_of(stage):
        if copy.stage is None and copy.destination == workdir:
            folders += [posixpath.dirname(source) for source in copy.sources if "package" in source]
    for folder in folders:
        text = stage.context.read(posixpath.join(folder, "package.json"))
        if text is not None:
            return _read(text, folder)
    return None


def _read(text: str, folder: str) -> PackageJson | None:
    import json

    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    scripts = {name: body for name, body in _object(data, "scripts").items() if isinstance(body, str)}
    main = data.get("main")
    return PackageJson(
        folder,
        scripts,
        main if isinstance(main, str) else None,
        frozenset(_object(data, "dependencies")),
        frozenset(_object(data, "devDependencies")),
    )


def _object(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def script_of(words: tuple[str, ...]) -> str | None:
    """The name of the package.json script that a command runs; None if it runs none."""
    if words[:1] == ("corepack",):
        words = words[1:]
    if words[:1] and words[0].rpartition("/")[2] in ("npm", "yarn", "pnpm", "bun") and len(words) > 1:
        rest = [word for word in words[1:] if not word.startswith("-")]
        if rest[:1] and rest[0] in ("run", "run-script"):
            return rest[1] if len(rest) > 1 and not rest[1].endswith((".js", ".mjs", ".cjs", ".ts")) else None
        if rest[:1] and rest[0] in _COMMANDS:
            return None
        if rest[:1] and (rest[0] in ("start", "test") or words[0] in ("yarn", "pnpm")):
            return rest[0]
    return None


def commands_of(manifest: PackageJson, script: str, depth: int = 0) -> list[tuple[str, ...]]:
    """The commands that a script runs, those of the scripts it calls in their place."""
    from dockls.shell import parse

    found: list[tuple[str, ...]] = []
    if depth > _DEEPEST or script not in manifest.scripts:
        return found
    for command in parse(manifest.scripts[script]).commands:
        words = tuple([word.text if word.value is None else word.value for word in command.words])
        called = script_of(words)
        if called is not None and called in manifest.scripts:
            found += commands_of(manifest, called, depth + 1)
        elif words:
            found.append(words)
    return found
