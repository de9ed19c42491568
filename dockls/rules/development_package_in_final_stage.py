"""The finished image installs the headers of a library though nothing is compiled in it.

A package such as `libssl-dev` holds headers for the compiler; what a program needs when it runs is in the package of
the library itself (`libssl3t64`). The headers bring static libraries and further `-dev` packages along, and all of
them have to be kept up to date.

Told are `-dev` and `-devel` packages in the last stage of a file whose program another stage builds. Nothing is said
where a compiler is installed too, or where a later command may compile: `pip`, `gem`, `npm`, a script, a program that
is not known. Those of the C library are left alone: .NET and others open `libdl.so` by the name that only they have.

```dockerfile
FROM rust:1.91-alpine AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM alpine:3.24
RUN apk add --no-cache libpq-dev
                       ^^^^^^^^^ info: `libpq-dev` holds headers for a compiler; a program needs `libpq` alone
COPY --from=build /src/target/release/server /server
CMD ["/server"]
```

->

```dockerfile
FROM rust:1.91-alpine AS build
WORKDIR /src
COPY . .
RUN cargo build --release

FROM alpine:3.24
RUN apk add --no-cache libpq
COPY --from=build /src/target/release/server /server
CMD ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.syntax import Place

_ENDINGS = ("-dev", "-devel")
_OF_THE_C_LIBRARY = ("libc-", "libc6-", "glibc-", "musl-")
_REMOVING = frozenset(("del", "remove", "purge", "autoremove", "erase"))
#: managers of languages: what they install may be compiled
_COMPILING = frozenset(
    ("pip", "pip2", "pip3", "uv", "pipx", "gem", "npm", "pnpm", "yarn", "bun", "composer", "corepack", "bundle")
)


@file_rule(severity=Severity.INFORMATION, theme="size")
def development_package_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at what the stages of the finished image install that no other stage starts from."""
    target = model.target
    if target is None or not any("-dev" in instruction.text for instruction in target.instructions):
        return
    if not any(copy.stage is not None for copy in copies_of(target)) or _may_be_a_base(model, target):
        return
    from dockls.knowledge import package_install, package_kind

    commands = executed(target)
    if not _compiles_nothing(target, commands):
        return
    removed = {word for each in commands if _REMOVING & set(each.words[1:4]) for word in each.words}
    for each in commands:
        install = package_install(each.words)
        if install is None or install.virtual:
            continue
        for name, number in zip(install.packages, install.indexes, strict=True):
            # `dev` is what headers are called that the table does not know, too.
            if not name.endswith(_ENDINGS) or name in removed or name.startswith(_OF_THE_C_LIBRARY):
                continue
            if package_kind(name, install.manager) == "dev":
                yield _finding(target, each, number, name, install.manager)


def _may_be_a_base(model: Model, target: Stage) -> bool:
    """Whether others compile in the image: what starts from it, an SDK, an image that starts nothing."""
    if any(stage.parent is target for stage in model.stages):
        return True
    known = base_facts(target)
    return known is None or known.role == "sdk"


def _compiles_nothing(target: Stage, commands: tuple[Executed, ...]) -> bool:
    from dockls.knowledge import is_independent, is_plain, package_install, package_kind
    from dockls.knowledge.command_words import unwrap

    for each in commands:
        install = package_install(each.words)
        if install is not None:
            if any(package_kind(name, install.manager) == "build" for name in install.packages):
                return False
            continue
        command = unwrap(each.words)
        if command is None or command.program in _COMPILING:
            return False
        if not is_plain(each.words) and not is_independent(each.words):
            return False
    return not any(run.is_json for run in target.instructions if run.keyword == "RUN")


def _finding(target: Stage, each: Executed, number: int, name: str, manager: str) -> Finding:
    from dockls.knowledge import runtime_packages

    known = base_facts(target)
    release = known.release or known.likely_release if known is not None else None
    place = Place(each.instruction, each.word_span(number))
    message = f"`{name}` holds headers for a compiler"
    names = runtime_packages(name, manager, release) if manager == "apk" or release in ("bookworm", "trixie") else None
    if not names:
        return Finding(place, f"{message}, and nothing is compiled in this stage; install the library alone")
    text = " ".join(names)
    fix = Fix(f"Install `{text}`", edits.replacing(place, text), safe=False)
    return Finding(place, f"{message}; a program needs `{text}` alone", fixes=(fix,))
