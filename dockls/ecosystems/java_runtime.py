"""The image that runs a Java program: a JRE of the builder's version, with the packages that the program needs."""

from typing import NamedTuple

from dockls.ecosystems import Obstacle, Wish
from dockls.ecosystems.accounts import Account
from dockls.ecosystems.programs import Running
from dockls.ecosystems.steps import install_line, packages, packages_to_run, purpose
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Instruction

#: Java versions of which eclipse-temurin has a JRE (docker-library/official-images, library/eclipse-temurin, history)
_VERSIONS = frozenset(("8", "11", "17", "18", "19", "20", "21", "22", "23", "24", "25", "26"))
#: what starts the program, so that it has to be there
_LAUNCHERS = frozenset(("tini", "dumb-init", "gosu", "su-exec"))


class JavaRuntime(NamedTuple):
    """An image and what has to be installed in it."""

    image: str
    title: str
    preparation: tuple[str, ...]
    assumptions: tuple[str, ...]


def java_runtime(
    stage: Stage, wish: Wish, runs: tuple[Running, ...], steps: tuple[Instruction, ...], user: Account
) -> JavaRuntime | Obstacle:
    """The image for what `runs` run; `steps` are those below the build, which come on top of it."""
    from dockls.knowledge import facts

    chosen = _chosen(stage, wish)
    if isinstance(chosen, Obstacle):
        return chosen
    image, title = chosen
    base, known = base_facts(stage), facts(image)
    users = frozenset() if known is None else frozenset(known.users)
    if not (user.is_root or user.is_number or user.commands or user.name in users):
        return Obstacle(f"{title} has no user `{user.name}`, whom the base image brings")
    if known is not None and known.shell is None:
        lack = _lacking(stage, runs, steps, user, title)
        return Obstacle(lack) if lack is not None else JavaRuntime(image, title, (), ())
    below = {package.name for package in packages(stage) if package.instruction in steps}
    wanted = [name for name in _wanted(stage, runs, frozenset() if known is None else known.tools) if name not in below]
    managers = {None if facts_of is None else facts_of.package_manager for facts_of in (base, known)}
    foreign = len(managers) > 1
    creates = bool(user.commands) or any(purpose(stage, step) in ("packages", "accounts") for step in steps)
    if foreign and (wanted or creates):
        return Obstacle(f"what the stage installs or sets up is for another distribution than that of {title}")
    manager = "" if known is None else known.package_manager or ""
    line = install_line(manager, tuple(wanted)) if wanted else None
    if wanted and line is None:
        return Obstacle(f"how `{wanted[0]}` is installed in {title} is not known")
    libc = known is not None and base is not None and known.libc != base.libc
    assumed = ("no library of the program has native code for another C library",) if libc else ()
    return JavaRuntime(image, title, () if line is None else (line,), assumed)


def has_entrypoint(stage: Stage) -> bool:
    """Whether the stage says by itself how its program is started."""
    return any(instruction.keyword == "ENTRYPOINT" for instruction in stage.instructions)


def _chosen(stage: Stage, wish: Wish) -> tuple[str, str] | Obstacle:
    """The image and how menus call it."""
    from dockls.knowledge import parse_reference, runtime_images

    base = stage.base_image or ""
    if wish.runtime == "same":
        return stage.declaration.words[0].text, "same image"
    marks = {"alpine": "-alpine", "distroless": "distroless", "slim": "-jre"}
    if wish.runtime not in (None, "scratch", *marks):
        if parse_reference(wish.runtime or "") is None:
            return Obstacle(f"`{wish.runtime}` is neither an image nor one of alpine, distroless, same")
        return str(wish.runtime), str(wish.runtime)
    if wish.runtime == "scratch":
        return Obstacle("a Java program needs a Java runtime, which scratch does not have")
    choices = [choice for choice in runtime_images(base) if "0variable" not in choice.image]
    if not choices:
        return Obstacle(f"which Java `{base or 'the base image'}` has is not known; name an image with `runtime`")
    version = choices[0].image.rpartition(":")[2].partition("-")[0]
    if version not in _VERSIONS:
        return Obstacle(f"there is no image with a runtime for Java {version} alone; name another one with `runtime`")
    mark = marks.get(wish.runtime or "", "")
    fitting = [choice for choice in choices if mark in choice.image]
    if wish.runtime == "slim":
        fitting = [choice for choice in fitting if not choice.image.endswith("-alpine")]
    if not fitting:
        return Obstacle(f"there is no {wish.runtime} image for Java {version}")
    return fitting[0].image.removesuffix(":nonroot"), fitting[0].title


def _lacking(
    stage: Stage, runs: tuple[Running, ...], steps: tuple[Instruction, ...], user: Account, title: str
) -> str | None:
    """What an image without a shell lacks."""
    if not has_entrypoint(stage):
        return f"the entrypoint of {title} is `java -jar` already; the file has none of its own"
    for run in runs:
        if run.shell or run.launcher is not None or run.name != "java":
            return f"`{' '.join(run.words)}` needs a program that {title} does not have"
    if any(step.keyword == "RUN" for step in steps) or packages_to_run(stage):
        return f"the steps below the build need a shell, which {title} does not have"
    if user.commands:
        return f"{title} has no user `{user.text}`"
    return None


def _wanted(stage: Stage, runs: tuple[Running, ...], tools: frozenset[str]) -> list[str]:
    """The packages for what runs beside Java: those to run, launchers, and tools of a health check."""
    installed = {package.name for package in packages(stage)}
    found = [name for name in packages_to_run(stage) if name not in tools]
    for run in runs:
        launcher = (run.launcher or "").rpartition("/")[2]
        if launcher in _LAUNCHERS and launcher in installed:
            found.append(launcher)
        if run.role == "healthcheck" and run.name in ("curl", "wget") and run.name not in tools:
            found.append(run.name)
    return list(dict.fromkeys(found))
