"""Packages or a program compiled against a library that the image they are copied to does not have.

`libpq-dev` in the builder serves the compiler only. When it runs, what was compiled needs the library itself, `libpq5`:
Python ends with “ImportError: libpq.so.5: cannot open shared object file”. A COPY takes the packages along and leaves
the library behind.

It is a warning where a program was linked dynamically, and where a package is named that has to be compiled, as
`psycopg2` or `python-ldap`, or that loads the library without being compiled, as `weasyprint`; the full image of Python
has most of the headers and libraries already. Else it is a hint: wheels, as those of `psycopg2-binary`, bring the
library with them, and the headers are not needed at all.

Nothing is said where anything in the final image may bring the library: another package that needs it, a script, a
copied folder of libraries.

```dockerfile
FROM python:3.14-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev
RUN python -m venv /venv && /venv/bin/pip install psycopg2

FROM python:3.14-slim
COPY --from=build /venv /venv
                  ^^^^^ warning: what was compiled against `libpq-dev` needs `libpq5`, which this image does not have
CMD ["/venv/bin/python", "-m", "app"]
```

->

```dockerfile
FROM python:3.14-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libpq-dev
RUN python -m venv /venv && /venv/bin/pip install psycopg2

FROM python:3.14-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
COPY --from=build /venv /venv
CMD ["/venv/bin/python", "-m", "app"]
```
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Severity, linked_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import Copy, copies_of, source_path
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import PYTHON_FOLDERS, PYTHON_INSTALLERS
from dockls.semantics.linking import Taken, programs_taken
from dockls.syntax import Instruction, Place
from dockls.text import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts


class _Library(NamedTuple):
    """The packages with a library's headers, those of Debian first, and words that tell that the library is there.

    `in_full` tells that the full image of Python has the headers (docker-library/buildpack-deps).
    """

    headers: tuple[str, ...]
    telling: tuple[str, ...]
    in_full: bool = True


class _Need(NamedTuple):
    """The headers that packages may be compiled against; the package that certainly is, or that loads the library."""

    headers: str
    named: str | None = None
    loads: bool = False


_DRAWING = ("cairo", "pango", "rsvg", "magick", "gtk", "vips", "weasyprint", "graphviz", "chromium")
_LIBRARIES = (
    _Library(("libpq-dev", "postgresql-dev"), ("libpq", "postgres", "psycopg", "gdal")),
    _Library(("default-libmysqlclient-dev", "libmariadb-dev", "mariadb-dev"), ("mysql", "mariadb", "gdal")),
    _Library(("libldap2-dev", "libldap-dev", "openldap-dev"), ("ldap", "curl"), in_full=False),
    _Library(("libgdal-dev", "gdal-dev"), ("gdal", "geos"), in_full=False),
    _Library(("libmagic-dev", "file-dev"), ("magic", " file")),
    _Library(("libmagickwand-dev", "imagemagick-dev"), ("magick",)),
    _Library(("libcairo2-dev", "cairo-dev"), _DRAWING),
    _Library(("libpango1.0-dev", "pango-dev"), _DRAWING),
)
_FULL = frozenset(("python", "ruby", "node"))
#: programs only: other images have these libraries
_BARE = frozenset(("debian", "ubuntu", "alpine"))
_PYTHON_NAMES = PYTHON_FOLDERS | {"wheels"}
_HARMLESS = frozenset(
    ("apt-get", "apt", "apk", "rm", "mkdir", "cd", "echo", "printf", "set", "export", "cp", "mv", "ln", "chmod",
     "chown", "touch", "cat", "sed", "grep", "test", "[", "true", "useradd", "usermod", "groupadd", "adduser",
     "addgroup", "id", "ldconfig", "locale-gen", "find", "pip", "pip3", "python", "python3", "curl", "wget", "tar")
)  # fmt: skip


@linked_rule(severity=Severity.WARNING, theme="compatibility")
def missing_shared_library(linked: Linked) -> Iterator[Finding]:
    """Look at packages and programs that a stage takes from stages that compile."""
    stage = linked.stage
    known = base_facts(stage)
    if known is None or known.distribution not in ("debian", "ubuntu", "alpine", "distroless"):
        return
    if known.family in _FULL and not known.slim and known.distribution != "alpine":
        return
    handed = tuple(_handed(linked))
    programs = tuple(programs_taken(linked.stages, stage)) if known.family in _BARE else ()
    for library in _LIBRARIES if handed or programs else ():
        found = next(_of_library(linked, known, library, handed, programs), None)
        if found is not None and not stage.fired and not _may_have(stage, library):
            yield found


def _handed(linked: Linked) -> Iterator[tuple[Stage, Copy, int]]:
    """The stages that hand on packages of Python, by which COPY, and the number of its source."""
    for copy in copies_of(linked.stage):
        for number, source in enumerate(copy.sources if copy.stage is not None else ()):
            built = linked.stages[copy.stage or 0]
            if built.once(_names) is not None and _holds_packages(built, source):
                yield built, copy, number


def _of_library(
    linked: Linked,
    known: "ImageFacts",
    library: _Library,
    handed: tuple[tuple[Stage, Copy, int], ...],
    programs: tuple[Taken, ...],
) -> Iterator[Finding]:
    for built, copy, number in handed:
        need = _needed(built, library)
        if need is not None:
            place = on_first_line(copy.instruction, copy.instruction.words[number].span)
            yield from _findings(linked.stage, known, built, (place, copy.instruction, need))
    for taken in programs:
        headers = _headers(taken.linked.stage, library)
        if headers and taken.linked.is_certain:
            what = (taken.place, taken.copy.instruction, _Need(headers, taken.name))
            yield from _findings(linked.stage, known, taken.linked.stage, what)


def _findings(
    stage: Stage, known: "ImageFacts", built: Stage, what: tuple[Place, Instruction, _Need]
) -> Iterator[Finding]:
    from dockls.knowledge import runtime_packages, system_packages

    place, instruction, need = what
    builder = base_facts(built)
    if builder is None or builder.libc != known.libc or builder.package_manager not in ("apt", "apk"):
        return
    if known.distribution == "ubuntu" and need.headers != "libpq-dev":
        return
    release = (known.release or known.likely_release) if known.distribution == "debian" else None
    names = runtime_packages(need.headers, builder.package_manager, release)
    if names and need.loads and need.named is not None and builder.package_manager == "apt":
        names = system_packages(need.named, release) or names
    if not names:
        return
    what_needs = f"`{need.named}` loads" if need.loads else f"what was compiled against `{need.headers}` needs"
    message = f"{what_needs} `{names[0]}`, which this image does not have"
    severity = Severity.WARNING if need.named is not None else Severity.HINT
    yield Finding(place, message, fixes=_fixes(stage, instruction, names, known), severity=severity)


def _fixes(stage: Stage, instruction: Instruction, names: tuple[str, ...], known: "ImageFacts") -> tuple[Fix, ...]:
    from dockls.ecosystems.steps import install_line

    line = install_line(known.package_manager or "", names)
    if line is None or stage.state_before(instruction).user not in ("root", "0"):
        return ()

    def adding(model: Model) -> list[Edit]:
        return [edits.insert_before(model, instruction, [edits.keyword(model, "RUN") + line.removeprefix("RUN")])]

    return (Fix(f"Install `{names[0]}`", adding, safe=False),)


def _needed(stage: Stage, library: _Library) -> _Need | None:
    """How packages of Python that a stage installs need a library; None where they do not, or bring it with them."""
    headers = _headers(stage, library)
    known = base_facts(stage)
    names = stage.once(_names)
    if known is None or names is None or ("psycopg-binary" in names and "libpq-dev" in library.headers):
        return None
    full = known.family == "python" and known.distribution == "debian" and not known.slim
    built, loading = _needing(stage, library)
    if loading is not None:
        own = library.headers[-1] if known.distribution == "alpine" else library.headers[0]
        return _Need(headers or own, loading, loads=True)
    # The full image of Python has the headers without saying so.
    there = headers or (library.headers[0] if full and library.in_full and built is not None else None)
    return None if there is None else _Need(there, built)


def _names(stage: Stage) -> frozenset[str] | None:
    """The packages that a stage may install, as far as they are named; None where it installs none."""
    words = stage.folded(_with_words, _no_names)
    named = [*words, *_required(stage)]
    wheels = [f"{word[:7]}-binary" for word in named if word.startswith("psycopg") and "binary" in word]
    return frozenset([*map(_bare, named), *wheels]) if words else None


def _needing(stage: Stage, library: _Library) -> tuple[str | None, str | None]:
    """The package of a stage that is built against a library, and the one that loads it."""
    needs = stage.once(_needs)
    built, loading = [[needs.get((one, how)) for one in library.headers] for how in ("built", "loads")]
    return min(filter(None, built), default=None), min(filter(None, loading), default=None)


def _needs(stage: Stage) -> dict[tuple[str, str | None], str]:
    """The first package by its name that needs the library of some headers in some way."""
    from dockls.knowledge import library_headers, needs_library

    found = [(name, library_headers(name)) for name in sorted(stage.once(_names) or (), reverse=True)]
    return {(headers, needs_library(name, headers)): name for name, headers in found if headers is not None}


def _bare(word: str) -> str:
    """The name in a requirement, as package indexes compare names."""
    for mark in "=<>~![;@ ":
        word = word.partition(mark)[0]
    return word.lower().replace("_", "-").strip("\"',")


def _with_words(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    """The words of the commands that install packages of Python in a stage and below it."""
    installing = [one for one in executed(stage) if one.command.program in PYTHON_INSTALLERS and _is_installing(one)]
    return below.union([word.strip("\"'") for command in installing for word in command.words])


def _is_installing(command: Executed) -> bool:
    return bool({"install", "sync", "wheel"} & set(command.words))


def _required(stage: Stage) -> list[str]:
    """The lines of the usual requirements files of the context; none where it is not known."""
    if not stage.context.known:
        return []
    texts = [stage.context.read(name) or "" for name in ("requirements.txt", "requirements/base.txt", "pyproject.toml")]
    return [line.strip().strip("\"',") for line in "\n".join(texts).splitlines()]


def _headers(stage: Stage, library: _Library) -> str | None:
    """Those headers of a library that a stage, or one that it starts from, installs."""
    installed = stage.folded(_with_headers, _no_names)
    return next((name for name in library.headers if name in installed), None)


def _no_names(stage: Stage) -> frozenset[str]:
    return frozenset()


def _with_headers(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    from dockls.knowledge import package_install

    known = {name for library in _LIBRARIES for name in library.headers} - below
    if not any(name in one.text for one in stage.instructions for name in known):
        return below
    installs = [package_install(command.words) for command in executed(stage)]
    return below.union(*[known.intersection(install.packages) for install in installs if install is not None])


def _holds_packages(stage: Stage, source: str) -> bool:
    """Whether a path is where a stage has put packages of Python."""
    path = source_path(source)
    if posixpath.basename(path) in _PYTHON_NAMES or "site-packages" in path or "/lib/python3" in path:
        return True
    for each in stage.chain:
        for command in executed(each):
            words = command.words if command.command.program in (*PYTHON_INSTALLERS, "virtualenv") else ()
            if any(word == path or word.endswith("=" + path) for word in words):
                return True
    known = base_facts(stage)
    return path == "/usr/local" and known is not None and known.family == "python"


def _may_have(stage: Stage, library: _Library) -> bool:
    """Whether anything may bring the library: a package that is not known, a script, a folder of libraries."""
    for each in stage.chain:
        if any(_brings_libraries(copy) for copy in copies_of(each)):
            return True
        for one in each.instructions:
            if one.keyword == "RUN" and (any(word in one.text for word in library.telling) or _is_open(each, one)):
                return True
    return False


def _brings_libraries(copy: Copy) -> bool:
    place = copy.destination
    if place is None or place in ("/", "/usr") or ".so" in copy.instruction.text:
        return True
    return "python" not in place and place.startswith(("/lib", "/usr/lib", "/usr/local/lib"))


def _is_open(stage: Stage, instruction: Instruction) -> bool:
    """Whether a RUN may install packages that are not known."""
    from dockls.knowledge import brings_no_library, package_install

    commands = executed_by(stage, instruction)
    for command in commands:
        install = package_install(command.words)
        program = command.command.program
        if install is not None:
            if not all(map(brings_no_library, install.packages)):
                return True
        elif program not in _HARMLESS and not command.words[0].endswith("/bin/pip"):
            return True
    return not commands
