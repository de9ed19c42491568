"""The image that runs a program of Node, Ruby or PHP: the builder's slim variant, with the packages that it needs."""

from typing import NamedTuple

from dockls.ecosystems import Obstacle, Wish
from dockls.ecosystems.native import libraries_of
from dockls.ecosystems.programs import Running
from dockls.ecosystems.steps import install_line, packages, purpose
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed_by
from dockls.syntax import Instruction

#: interpreters that native modules are compiled with the help of
_HELPERS = frozenset(("python3", "python", "python2", "python-is-python3", "py3-pip"))
_COMPILERS = frozenset(("make", "g++", "gcc", "build-base", "build-essential"))
_AMBIENT = frozenset(("ca-certificates", "tzdata", "libc6-compat", "gcompat", "openssl"))


class InterpretedRuntime(NamedTuple):
    """An image, what has to be installed in it, and the builder's RUN instructions that it needs as well."""

    image: str
    title: str
    preparation: tuple[str, ...]
    repeated: tuple[Instruction, ...]
    assumptions: tuple[str, ...]


def interpreted_runtime(
    stage: Stage,
    wish: Wish,
    runs: tuple[Running, ...],
    steps: tuple[Instruction, ...],
    interpreter: str = "npm",
    more: tuple[str, ...] = (),
    useless: frozenset[str] = frozenset(),
) -> InterpretedRuntime | Obstacle:
    """The image for what `runs` run; `steps` are those below the build, which come on top of it.

    `interpreter` is what programs cannot do without, `more` are packages that the program needs beside those of which
    the stage's own installations tell, `useless` are packages that serve the build alone here.
    """
    from dockls.knowledge import facts

    image = _image(stage, wish, interpreter)
    if isinstance(image, Obstacle):
        return image
    base, known = base_facts(stage), facts(image)
    libraries = libraries_of(stage)
    if isinstance(libraries, Obstacle):
        return libraries
    if image == stage.declaration.words[0].text and stage.parent is not None:
        return InterpretedRuntime(image, "same image", (), (), ())
    manager = None if base is None else base.package_manager
    if known is not None and known.shell is None:
        return Obstacle(f"{image} has neither a shell nor {interpreter}")
    if known is not None and base is not None and known.libc != base.libc:
        return Obstacle(f"dependencies are installed for {base.libc}, which `{image}` does not have")
    tools = frozenset() if known is None else known.tools
    below = {package.name for package in packages(stage) if package.instruction in steps}
    own = [name for name in _packages(stage, runs, tools) if name not in useless]
    wanted = [name for name in (*libraries, *more, *own) if name not in below]
    if known is not None and base is not None:
        wanted += _missing(runs, base.tools, tools, (*wanted, *below))
    line = install_line(manager or "", tuple(dict.fromkeys(wanted))) if wanted else None
    assumed = () if image == _text(stage) else ("no dependency needs a library that the full image alone has",)
    title = "slim" if "-slim" in image or ":slim" in image else image
    return InterpretedRuntime(image, title, () if line is None else (line,), _tools(stage, runs, steps), assumed)


def _text(stage: Stage) -> str:
    """The image at the bottom of the stage's FROM chain as it is written."""
    root = stage
    while root.parent is not None:
        root = root.parent
    return root.declaration.words[0].text


def _image(stage: Stage, wish: Wish, interpreter: str) -> str | Obstacle:
    from dockls.knowledge import alpine, facts, parse_reference, slim

    text = _text(stage)
    if wish.runtime in (None, "slim"):
        variant = slim(text)
        if variant.image is not None and not _is_alpine(stage):
            return variant.image
        return stage.declaration.words[0].text if wish.runtime is None else Obstacle(variant.reason)
    if wish.runtime == "same":
        return stage.declaration.words[0].text
    if wish.runtime == "alpine":
        variant = alpine(text)
        return variant.image or (text if _is_alpine(stage) else Obstacle(variant.reason))
    if wish.runtime in ("distroless", "scratch"):
        return Obstacle(f"{wish.runtime} has neither a shell nor {interpreter}, which this file uses")
    if parse_reference(wish.runtime or "") is None or (
        facts(wish.runtime or "") is None and ":" not in str(wish.runtime)
    ):
        return Obstacle(f"`{wish.runtime}` is neither an image nor one of slim, alpine, same")
    return wish.runtime or text


def _is_alpine(stage: Stage) -> bool:
    known = base_facts(stage)
    return known is not None and known.distribution == "alpine"


def _packages(stage: Stage, runs: tuple[Running, ...], tools: frozenset[str]) -> list[str]:
    """The installed packages that are not there for the build."""
    installed = packages(stage)
    names = {package.name for package in installed}
    called = {word.rpartition("/")[2] for run in runs for word in (run.words[0], run.launcher or "")}
    found: list[str] = []
    for package in installed:
        if package.name in _HELPERS and names & _COMPILERS:
            continue
        if package.name in called or (package.kind == "runtime" and package.name not in _HELPERS):
            if package.name not in tools:
                found.append(package.name)
        elif package.name in _AMBIENT:
            found.append(package.name)
    return found


def _missing(
    runs: tuple[Running, ...], before: frozenset[str], now: frozenset[str], there: tuple[str, ...]
) -> list[str]:
    """Tools that a health check calls, which only the full image has."""
    called = [run.name for run in runs if run.role == "healthcheck"]
    return [name for name in called if name in before and name not in now and name not in there]


def _tools(stage: Stage, runs: tuple[Running, ...], steps: tuple[Instruction, ...]) -> tuple[Instruction, ...]:
    """The RUN instructions that install what starts the program: corepack, a global package."""
    called = {run.name.partition("-")[0] for run in runs if run.role == "program"}
    found: list[Instruction] = []
    for instruction in stage.instructions:
        if (
            instruction.keyword != "RUN"
            or instruction in steps
            or purpose(stage, instruction) in ("accounts", "packages")
        ):
            continue
        for command in executed_by(stage, instruction):
            enables = command.words[0] == "corepack" and bool(called & {"pnpm", "yarn"})
            named = {word.partition("@")[0] for word in command.words[1:] if not word.startswith("-")}
            installs = bool({"-g", "--global", "global"} & set(command.words)) and bool(called & named)
            if (enables or installs) and instruction not in found:
                found.append(instruction)
    return tuple(found)
