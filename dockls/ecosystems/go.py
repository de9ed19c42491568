"""Go: one binary that needs little else.

The program of CMD or ENTRYPOINT must be made by `go build` or `go install`. It is taken alone, with the files that its
arguments and variables name, folders such as `templates` where the build context is known to have them and no
`go:embed` takes them in, and what COPY brought to other places than the sources.

A binary without cgo runs anywhere: `distroless/static`. Where CGO_ENABLED is not set and nothing tells of cgo (a C
compiler or headers installed, `import "C"` or a module known for it), `CGO_ENABLED=0` is put in front of the build.
With cgo it goes to `distroless/base` (glibc) or to Alpine of the same release (musl), and the build stays as it is.

An image without a shell will not do if a shell form, a script, a RUN below the build or the creation of a user
without a number asks for one: then it is Alpine, or Debian slim where the builder's own commands have to be repeated.
Tools that a health check calls and certificates are installed there if the builder had them, time zone data if the file
installs it or sets TZ; distroless images have certificates and time zones. A program that looks up users takes the
builder's accounts to an empty image. The user of the image stays the same; one whose number the file tells is written
as that number in an image without a shell.
"""

from dockls.ecosystems import Extraction, Obstacle, Wish
from dockls.ecosystems.built_programs import Build, Programs
from dockls.ecosystems.compiled import Linked, taken_out
from dockls.ecosystems.go_builds import go_builds
from dockls.ecosystems.native import Native, native_code
from dockls.ecosystems.resources import telling_folders
from dockls.semantics import Stage
from dockls.semantics.compatibility import Linking, base_facts, go_linking, libc_of
from dockls.syntax import Place
from dockls.text import Span

ORDER = 10


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Go program without the Go toolchain."""
    return taken_out(stage, wish, go_builds(stage), _linked)


def _linked(stage: Stage, builds: tuple[Build, ...], found: Programs) -> Linked:
    native = native_code(stage, tuple([build.command for build in builds]))
    kind, insertions = _linking(stage, builds, native)
    assumptions = _assumed(stage, builds, found, bool(insertions), native)
    return Linked(
        "go", "Go", kind, insertions, (), native.embedded, native.accounts, home=("/go",), assumptions=assumptions
    )


def _linking(
    stage: Stage, builds: tuple[Build, ...], native: Native
) -> tuple[str | None, tuple[tuple[Place, str], ...]]:
    """Statically where that is so already or can be had by an insertion, else as the builder's C library has it."""
    linkings = [go_linking(stage, build.command) for build in builds]
    if any(build.opaque for build in builds):
        return libc_of(stage), ()
    said = all("=0" in linking.why or "-static" in linking.why for linking in linkings)
    habit = any(_links_by_habit(stage, linking) for linking in linkings)
    if all(linking.kind == "static" for linking in linkings) and not habit and (said or not native.evident):
        return "static", ()
    if native.evident or any(build.command.instruction.is_json for build in builds):
        return next((link.kind for link in linkings if link.kind != "static"), libc_of(stage)), ()
    insertions: list[tuple[Place, str]] = []
    for build, linking in zip(builds, linkings, strict=True):
        if linking.kind != "static" or _links_by_habit(stage, linking):
            item, span = build.command.place
            insertions.append((Place(item, Span(span.start, span.start)), "CGO_ENABLED=0 "))
    return "static", tuple(insertions)


def _links_by_habit(stage: Stage, linking: Linking) -> bool:
    """Whether a Go older than 1.20 takes packages of its library that were compiled with cgo, compiler or not."""
    known = base_facts(stage)
    version = (known.version or "").split(".") if known is not None else []
    old = len(version) > 1 and version[0] == "1" and version[1].isdigit() and int(version[1]) < 20
    return old and linking.kind == "static" and "=0" not in linking.why and "-static" not in linking.why


def _assumed(
    stage: Stage, builds: tuple[Build, ...], found: Programs, inserted: bool, native: Native
) -> tuple[str, ...]:
    sentences = ["the program uses no cgo, so it is built with `CGO_ENABLED=0`"] if inserted else []
    for build in builds:
        if build.opaque:
            made = ", ".join([f"`{path}`" for path in dict.fromkeys(found.paths.values())])
            sentences.append(f"`{' '.join(build.command.words)}` makes {made}")
            break
    folders = telling_folders(stage, native.embedded)
    if folders:
        names = ", ".join([f"`{folder.path}`" for folder in folders])
        sentences.append(f"the program reads {names} at run time, so they are copied too")
    return tuple(sentences)
