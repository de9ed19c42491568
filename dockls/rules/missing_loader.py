"""A program that needs a C library, in an image that has none.

`scratch` and the `static` images of distroless and Chainguard have neither a C library nor the loader that starts a
dynamically linked program: the container ends at once with “no such file or directory”, although the file is there.
Rust and C programs are dynamic unless told otherwise; Go programs that use the network are so where cgo is on, the
default of golang's Debian images.

Nothing is said where the stage brings libraries along, and where it is not known how the program is built. Sources:
pkg.go.dev/cmd/cgo, doc.rust-lang.org/reference/linkage.html#static-and-dynamic-c-runtimes.

```dockerfile
FROM rust:1.91 AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM scratch
COPY --from=build /src/target/release/server /server
                  ^^^^^^^^^^^^^^^^^^^^^^^^^^ error: `server` is linked against glibc, which this image does not have
ENTRYPOINT ["/server"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics.compatibility import libc_of
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.linking import Taken, programs_taken
from dockls.semantics.linking import linked as program_at

_ROOTS = frozenset(("/", "/usr", "/usr/local"))
_LIBRARIES = ("/lib", "/usr/lib", "/usr/local/lib")
#: extensions of what is a file, and holds no libraries
_PLAIN = frozenset((".json", ".yaml", ".yml", ".toml", ".conf", ".ini", ".txt", ".html", ".sql", ".crt", ".pem", ".md"))


@linked_rule(severity=Severity.ERROR, theme="compatibility")
def missing_loader(linked: Linked) -> Iterator[Finding]:
    """Look at what a stage without a C library takes from others."""
    if libc_of(linked.stage) == "none" and not _has_libraries(linked):
        yield from [_finding(taken) for taken in programs_taken(linked.stages, linked.stage)]


def _has_libraries(linked: Linked) -> bool:
    """Whether libraries may come with a COPY; single programs bring none, wherever they go."""
    for copy in [copy for one in linked.stage.chain for copy in copies_of(one)]:
        place = copy.destination
        may_hold = place is None or place in _ROOTS or place.startswith(_LIBRARIES)
        if may_hold and not all(_is_single(linked, copy, source) for source in copy.sources):
            return True
    return False


def _is_single(linked: Linked, copy: Copy, source: str) -> bool:
    """Whether a source is one file, and no library."""
    name = posixpath.basename(source)
    if copy.stage is not None and program_at(linked.stages, linked.stages[copy.stage], "/" + source.lstrip("/")):
        return True
    return copy.instruction.keyword == "COPY" and posixpath.splitext(name)[1] in _PLAIN


def _finding(taken: Taken) -> Finding:
    found = taken.linked
    related = (Related(found.build.place, "builds it"),)
    missing = f"linked against {found.linking.kind}, which this image does not have"
    if found.is_certain:
        return Finding(taken.place, f"`{taken.name}` is {missing}", related)
    fix = Fix("Build without cgo", edits.replacing(found.start, found.setting("CGO_ENABLED=0")), safe=False)
    message = f"`{taken.name}` may be {missing}: cgo is on by default"
    return Finding(taken.place, message, related, (fix,), severity=Severity.WARNING)
