"""Rust: one binary and the libraries that it is linked with.

The program of CMD or ENTRYPOINT must lie where `cargo build` or `cargo install` puts it, or be copied from there. It is
taken alone, with the files that its arguments and variables name, folders such as `templates` or `migrations` where the
build context is known to have them, and what COPY brought to other places than the sources.

A binary of Debian goes to `debian:…-slim` of the same release, where libraries can be installed: those whose headers
the stage installs, and those that crates known for it (`openssl-sys`, `libpq-sys`) need according to `Cargo.lock`. One
for `…-linux-musl`, or built on Alpine without headers of other libraries, is static and runs anywhere:
`distroless/static`; with them it goes to Alpine of the same release. `distroless/cc` can be asked for.
"""

import posixpath
from collections.abc import Iterator

from dockls.ecosystems import Extraction, Obstacle, Wish
from dockls.ecosystems.built_programs import Build, Programs
from dockls.ecosystems.compiled import Linked, taken_out
from dockls.ecosystems.resources import whole_copies
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage, expanded
from dockls.semantics.compatibility import base_facts, libc_of
from dockls.semantics.execution import Executed, executed

ORDER = 12

#: crates that link a library of the system, and the Debian package of its headers (docs.rs of each, "Building")
_CRATES = {
    "openssl-sys": "libssl-dev",
    "libpq-sys": "libpq-dev",
    "pq-sys": "libpq-dev",
    "mysqlclient-sys": "libmariadb-dev",
    "rdkafka-sys": "librdkafka-dev",
    "libudev-sys": "libudev-dev",
    "libsodium-sys": "libsodium-dev",
}
_HOME = ("/usr/local/cargo", "/usr/local/rustup")


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Rust program without the Rust toolchain."""
    return taken_out(stage, wish, _builds(stage), _linked)


def _builds(stage: Stage) -> tuple[Build, ...]:
    from dockls.knowledge import build_command

    found: list[Build] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem != "cargo" or build.site:
            continue
        files = [path for one in build.outputs if one.kind == "file" and (path := _absolute(stage, command, one.path))]
        folders = [
            path for one in build.outputs if one.kind != "file" and (path := _absolute(stage, command, one.path))
        ]
        found.append(Build(command, tuple(files), folders[0] if folders else None, False))
    return tuple(found)


def _absolute(stage: Stage, command: Executed, text: str | None) -> str | None:
    """A path of the command's output; CARGO_TARGET_DIR and CARGO_BUILD_TARGET of the stage move it."""
    state = stage.state_before(command.instruction)
    value = expanded(text, state, command.instruction.escape) if text is not None and "$" in text else text
    if value is None or (command.directory is None and not value.startswith("/")):
        return None
    target = state.lookup("CARGO_TARGET_DIR")
    if target and value.startswith("target/"):
        value = posixpath.join(target, value.removeprefix("target/"))
    triple = state.lookup("CARGO_BUILD_TARGET")
    if triple and not any(word.startswith("--target") for word in command.words) and "/bin" not in value:
        value = value.replace("/release", f"/{triple}/release").replace("/debug", f"/{triple}/debug")
    return posixpath.normpath(posixpath.join(command.directory or "/", value))


def _linked(stage: Stage, builds: tuple[Build, ...], found: Programs) -> Linked | Obstacle:
    libc = libc_of(stage)
    headers = any(
        package.kind == "dev" and package.name not in ("musl-dev", "libc6-dev") for package in packages(stage)
    )
    state = stage.final_state
    words = " ".join([word for build in builds for word in build.command.words])
    triple = words + " " + (state.lookup("CARGO_BUILD_TARGET") or "")
    if "-musl" in triple and libc != "musl":
        return Linked("rust", "Rust", "static", home=_HOME)
    if libc == "musl":
        dynamic = headers or "-crt-static" in (state.lookup("RUSTFLAGS") or "")
        return Linked("rust", "Rust", "musl" if dynamic else "static", home=_HOME)
    libraries = _libraries(stage)
    if isinstance(libraries, Obstacle):
        return libraries
    unread = libc == "glibc" and not stage.context.known
    sentence = "the program needs no library of the builder beside those whose headers the stage installs"
    return Linked("rust", "Rust", libc, (), libraries, home=_HOME, assumptions=(sentence,) if unread else ())


def _libraries(stage: Stage) -> tuple[str, ...] | Obstacle:
    """The packages that the crates need which Cargo.lock names; those that are compiled in need none."""
    from dockls.knowledge import runtime_packages

    known = base_facts(stage)
    release = None if known is None else known.release or known.likely_release
    installed = {package.name for package in packages(stage)}
    found: list[str] = []
    for headers in dict.fromkeys(_headers(stage)):
        if headers in installed:
            continue  # told by the packages of the stage
        wanted = runtime_packages(headers, "apt", release)
        if wanted is None:
            return Obstacle(f"which library a program built with `{headers}` needs at run time is not known")
        found += wanted
    return tuple(dict.fromkeys(found))


def _headers(stage: Stage) -> Iterator[str]:
    for sources in whole_copies(stage) if stage.context.known else ():
        lock = stage.context.read(posixpath.join(sources.folder, "Cargo.lock")) or ""
        for crate, headers in _CRATES.items():
            compiled_in = crate == "openssl-sys" and 'name = "openssl-src"' in lock
            if f'name = "{crate}"' in lock and not compiled_in:
                yield headers
