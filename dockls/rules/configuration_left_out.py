"""A build does not see the configuration of its tool.

Where only `src/` is copied into the builder, `tsconfig.json`, `vite.config.js` and the like stay behind. The tool then
builds with its defaults or stops, and what is built differs from what the same command builds outside of the image.

Told is a script named `build` of npm, yarn or pnpm in a stage that is given package.json and sources by name, if the
known build context has such a file beside package.json and nothing copies it. Nothing is said of `COPY . .`, of
patterns, and of files that the ignore file keeps out.

```files
package.json
vite.config.js
src/main.js
```

```dockerfile
FROM node:24 AS build
WORKDIR /app
COPY package.json ./
RUN npm install
COPY src ./src
RUN npm run build
    ^^^^^^^^^^^^^ warning: `vite.config.js` of the build context is not copied, so this builds without it
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of

_BUILDS = (
    ("npm", "run", "build"),
    ("yarn", "build"),
    ("yarn", "run", "build"),
    ("pnpm", "build"),
    ("pnpm", "run", "build"),
)
_ENDINGS = (".js", ".cjs", ".mjs", ".ts")
_TOOLS = (
    "vite",
    "webpack",
    "rollup",
    "next",
    "nuxt",
    "svelte",
    "astro",
    "babel",
    "postcss",
    "tailwind",
    "vue",
    "craco",
)
#: names of configuration files beside package.json, the more telling first
_FILES = (
    *(f"{tool}.config{ending}" for tool in _TOOLS for ending in _ENDINGS),
    *("tsconfig.json", "angular.json", "nest-cli.json", ".babelrc", "babel.config.json"),
)
_PATTERN = frozenset("*?[$")


@stage_rule(severity=Severity.WARNING, theme="files")
def configuration_left_out(stage: Stage) -> Iterator[Finding]:
    """Look at the first build of a stage whose files are copied by name."""
    if not stage.context.known:
        return
    build = next((one for one in executed(stage) if any(one.words[: len(each)] == each for each in _BUILDS)), None)
    if build is None or build.conditional:
        return
    sources = _sources(stage, build)
    if sources is None or "package.json" not in {posixpath.normpath(source) for source in sources}:
        return
    left = [name for name in _FILES if stage.context.kind(name) == "file" and not stage.context.ignored(name).ignored]
    left = [name for name in left if name not in {posixpath.normpath(source) for source in sources}]
    if left:
        message = f"`{left[0]}` of the build context is not copied, so this builds without it"
        yield Finding(build.place, message)


def _sources(stage: Stage, build: Executed) -> list[str] | None:
    """What is copied by name from the build context; None where anything else may bring files."""
    found: list[str] = []
    for each in stage.chain:
        for one in each.instructions:
            if one.keyword in ("ADD", "ONBUILD") or (one.keyword == "RUN" and "type=bind" in one.text):
                return None
            if one.keyword == "RUN" and one is not build.instruction and any(word in one.text for word in (">", "<<")):
                return None
        for copy in copies_of(each):
            if copy.stage is not None or copy.from_image or copy.instruction.heredocs:
                return None
            for source in copy.sources:
                name = posixpath.normpath(source.lstrip("/"))
                if name == "." or (_PATTERN & {*source} and not source.endswith("package*.json")):
                    return None
                found += ["package.json"] if source.endswith("package*.json") else [name]
    return found
