"""Whether what one stage made can run in another: libc, interpreter version, shell, users, certificates.

Facts come from `dockls.knowledge`; a fact that is not known is None and proves nothing.
"""

from typing import TYPE_CHECKING, NamedTuple

from dockls.semantics.execution import Executed, executed
from dockls.semantics.stage import Stage

if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts


#: why a Go program is static where nobody says that it is to be
WITHOUT_COMPILER = "the image has no C compiler, so cgo is off"


class Linking(NamedTuple):
    """How a Go program was linked; `kind` is ``static``, ``glibc``, ``musl`` or None, `why` says how that is known."""

    kind: str | None
    why: str


def base_facts(stage: Stage) -> "ImageFacts | None":
    """What is known of the image at the bottom of a stage's FROM chain."""
    from dockls.knowledge import facts

    return facts(stage.base_image) if stage.base_image else None


def version_numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version, to be compared: (2, 36) for ``2.36``."""
    return tuple([int(part) for part in version.split(".") if part.isdecimal()])


def libc_of(stage: Stage) -> str | None:
    """``glibc``, ``musl``, ``none`` or None where it is not known."""
    known = base_facts(stage)
    return None if known is None else known.libc


def go_linking(stage: Stage, build: Executed) -> Linking:
    """How the ``go build`` or ``go install`` links its program.

    CGO_ENABLED decides; where nobody sets it, Go links statically when it finds no C compiler, which is so in
    golang's alpine images (Go 1.20 release notes, "Cgo"), and dynamically only if the program uses cgo or the packages
    net or os/user.
    """
    value = variable_of(stage, build, "CGO_ENABLED")
    if value == "0":
        return Linking("static", "CGO_ENABLED=0")
    libc = libc_of(stage)
    if value == "1":
        return Linking(libc if libc in ("glibc", "musl") else None, "CGO_ENABLED=1")
    if any("-extldflags" in word and "-static" in word for word in build.words):
        return Linking("static", "-extldflags -static")
    if libc == "musl" and not stage.once(_finds_compiler) and not _is_old_go(stage):
        return Linking("static", WITHOUT_COMPILER)
    return Linking(libc if libc in ("glibc", "musl") else None, "cgo is on by default where a C compiler is installed")


def _is_old_go(stage: Stage) -> bool:
    """Whether Go is older than 1.20, which links the package net against the C library even without a compiler."""
    known = base_facts(stage)
    parts = (known.version or "").split(".") if known is not None and known.family == "golang" else []
    return len(parts) > 1 and parts[0] == "1" and parts[1].isdecimal() and int(parts[1]) < _FIRST_WITHOUT_CGO


#: Go 1.20 turns cgo off where there is no C compiler
_FIRST_WITHOUT_CGO = 20


def variable_of(stage: Stage, build: Executed, name: str) -> str | None:
    """The value of a variable for one command: its own prefix, an ``export`` or ``env`` before it, ENV, ARG."""
    prefixes = [word.value or word.text for word in build.command.assignments]
    prefixes += [word for word in build.words if word.startswith(name + "=")]
    for other in executed(stage):
        if other.instruction is build.instruction and other.words[0] == "export":
            prefixes = [*other.words[1:], *prefixes]
    for prefix in reversed(prefixes):
        key, _, value = prefix.partition("=")
        if key == name:
            return value
    for other in executed(stage):
        if other.words[:3] == ("go", "env", "-w"):
            for word in other.words[3:]:
                if word.startswith(name + "="):
                    return word.partition("=")[2]
    return stage.state_before(build.instruction).lookup(name)


def _finds_compiler(stage: Stage) -> bool:
    from dockls.knowledge import package_install

    compilers = {"gcc", "g++", "build-base", "build-essential", "clang", "musl-dev"}
    for each in stage.chain:
        for command in executed(each):
            install = package_install(command.words)
            if install is not None and compilers & set(install.packages):
                return True
    return False
