"""The image that runs a Python program: the slim variant of the builder's, with the packages that it needs there."""

from itertools import pairwise
from typing import NamedTuple

from dockls.ecosystems import Obstacle, Wish
from dockls.ecosystems.programs import Running
from dockls.ecosystems.python_commands import TOOLS
from dockls.ecosystems.steps import Package, install_line, packages
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed, executed_by
from dockls.syntax import Instruction

#: programs whose packages are called otherwise
_PACKAGES = {"ssh": "openssh-client", "ps": "procps", "gpg": "gnupg", "xz": "xz-utils", "hg": "mercurial"}
_COMPILERS = frozenset(("gcc", "g++", "make", "cc", "autoconf", "automake", "pkg-config"))
#: programs that call a compiler
_COMPILING = frozenset(("cythonize", "pyinstaller", "nuitka", "nuitka3", "maturin", "cargo"))
#: libraries that every Debian image has, since apt needs them
_EVERYWHERE = frozenset(("libc6", "libgcc-s1", "libstdc++6", "zlib1g"))
#: how a requirement begins that pip has git fetch
_FETCHED = frozenset(("git+https:", "git+ssh:", "git+http:", "git+git:"))
_KINDS = ("same", "slim", "alpine", "distroless", "scratch")


class PythonRuntime(NamedTuple):
    """An image and what has to be installed in it; `is_other` tells that it has less than the builder's.

    `left` are the installed packages that it does without.
    """

    image: str
    title: str
    preparation: tuple[str, ...]
    is_other: bool
    left: tuple[str, ...]


def runtime_image(stage: Stage, wish: Wish) -> str | Obstacle:
    """The image: with the same Python, of the same release, with the same C library."""
    from dockls.knowledge import facts, parse_reference, python_beneath, slim

    text = stage.declaration.words[0].text
    base = base_facts(stage)
    is_alpine = base is not None and base.distribution == "alpine"
    variant = slim(text)
    beneath = python_beneath(stage.base_image or "")
    if wish.runtime in (None, "alpine" if is_alpine else "slim") and beneath is not None:
        return beneath
    if wish.runtime is None:
        return variant.image if variant.image is not None and not is_alpine else text
    if wish.runtime == "same":
        return text
    if wish.runtime == "slim":
        if is_alpine:
            return Obstacle("packages are installed for musl, which the slim variant does not have")
        return variant.image or Obstacle(variant.reason)
    if wish.runtime == "alpine":
        if is_alpine:
            return text
        return Obstacle("packages are installed for glibc, which Alpine does not have")
    if wish.runtime in _KINDS:
        return Obstacle(f"{wish.runtime} has no Python at the place of the builder's, which packages are tied to")
    known = facts(wish.runtime)
    if parse_reference(wish.runtime) is None or (known is None and ":" not in wish.runtime):
        return Obstacle(f"`{wish.runtime}` is neither an image nor one of slim, alpine, same")
    if known is not None and base is not None and (known.libc != base.libc or known.family != base.family):
        return Obstacle(f"`{wish.runtime}` has not the Python that packages are installed for")
    return wish.runtime


def python_runtime(
    stage: Stage,
    image: str,
    runs: tuple[Running, ...],
    steps: tuple[Instruction, ...],
    requirements: frozenset[str] | None,
) -> PythonRuntime | Obstacle:
    """The image with its packages; `steps` are those below the installation.

    `requirements` are Python packages and beginnings of addresses, None where they are not known.
    A package is left out only if it is known to be for building: the others are installed again.
    """
    from dockls.knowledge import facts, system_packages

    base, known = base_facts(stage), facts(image)
    is_other = image != stage.declaration.words[0].text
    tools = frozenset() if known is None else known.tools
    manager = (base.package_manager if base is not None else None) or ""
    called = _called(stage, runs, steps)
    wanted: list[str] = []
    left: list[str] = []
    variable = _unresolved(stage)
    if variable is not None:
        return Obstacle(f"which packages `{variable}` names is not known")
    for package in _installed(stage, steps):
        names = _fetching(stage, package, requirements)
        if names is None:
            names = _needed(stage, package, called, tools)
        if isinstance(names, Obstacle):
            return names
        wanted += names
        left += [package.name] if not names and package.kind in ("build", "dev") else []
    if base is not None and known is not None:
        missing = [name for name in called if name in base.tools and name not in tools]
        compiler = next((name for name in missing if name in _COMPILERS), None)
        if compiler is not None:
            return Obstacle(f"`{compiler}` is called after the packages are installed, and only the full image has it")
        # Debian's user tools come as a package of their own.
        missing += ["adduser"] if {"adduser", "addgroup"} & _creators(stage) & base.tools - tools else []
        wanted += [_PACKAGES.get(name, name) for name in missing]
    compiling = next((name for name in called if name in _COMPILING), None)
    if compiling is not None:
        return Obstacle(f"`{compiling}` compiles after the packages are installed")
    for name in sorted(requirements or ()) if is_other and manager == "apt" else ():
        wanted += system_packages(name, None if base is None else base.release or base.likely_release)
    there = {package.name for package in packages(stage) if package.instruction in steps}
    names_wanted = tuple([name for name in dict.fromkeys(wanted) if name not in there])
    written = _written(stage)
    line = install_line(manager, tuple([written.get(name, name) for name in names_wanted])) if names_wanted else None
    if line is not None and _with_recommended(stage, names_wanted):
        line = line.replace("--no-install-recommends ", "")
    if names_wanted and line is None:
        return Obstacle(f"how `{names_wanted[0]}` is installed in `{image}` is not known")
    title = "slim" if "-slim" in image or ":slim" in image else image
    if not is_other:
        title = "same image"
    return PythonRuntime(image, title, () if line is None else (line,), is_other, tuple(dict.fromkeys(left)))


def _written(stage: Stage) -> dict[str, str]:
    """How the stage names packages, with the versions that it asks for."""
    from dockls.knowledge import package_install

    found: dict[str, str] = {}
    for command in executed(stage):
        install = package_install(list(command.words))
        if install is not None:
            found |= dict(zip(install.packages, install.written, strict=True))
    return found


def _unresolved(stage: Stage) -> str | None:
    """A variable that names packages to install, and whose value is not known."""
    from dockls.knowledge import package_install

    for command in executed(stage):
        install = package_install(list(command.words))
        known = [package for package in packages(stage) if package.instruction is command.instruction]
        names = () if install is None else install.packages
        variables = [name for name in names if name.startswith("$")]
        if variables and len(known) <= len(names) - len(variables):
            return variables[0]
    return None


def _with_recommended(stage: Stage, names: tuple[str, ...]) -> bool:
    """Whether the stage installs one of the packages with those that it recommends."""
    from dockls.knowledge import package_install

    for command in executed(stage):
        install = package_install(list(command.words))
        recommends = not any("no-install-recommends" in word.lower() for word in command.words)
        if install is not None and recommends and set(names) & set(install.packages):
            return True
    return False


def _creators(stage: Stage) -> frozenset[str]:
    return frozenset([command.command.program for command in executed(stage)])


def build_packages(stage: Stage, steps: tuple[Instruction, ...]) -> tuple[str, ...]:
    """The packages for building that the finished image still has."""
    return tuple([package.name for package in _installed(stage, steps) if package.kind in ("build", "dev")])


def _installed(stage: Stage, steps: tuple[Instruction, ...]) -> list[Package]:
    """What the stage installs above `steps`, but for what the same RUN removes again."""
    found: list[Package] = []
    for package in packages(stage):
        if package.instruction in steps or package.name in [one.name for one in found]:
            continue
        if package.name not in _removed(stage, package.instruction):
            found.append(package)
    return found


def _removed(stage: Stage, instruction: Instruction) -> frozenset[str]:
    """The packages that a RUN removes; a name that `apk add --virtual` gave stands for all that it added."""
    from dockls.knowledge import package_install

    groups: dict[str, tuple[str, ...]] = {}
    removed: set[str] = set()
    for command in executed_by(stage, instruction):
        program, words = command.command.program, command.words[1:]
        install = package_install(list(command.words))
        for option, value in pairwise(words):
            if install is not None and option in ("--virtual", "-t"):
                groups[value] = install.packages
        if install is not None:
            groups |= {word.partition("=")[2]: install.packages for word in words if word.startswith("--virtual=")}
        if (program in ("apt-get", "apt") and {"purge", "remove", "autoremove"} & set(words)) or (
            program == "apk" and "del" in words
        ):
            for word in words:
                removed |= {word.rstrip("*"), *groups.get(word, ())}
    return frozenset(removed)


def _needed(
    stage: Stage, package: Package, called: tuple[str, ...], tools: frozenset[str]
) -> tuple[str, ...] | Obstacle:
    """What the running program needs of an installed package: itself, its libraries, or nothing."""
    from dockls.knowledge import runtime_packages

    name = package.name
    if "$" in name or "`" in name:
        return Obstacle(f"which packages `{name}` names is not known")
    if "/" in name or "@" in name or _is_from_elsewhere(stage, package):
        return Obstacle(f"`{name}` does not come from the distribution alone")
    known = base_facts(stage)
    release = None if known is None else known.release or known.likely_release
    is_python = name.startswith("python") and name.endswith("-dev")
    if name in called or (name == "gettext" and "msgfmt" in called):
        return () if name in tools else (name,)
    if package.kind == "build" or is_python or name == "libc-dev":
        libraries = runtime_packages(name, package.manager, release) or ()
        if package.manager == "apk" and name == "build-base":
            libraries = ("libstdc++",)
        return tuple([library for library in libraries if library not in _EVERYWHERE])
    if package.kind == "dev":
        found = runtime_packages(name, package.manager, release)
        if found is None:
            return Obstacle(f"which library a package built with `{name}` needs at run time is not known")
        return tuple([library for library in found if library not in _EVERYWHERE])
    if package.kind == "unneeded" or name in tools or (name == "ca-certificates" and known is not None):
        return ()
    helps = any(one.command.program == name for one in executed(stage) if one.instruction is not package.instruction)
    return () if package.kind == "tool" and helps else (name,)


def _fetching(stage: Stage, package: Package, requirements: frozenset[str] | None) -> tuple[str, ...] | None:
    """What is needed of a package that may be there to fetch others; None if nothing tells."""
    if package.name == "git" and requirements is not None and not _FETCHED & requirements:
        # pip fetches nothing with it: it is there for the program.
        return ("git",)
    steps = [instruction.text for instruction in stage.instructions if instruction.keyword == "RUN"]
    keys = any("type=ssh" in text or "ssh-keyscan" in text for text in steps)
    return () if package.name == "openssh-client" and keys else None


def _is_from_elsewhere(stage: Stage, package: Package) -> bool:
    """Whether the command that installs a package names another source than the usual ones."""
    for command in executed(stage):
        options = ("-t", "--target-release") if package.manager == "apt" else ("-X", "--repository")
        if command.instruction is package.instruction and package.name in command.words:
            return any(word.partition("=")[0] in options for word in command.words)
    return False


def _called(stage: Stage, runs: tuple[Running, ...], steps: tuple[Instruction, ...]) -> tuple[str, ...]:
    """The programs that the image and the steps below the installation call, without what falls away."""
    found = [run.name for run in runs]
    found += [run.launcher.rpartition("/")[2] for run in runs if run.launcher is not None]
    for step in steps:
        if step.keyword != "RUN":
            continue
        for command in executed_by(stage, step):
            found.append(command.command.program)
            found += ["msgfmt"] if "compilemessages" in command.words else []
    return tuple([name for name in dict.fromkeys(found) if name not in TOOLS])
