"""The finished image installs headers, though nothing is compiled in it.

`libssl-dev` brings headers and static libraries for compilers, and the library itself only by the way. A program that
was built in another stage needs the library alone: `libssl3`, `libpq5`. The image gets smaller, and has less that can
be vulnerable.

Told is the stage that is built by default, in a file with several stages. Nothing is said where a later command may
compile: a build, an install of a language's packages, a script.

```dockerfile
FROM rust:1.90-alpine AS build
COPY . .
RUN cargo install --path . --root /out

FROM alpine:3.24
RUN apk add --no-cache libpq-dev
                       ^^^^^^^^^ info: `libpq-dev` is for compilers; a program that is built needs `libpq` alone
COPY --from=build /out/bin/shop /usr/local/bin/
CMD ["shop"]
```

->

```dockerfile
FROM rust:1.90-alpine AS build
COPY . .
RUN cargo install --path . --root /out

FROM alpine:3.24
RUN apk add --no-cache libpq
COPY --from=build /out/bin/shop /usr/local/bin/
CMD ["shop"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.environment_reads import looks_up
from dockls.semantics.execution import executed
from dockls.syntax import Place


@file_rule(severity=Severity.INFORMATION, theme="size")
def development_package_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at the packages of the stage that is built by default."""
    stage = model.target
    if stage is None or stage.index == 0 or stage.parent is not None or not _takes_program(stage):
        return
    from dockls.knowledge import package_install, package_kind, runtime_packages

    known = base_facts(stage)
    for number, command in enumerate(executed(stage)):
        install = package_install(command.words)
        if install is None or install.manager not in ("apt", "apk") or install.virtual is not None:
            continue
        for package, at in zip(install.packages, install.indexes, strict=True):
            release = known.release if known is not None and install.manager == "apt" else None
            needed = runtime_packages(package, install.manager, release)
            if package_kind(package, install.manager) != "dev" or not needed or _may_compile(stage, number):
                continue
            names = " ".join(needed)
            place = Place(command.instruction, command.word_span(at))
            fix = Fix(f"Install `{names}`", edits.replacing(place, names), safe=False)
            message = f"`{package}` is for compilers; a program that is built needs `{names}` alone"
            yield Finding(place, message, fixes=(fix,))


def _takes_program(stage: Stage) -> bool:
    return any(reference.target is not None for reference in stage.references)


def _may_compile(stage: Stage, number: int) -> bool:
    """Whether a command behind the install may compile; compilers that are installed are there for something."""
    from dockls.knowledge import install_command, package_install, package_kind

    for position, command in enumerate(executed(stage)):
        packages = package_install(command.words)
        if packages is not None:
            if any(package_kind(one, packages.manager) == "build" for one in packages.packages):
                return True
        elif position > number and (looks_up(command.words) or install_command(command.words) is not None):
            return True
    return any(one.keyword == "RUN" and (one.heredocs or one.is_json) for one in stage.instructions)
