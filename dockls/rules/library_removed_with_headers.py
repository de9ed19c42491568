r"""Removing the packages for the build on Alpine takes a shared library along that what was compiled needs.

`apk add --virtual .build-deps postgresql-dev` installs the library `libpq` because the headers need it, and nobody else
asks for it. `apk del .build-deps` removes both, and the program ends with “Error loading shared library libpq.so.5: No
such file or directory”. What is named by an `apk add` of its own stays.

It is a warning where a package is named that is linked with the library or loads it: `psycopg2`, an extension of PHP, a
version of `numpy` without a wheel for Alpine. Where the requirements of Python are not known it is a hint. Nothing is
said where something else may bring the library: a package that is not known, a variable, `scanelf`, which looks for
what is needed.

```dockerfile
FROM python:3.14-alpine
RUN apk add --no-cache --virtual .build-deps gcc musl-dev postgresql-dev \
    && pip install --no-cache-dir psycopg2 \
    && apk del .build-deps
       ^^^^^^^^^^^^^^^^^^^ warning: this also removes `libpq`, which `psycopg2` needs
```

->

```dockerfile
FROM python:3.14-alpine
RUN apk add --no-cache libpq
RUN apk add --no-cache --virtual .build-deps gcc musl-dev postgresql-dev \
    && pip install --no-cache-dir psycopg2 \
    && apk del .build-deps
```
"""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction
from dockls.text import Edit

#: libraries that neither Alpine's Python and PHP nor the common tools need themselves
_LIBRARIES = frozenset(
    ("libpq", "mariadb-connector-c", "libldap", "libxslt", "libjpeg-turbo", "libstdc++", "gdal", "geos", "unixodbc",
     "freetds", "imagemagick-libs", "cairo", "pango", "libmagic", "icu-libs", "libzip", "libpng", "gmp", "freetype",
     "libmemcached-libs", "libwebp", "librdkafka", "openblas")
)  # fmt: skip
#: what some of them bring in turn
_BRINGING = {
    "icu-libs": ("libstdc++",), "freetype": ("libpng",), "pango": ("cairo", "freetype", "libpng", "libstdc++"),
    "cairo": ("freetype", "libpng"), "geos": ("libstdc++",), "openblas": ("libstdc++",),
    "python3": ("libstdc++",), "gdal": tuple(_LIBRARIES), "imagemagick-libs": tuple(_LIBRARIES),
}  # fmt: skip
#: the library that an extension of PHP is linked with in every case
_EXTENSIONS = {
    "intl": "icu-libs", "gd": "libpng", "zip": "libzip", "pgsql": "libpq", "pdo_pgsql": "libpq", "xsl": "libxslt",
    "ldap": "libldap", "gmp": "gmp", "imagick": "imagemagick-libs", "memcached": "libmemcached-libs",
    "rdkafka": "librdkafka",
}  # fmt: skip
#: what else brings none of them
_PLAIN = frozenset(
    ("python3", "python3-dev", "py3-pip", "musl-dev", "libc-dev", "linux-headers", "pkgconf", "rust", "cargo")
)
_OF_PHP = frozenset(("$PHPIZE_DEPS", "${PHPIZE_DEPS}"))
_CHARACTERS = frozenset("$`*(")


class _Removal(NamedTuple):
    """The command that removes packages, those that it does, and all packages that are named and stay."""

    command: Executed
    removed: frozenset[str]
    kept: frozenset[str]


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def library_removed_with_headers(stage: Stage) -> Iterator[Finding]:
    """Compare what a stage on Alpine removes with what it has compiled."""
    known = base_facts(stage)
    if known is None or known.package_manager != "apk" or known.family not in ("python", "php", "alpine"):
        return
    if not any(one.keyword == "RUN" and " del " in one.text for one in stage.instructions):
        return
    removal = _removal(stage)
    if removal is None or stage.fired:
        return
    gone = _libraries(removal)
    needs = _needs_of_php(stage) if known.family == "php" else _needs_of_python(stage, removal)
    found = {library: package for library, package in needs.items() if library in gone}
    if not found:
        return
    certain = None not in found.values()
    if certain:
        shown = ", and ".join([f"`{library}`, which `{package}` needs" for library, package in found.items()])
    else:
        shown = " and ".join([f"`{library}`" for library in found]) + ", which what was compiled may need"
    severity = Severity.WARNING if certain else Severity.HINT
    fixes = _fixes(stage, removal.command.instruction, tuple(found))
    yield Finding(removal.command.place, f"this also removes {shown}", fixes=fixes, severity=severity)


def _removal(stage: Stage) -> _Removal | None:
    """The last removal of what `apk add` has installed; None where it cannot be told what is removed and what stays."""
    from dockls.knowledge import package_install

    groups: dict[str, frozenset[str]] = {}
    kept, removed = set[str](), set[str]()
    last: Executed | None = None
    for each in reversed(stage.chain):
        for command in executed(each):
            if command.command.program in ("scanelf", "apk") and any(map(_is_open, command.words)):
                return None
            install = package_install(command.words)
            if command.command.program == "scanelf" or (install is not None and command.conditional):
                return None
            if install is not None and install.virtual:
                groups[install.virtual] = frozenset(install.packages)
            elif install is not None:
                kept |= set(install.packages)
            elif command.command.program == "apk" and command.operands[:1] == ("del",):
                last = command
                for name in command.operands[1:]:
                    removed |= groups.pop(name, frozenset((name,)))
    kept = (kept - removed).union(*groups.values())
    return (
        None
        if last is None or last.instruction not in stage.instructions
        else _Removal(last, frozenset(removed), frozenset(kept))
    )


def _is_open(word: str) -> bool:
    """Whether only the shell knows what a word is; what PHP's own variable names is known."""
    return bool(set(word) & _CHARACTERS) and word not in _OF_PHP


def _libraries(removal: _Removal) -> frozenset[str]:
    """The libraries that go with the headers; none where what stays may need them, too."""
    from dockls.knowledge import brings_no_library, runtime_packages

    if not all(name in _LIBRARIES | _PLAIN | _OF_PHP or brings_no_library(name) for name in removal.kept):
        return frozenset()
    gone = {library for name in removal.removed for library in runtime_packages(name, "apk") or ()}
    if {"build-base", "alpine-sdk"} & removal.removed:
        gone.add("libstdc++")
    brought = [_BRINGING.get(name, ()) for name in removal.kept]
    return _LIBRARIES.intersection(gone).difference(removal.kept, *brought)


def _needs_of_php(stage: Stage) -> dict[str, str | None]:
    """The libraries of the extensions that are built, each with the extension."""
    found: dict[str, str | None] = {}
    for command in executed(stage):
        if command.command.program == "docker-php-ext-install" or command.words[:2] == ("pecl", "install"):
            for word in command.operands:
                extension = word.partition("-")[0]
                if extension in _EXTENSIONS:
                    found.setdefault(_EXTENSIONS[extension], extension)
    return found


def _needs_of_python(stage: Stage, removal: _Removal) -> dict[str, str | None]:
    """The libraries that packages need, each with the package; all, for None, where the packages are not known."""
    from dockls.ecosystems import Obstacle
    from dockls.ecosystems.python_context import pinned_requirements, requirements_of
    from dockls.ecosystems.python_installs import python_installs
    from dockls.knowledge import musl_wheels

    installs = python_installs(stage)
    if isinstance(installs, Obstacle) or not [one for one in installs if not one.only_tools]:
        return {}
    found: dict[str, str | None] = {}
    for install in installs:
        for pinned in pinned_requirements(stage, install):
            wheels = musl_wheels(pinned.name)
            if wheels is not None and wheels.is_compiled(pinned.version):
                found |= dict.fromkeys(wheels.libraries, pinned.name)
    names = requirements_of(stage, installs)
    for name in sorted(names or ()):
        found |= dict.fromkeys(_linked_with(name), name)
    # C++ is rare among them: a compiler for C that brings one for C++ tells nothing.
    every = _LIBRARIES if "g++" in removal.removed else _LIBRARIES - {"libstdc++"}
    return found if names is not None or found else dict.fromkeys(sorted(every))


def _linked_with(name: str) -> tuple[str, ...]:
    """Alpine's libraries that a package of Python has no wheel for."""
    from dockls.knowledge import library_headers, runtime_packages, translate

    headers = library_headers(name)
    known = None if headers is None else translate(headers, "apt", "apk")
    return () if known is None else runtime_packages(known, "apk") or ()


def _fixes(stage: Stage, instruction: Instruction, libraries: tuple[str, ...]) -> tuple[Fix, ...]:
    if stage.state_before(instruction).user not in ("root", "0"):
        return ()
    shown = " and ".join([f"`{library}`" for library in libraries])
    return (Fix(f"Install {shown} to stay", partial(_installed, instruction, libraries), safe=False),)


def _installed(instruction: Instruction, libraries: tuple[str, ...], model: Model) -> list[Edit]:
    line = f"{edits.keyword(model, 'RUN')} apk add --no-cache {' '.join(libraries)}"
    return [edits.insert_before(model, instruction, [line])]
