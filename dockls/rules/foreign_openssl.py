"""A program built against OpenSSL 1.1 in an image that has OpenSSL 3, or the reverse.

The two versions have other library names: a dynamically linked program ends at once with “libssl.so.1.1: cannot open
shared object file”. Debian has OpenSSL 3 since 12 (bookworm), Ubuntu since 22.04, Alpine since 3.17. It happens where
the builder's tag names no release of the distribution, or an older one than the final image: `rust:1.70` is Debian 11.

Only programs are looked at that are known to be linked dynamically, where the stage that builds them or the final one
installs OpenSSL's library. Nothing is said where `foreign-libc` warns anyway, and where the other library is brought
along.

```dockerfile
FROM rust:1.70 AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends libssl3
COPY --from=build /src/target/release/app /app
                  ^^^^^^^^^^^^^^^^^^^^^^^ warning: `app` is built against OpenSSL 1.1, but this image has OpenSSL 3
ENTRYPOINT ["/app"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts, libc_of, version_numbers
from dockls.semantics.execution import executed
from dockls.semantics.linking import Taken, programs_taken

_LIBRARY = frozenset(("libssl-dev", "libssl3", "libssl3t64", "openssl-dev", "openssl-libs", "libssl3-dev"))
#: words that tell that the library is linked in, or that the other one is there
_SETTLED = ("OPENSSL_STATIC", "OPENSSL_DIR", "OPENSSL_LIB_DIR", "openssl1.1", "libssl1", "ssl.so", "vendored",
            "openssl-1", "openssl-3", "openssl11", "compat-openssl")  # fmt: skip


@linked_rule(severity=Severity.WARNING, theme="compatibility")
def foreign_openssl(linked: Linked) -> Iterator[Finding]:
    """Compare the OpenSSL of a stage with that of the stages that built its programs."""
    own = _version(linked.stage)
    if own is None or not base_facts(linked.stage) or _is_settled(linked.stage):
        return
    for taken in programs_taken(linked.stages, linked.stage):
        built = _version(taken.linked.stage)
        if built is not None and built != own and _needs(taken, linked.stage) and _is_loaded(taken, linked.stage):
            message = f"`{taken.name}` is built against OpenSSL {built}, but this image has OpenSSL {own}"
            yield Finding(taken.place, message, (Related(taken.linked.build.place, "builds it"),))


def _version(stage: Stage) -> str | None:
    """The part of the version that the library's name holds: ``1.1`` or ``3``."""
    known = base_facts(stage)
    version = None if known is None else known.openssl
    return None if version is None else version if version.startswith("1.") else version.partition(".")[0]


def _needs(taken: Taken, stage: Stage) -> bool:
    """Whether the program is certain to be dynamic, and likely to use OpenSSL."""
    found = taken.linked
    if not found.is_certain or _is_settled(found.stage):
        return False
    links = "-lssl" in found.build.words or "-lcrypto" in found.build.words
    return links or _installs(found.stage) or _installs(stage)


def _is_loaded(taken: Taken, stage: Stage) -> bool:
    """Whether the C library is one that the program runs with, so that OpenSSL is the first to be missed."""
    built, runs = base_facts(taken.linked.stage), base_facts(stage)
    if built is None or runs is None or built.libc != libc_of(stage) or not runs.release:
        return False
    return built.glibc is None or runs.glibc is None or version_numbers(built.glibc) <= version_numbers(runs.glibc)


def _installs(stage: Stage) -> bool:
    return stage.folded(_also_installs, lambda root: False)


def _also_installs(stage: Stage, below: bool) -> bool:
    from dockls.knowledge import package_install

    if below or not any("ssl" in one.text for one in stage.instructions):
        return below
    installs = [package_install(command.words) for command in executed(stage)]
    return any(_LIBRARY & set(install.packages) for install in installs if install is not None)


def _is_settled(stage: Stage) -> bool:
    return stage.folded(_also_settled, lambda root: False)


def _also_settled(stage: Stage, below: bool) -> bool:
    return below or any(word in one.text for one in stage.instructions for word in _SETTLED)
