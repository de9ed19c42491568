"""A build runs where only the packages for production are installed.

Compilers and bundlers are development dependencies in most projects. After `npm ci --omit=dev`, or with
NODE_ENV=production, they are missing, and `npm run build` fails with “tsc: not found”. A builder installs everything;
the final stage takes the packages for production from a stage of their own.

Where `package.json` is known, only a build is told whose tools stand in `devDependencies` alone. Where it is not, this
is a hint, for projects may keep their tools among `dependencies`. Nothing is said where another step of the stage
installs more.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN npm run build
    ^^^^^^^^^^^^^ hint: only packages for production are installed above, and build tools seldom are among them
```

-> Install all packages

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
```
"""

from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import variable_of
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.syntax import Place
from dockls.text import Span

_MANAGERS = frozenset(("npm", "yarn", "pnpm", "bun"))
_LEAVING_OUT = frozenset((
    "--omit=dev", "--production", "--production=true", "--prod", "--prod=true", "--only=production", "--only=prod",
    "-P",
))  # fmt: skip
_IN_TWO_WORDS = (("--omit", "dev"), ("--only", "prod"), ("--only", "production"))
_EVERYTHING = ("--include", "--production=false", "--prod=false", "--dev", "-D", "--only=dev", "--also")
_INSTALLING = ("ci", "install", "i", "clean-install")
#: what installs everything in spite of NODE_ENV: docs.npmjs.com/cli/commands/npm-ci, pnpm.io/cli/install
_AGAINST = {"npm": "--include=dev", "pnpm": "--prod=false"}
#: programs that projects have among their development dependencies, and the packages that bring them
_PACKAGES = {
    "tsc": ("typescript",), "vite": ("vite",), "ng": ("@angular/cli",), "webpack": ("webpack", "webpack-cli"),
    "rollup": ("rollup",), "esbuild": ("esbuild",), "nest": ("@nestjs/cli",), "tsup": ("tsup",), "parcel": ("parcel",),
    "vue-cli-service": ("@vue/cli-service",), "gulp": ("gulp", "gulp-cli"), "grunt": ("grunt", "grunt-cli"),
    "babel": ("@babel/cli",), "swc": ("@swc/cli",), "tsdown": ("tsdown",), "vue-tsc": ("vue-tsc",),
    "react-scripts": ("react-scripts",), "next": ("next",), "nuxt": ("nuxt",), "astro": ("astro",), "turbo": ("turbo",),
    "svelte-kit": ("@sveltejs/kit",), "rspack": ("@rspack/cli",), "tailwindcss": ("tailwindcss", "@tailwindcss/cli"),
}  # fmt: skip
#: those of them that many projects have among `dependencies`
_AMONG_DEPENDENCIES = frozenset(("react-scripts", "next", "nuxt", "astro"))


@stage_rule(severity=Severity.WARNING, theme="files")
def build_without_development_dependencies(stage: Stage) -> Iterator[Finding]:
    """Look for a build behind an install for production."""
    production, more = _NOTHING if stage.parent is None else stage.parent.folded(_below, lambda root: _NOTHING)
    building: list[Executed] = []
    for command in () if more else executed(stage):
        if _manager(command) in _MANAGERS and _installs(command):
            if not _for_production(stage, command):
                return
            production = production or command
        elif production is not None and _builds(command):
            building.append(command)
    if production is None or not building or _brings_packages(stage):
        return
    for command in building:
        found = _told(stage, command, production)
        if found is not None:
            yield found
            return


def _manager(command: Executed) -> str:
    """The package manager, also behind `corepack` and `env`."""
    from dockls.knowledge.command_words import unwrap

    found = unwrap(command.words)
    return "" if found is None else found.program


def _installs(command: Executed) -> bool:
    """Whether a package manager installs anything, be it the project's packages or others."""
    words = set(command.words[1:4])
    bare = _manager(command) == "yarn" and command.operands in ((), ("yarn",))
    return bare or bool(words & {*_INSTALLING, "add", "link", "fetch", "focus"})


def _for_production(stage: Stage, command: Executed) -> bool:
    from dockls.knowledge import install_command

    install = install_command(command.words)
    if install is None or install.directory is not None or command.conditional:
        return False
    if any(word.startswith(_EVERYTHING) or "$" in word for word in command.words):
        return False
    by_variable = install.ecosystem in ("npm", "pnpm") and variable_of(stage, command, "NODE_ENV") == "production"
    return install.production or by_variable


def _builds(command: Executed) -> bool:
    from dockls.knowledge import build_command

    if command.words[0] in ("npx", "pnpx", "bunx"):
        return False
    build = build_command(command.words)
    return build is not None and build.ecosystem in ("node", "bun") and not command.conditional


def _brings_packages(stage: Stage) -> bool:
    """Whether a COPY from elsewhere may bring packages, or whole images."""
    copies = [copy for copy in copies_of(stage) if copy.stage is not None or copy.from_image]
    return any("." not in source.rpartition("/")[2].lstrip(".") for copy in copies for source in copy.sources)


class _Installed(NamedTuple):
    """What the stages below have: the first install for production, and whether something brings more."""

    production: Executed | None
    more: bool


_NOTHING = _Installed(None, False)


def _below(stage: Stage, below: _Installed) -> _Installed:
    installs = [one for one in executed(stage) if _manager(one) in _MANAGERS and _installs(one)]
    brought = any(copy.stage is not None or copy.from_image for copy in copies_of(stage))
    if not installs and not brought:
        return below
    more = below.more or brought or not all(_for_production(stage, one) for one in installs)
    return _Installed(below.production or next(iter(installs), None), more)


def _told(stage: Stage, command: Executed, production: Executed) -> Finding | None:
    from dockls.ecosystems.package_json import commands_of, package_json, script_of
    from dockls.knowledge.command_words import base_name, unwrap

    manifest = package_json(stage, command.directory)
    script = script_of(command.words)
    direct = unwrap(command.words)
    programs = [] if direct is None else [direct.program]
    # `yarn tsc` runs a script of that name, or else the program.
    if manifest is not None and script is not None and (script in manifest.scripts or "run" in command.words):
        programs = [base_name(words[0]) for words in commands_of(manifest, script)]
    related = (Related(production.place, "installs for production"),)
    fixes = _fixes(stage, production)
    if manifest is None:
        if script is None and (not programs or programs[0] in _AMONG_DEPENDENCIES or programs[0] not in _PACKAGES):
            return None
        message = "only packages for production are installed above, and build tools seldom are among them"
        return Finding(command.place, message, related, fixes, severity=Severity.HINT)
    for program in programs:
        packages = _PACKAGES.get(program, ())
        missing = [one for one in packages if one in manifest.development]
        if missing and not manifest.dependencies & set(packages):
            message = f"`{program}` is missing: `{missing[0]}` is a development dependency, and none is installed above"
            return Finding(command.place, message, related, fixes)
    return None


def _fixes(stage: Stage, production: Executed) -> tuple[Fix, ...]:
    """Leave the option away where that is all; speak against the variable."""
    if production.instruction not in stage.instructions:
        # What starts from the other stage may want it as it is.
        return ()
    words = production.words
    numbers = [number for number in range(1, len(words)) if words[number] in _leaving_out(words[0])]
    pairs = [number for number in range(2, len(words)) if words[number - 1 : number + 1] in _IN_TWO_WORDS]
    by_variable = variable_of(stage, production, "NODE_ENV") == "production"
    if len(numbers + pairs) != (0 if by_variable else 1):
        return ()
    if by_variable:
        option = _AGAINST.get(_manager(production))
        number = next((at for at, word in enumerate(production.words) if word in _INSTALLING), None)
        if option is None or number is None:
            return ()
        end = production.word_span(number).end
        span, text = Span(end, end), f'", "{option}' if production.instruction.is_json else f" {option}"
    else:
        first, last = (numbers[0], numbers[0]) if numbers else (pairs[0] - 1, pairs[0])
        span, text = Span(production.word_span(first - 1).end, production.word_span(last).end), ""
    return (Fix("Install all packages", edits.replacing(Place(production.instruction, span), text), safe=False),)


def _leaving_out(program: str) -> frozenset[str]:
    return _LEAVING_OUT | {"-p"} if program == "bun" else _LEAVING_OUT
