r"""A package of Python that is compiled on Alpine, because that version of it has no wheel for musl.

Wheels are made for one C library; those for Alpine's came years after those for glibc. What has none, pip compiles from
its sources: that takes minutes instead of seconds, and without a compiler the build ends with “command 'gcc' failed” or
“Unknown compiler(s)”.

It is an error where the compiler is missing, or where there are no sources either, else a hint. Told are versions that
are pinned by `==`, in the command or in a requirements file of the build context, of packages in a table of
2026-11-28. Nothing is said where another index or a folder of wheels may have one, and where Alpine's own packages of
Python are installed. Sources: pypi.org, PEP 656.

```dockerfile
FROM python:3.11-alpine
RUN apk add --no-cache gcc musl-dev
RUN pip install \
    numpy==1.24.0
    ^^^^^^^^^^^^^ error: `numpy` has wheels for Alpine since 1.25.0, so 1.24.0 is compiled, but `g++` is missing
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed
from dockls.syntax import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.ecosystems.python_installs import PythonInstall

_FAMILIES = frozenset(("python", "alpine"))
#: words of the file that tell of other wheels than PyPI's
_ELSEWHERE = ("index-url", "INDEX_URL", "find-links", "FIND_LINKS", "--no-index", " -i ", " -f ", "pip.conf", "py3-",
              "conda", "--platform")  # fmt: skip


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def no_wheel_for_alpine(stage: Stage) -> Iterator[Finding]:
    """Look at the pinned versions that a stage on Alpine installs."""
    known = base_facts(stage)
    if known is None or known.libc != "musl" or known.family not in _FAMILIES:
        return
    if not any("install" in one.text for one in stage.instructions) or _has_other_wheels(stage):
        return
    from dockls.ecosystems import Obstacle
    from dockls.ecosystems.python_installs import python_installs

    installs = python_installs(stage)
    for install in () if isinstance(installs, Obstacle) else installs:
        if install.tool in ("pip", "uv pip"):
            yield from _of_install(stage, install)


def _of_install(stage: Stage, install: "PythonInstall") -> Iterator[Finding]:
    from dockls.ecosystems.python_context import pinned_requirements
    from dockls.knowledge import musl_wheels

    command = install.command
    for pinned in pinned_requirements(stage, install):
        wheels = musl_wheels(pinned.name)
        if wheels is None or not wheels.is_compiled(pinned.version):
            continue
        place = command.place if pinned.word is None else Place(command.instruction, command.word_span(pinned.word))
        if not wheels.has_sources:
            yield Finding(place, f"`{pinned.name}` is published neither as wheels for Alpine nor as sources")
            continue
        since = f"since {wheels.since}" if wheels.since is not None else "in no version"
        message = f"`{pinned.name}` has wheels for Alpine {since}, so {pinned.version} is compiled"
        missing = wheels.missing(_packages(stage))
        if missing is not None:
            yield Finding(place, f"{message}, but `{missing}` is missing")
        else:
            yield Finding(place, message, severity=Severity.HINT)


def _has_other_wheels(stage: Stage) -> bool:
    return any(word in one.text for each in stage.chain for one in each.instructions for word in _ELSEWHERE)


def _packages(stage: Stage) -> frozenset[str]:
    return stage.folded(_with_packages, lambda root: frozenset())


def _with_packages(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    from dockls.knowledge import package_install

    installs = [package_install(command.words) for command in executed(stage)]
    # Rust's own installer comes by a download.
    loaded = {"rustup"} if any("rustup" in one.text for one in stage.instructions) else set[str]()
    return below.union(loaded, *[install.packages for install in installs if install is not None])
