"""Whether a Go program is linked with C code, and the libraries that such a program needs when it runs."""

from typing import NamedTuple

from dockls.ecosystems import Obstacle
from dockls.ecosystems.resources import whole_copies
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed

#: modules that are bindings to C libraries
_MODULES = (
    "github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go", "github.com/h2non/bimg",
    "github.com/davidbyttow/govips", "gopkg.in/gographics/imagick", "github.com/libgit2/git2go",
    "github.com/go-gl/gl", "github.com/veandco/go-sdl2", "gocv.io/x/gocv", "github.com/marcboeker/go-duckdb",
    "github.com/otiai10/gosseract", "github.com/pebbe/zmq4", "github.com/bytecodealliance/wasmtime-go",
)  # fmt: skip
_COMPILERS = frozenset(("gcc", "g++", "build-base", "build-essential", "clang", "musl-dev", "libc-dev", "libc6-dev"))
_FLAGS = ("-race", "-msan", "-asan", "-buildmode=plugin", "-buildmode=c-shared")
_MOST_FILES = 200


class Native(NamedTuple):
    """`evident` tells that C code is linked, `zones` that the program names time zones and does not bring them.

    `embedded` are the folders that ``go:embed`` puts into the program. `accounts` tells that it looks up users, which
    without cgo are those of ``/etc/passwd`` (os/user/lookup_stubs.go).
    """

    evident: bool
    embedded: frozenset[str]
    zones: bool = False
    accounts: bool = False


def native_code(stage: Stage, builds: tuple[Executed, ...]) -> Native:
    """What packages, flags and, where the context is known, the sources tell."""
    installed = {package.name for package in packages(stage)}
    headers = any(package.kind == "dev" for package in packages(stage))
    flagged = any(word.startswith(_FLAGS) for build in builds for word in build.words)
    set_on = any(stage.state_before(build.instruction).lookup("CGO_ENABLED") == "1" for build in builds)
    set_on = set_on or any(
        word.text == "CGO_ENABLED=1" for build in builds for word in (*build.command.assignments, *build.command.words)
    )
    read = stage.once(_read_sources)
    return read._replace(evident=bool(installed & _COMPILERS) or headers or flagged or set_on or read.evident)


def names_time_zones(stage: Stage) -> bool:
    """Whether the sources, where the context is known, name time zones and do not bring them."""
    return stage.once(_read_sources).zones


def _read_sources(stage: Stage) -> Native:
    return _sources(stage) if stage.context.known else Native(False, frozenset())


def _sources(stage: Stage) -> Native:
    uses_c, embedded = False, set[str]()
    named, brought, accounts = False, False, False
    for sources in whole_copies(stage):
        modules = stage.context.read(f"{sources.folder}/go.mod") or ""
        uses_c = uses_c or any(module in modules for module in _MODULES)
        files = [path for path in stage.context.files(sources.folder) if path.endswith(".go")]
        for path in files[:_MOST_FILES]:
            text = stage.context.read(path) or ""
            uses_c = uses_c or '\nimport "C"' in text
            named = named or "LoadLocation(" in text
            brought = brought or '"time/tzdata"' in text
            accounts = accounts or '"os/user"' in text
            if "//go:embed" in text:
                embedded |= _embedded(text)
    return Native(uses_c, frozenset(embedded), named and not brought, accounts)


def _embedded(text: str) -> set[str]:
    found: set[str] = set()
    for line in text.split("\n"):
        if line.startswith("//go:embed"):
            found |= {word.strip('"`').removeprefix("all:").split("/")[0] for word in line.split()[1:]}
    return found


def libraries_of(stage: Stage) -> tuple[str, ...] | Obstacle:
    """The packages that the program needs for the headers which the stage installs."""
    from dockls.knowledge import runtime_packages

    known = base_facts(stage)
    release = None if known is None else known.release or known.likely_release
    found: list[str] = []
    for package in packages(stage):
        if package.kind != "dev" or package.name in _COMPILERS:
            continue
        libraries = runtime_packages(package.name, package.manager, release)
        if libraries is None:
            return Obstacle(f"which library a program built with `{package.name}` needs at run time is not known")
        found += [library for library in libraries if library not in found]
    return tuple(found)
