"""Sources that are copied above the install of dependencies, and how the two could be told apart.

Every step below a COPY runs again when a file that it takes changes (docs.docker.com/build/cache/invalidation), so an
install below the sources runs again with every change of a source file.
"""

from typing import NamedTuple

from dockls.knowledge import (
    InstallCommand,
    dependencies_only,
    holds_dependencies,
    install_command,
    installed_folder,
    is_manifest_folder,
    is_source_file,
    is_source_folder,
    vendor_folder,
)
from dockls.semantics.execution import executed
from dockls.semantics.files import copy_of
from dockls.semantics.manifests import Bringer, Manifest, Needed, bringer, brought, needed, same_folder, workdir_before
from dockls.semantics.run_steps import (
    IMPLIED,
    INSTALL,
    OTHER,
    PROJECT,
    SETTING,
    RunStep,
    RunSteps,
    may_install,
    run_steps,
)
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction


class Lowered(NamedTuple):
    """An instruction that goes below the install; `destination` replaces its own where WORKDIR is another there."""

    instruction: Instruction
    destination: str | None


class EarlySources(NamedTuple):
    """A COPY of sources above an install.

    `run` is the RUN behind which the sources belong, or behind the first `kept` commands of it if that is not None;
    to these `added` is joined. `obstacle` says why the order must stay, `guessed` names manifests that were not looked
    up, `folder` is what the install fills and a COPY of the sources might overwrite.
    """

    sources: tuple[Bringer, ...]
    install: RunStep
    command: str
    implied: bool
    run: RunSteps
    kept: int | None
    added: str
    manifests: tuple[Manifest, ...]
    lowered: tuple[Lowered, ...]
    obstacle: str | None
    guessed: tuple[str, ...]
    folder: str | None


def early_sources(stage: Stage) -> EarlySources | None:
    """The first COPY of sources of a stage that stands above an install; remembered on the stage."""
    return stage.once(_sought)


def _sought(stage: Stage) -> EarlySources | None:
    return _found(stage) if _is_worthwhile(stage) else None


def _is_worthwhile(stage: Stage) -> bool:
    """Whether a RUN that may install stands below a COPY of what may be sources; reads no shell."""
    copies = False
    for instruction in stage.instructions:
        if instruction.keyword in ("COPY", "ADD"):
            copies = copies or _may_hold_sources(instruction)
        elif copies and instruction.keyword == "RUN" and may_install(instruction):
            return True
    return False


def _may_hold_sources(instruction: Instruction) -> bool:
    """Whether the words of a COPY alone could mean sources; remembered on the instruction."""
    found = instruction.memo.get(Lowered)
    if found is None:
        flag = instruction.parsed.flag("from")
        sources = [word.value for word in instruction.words[:-1]] if flag is None else []
        found = instruction.memo[Lowered] = any(_may_be_sources(source) for source in sources)
    return bool(found)


def _may_be_sources(source: str) -> bool:
    name = source.rstrip("/").rpartition("/")[2]
    return name in ("", ".", "*") or source.endswith("/") or "." not in name.strip(".") or is_source_file(source)


def _found(stage: Stage) -> EarlySources | None:
    done = _installed_before(stage)
    copies: list[Bringer] = []
    for number, instruction in enumerate(stage.instructions):
        if instruction.keyword in ("COPY", "ADD"):
            copy = copy_of(stage, instruction)
            if copy is None:
                continue
            if (copy.stage is not None or copy.from_image) and any(map(holds_dependencies, copy.sources)):
                return None
            by = bringer(stage, copy)
            copies += [] if by is None else [by]
        elif instruction.keyword == "RUN" and may_install(instruction):
            run = run_steps(stage, instruction)
            for step in run.steps if run is not None else ():
                if run is None or step.install is None or step.install.ecosystem in done:
                    continue
                if _is_vendored(stage, step):
                    continue
                found = _judged(stage, number, run, step, tuple(copies))
                if found is not None:
                    return found
                done.add(step.install.ecosystem)
    return None


def _is_vendored(stage: Stage, step: RunStep) -> bool:
    """Whether variables say that Go takes the modules from the sources, so that nothing is downloaded."""
    flags = stage.state_before(step.executed.instruction).lookup("GOFLAGS") or ""
    words = [word.value or word.text for word in step.executed.command.assignments]
    return "-mod=vendor" in flags or any(word.startswith("GOFLAGS=") and "-mod=vendor" in word for word in words)


def _installed_before(stage: Stage) -> set[str]:
    """The ecosystems whose dependencies the stages below FROM have installed."""
    done: set[str] = set()
    for below in stage.chain[1:]:
        for each in executed(below):
            install = install_command(each.words)
            if install is not None:
                done.add(install.ecosystem)
    return done


def _judged(
    stage: Stage, number: int, run: RunSteps, step: RunStep, copies: tuple[Bringer, ...]
) -> EarlySources | None:
    assert step.install is not None
    need = needed(step.install, step.directory, copies, stage.context)
    if need is None:
        return None
    sources = tuple([by for by in copies if _holds_sources(stage, by, need)])
    if not sources:
        return None
    kept, added = _cut(run, step)
    last, more = (run, ()) if kept is not None else _extended(stage, number, run, sources, copies)
    needs = (need, *more)
    lowered, between = _lowered(stage, sources, copies, needs, run, last)
    itself = "it reads them, too" if step.kind is OTHER else None
    obstacle = itself or need.obstacle or between or _cut_obstacle(run, step, kept)
    manifests = [manifest for each in needs for manifest in each.manifests if manifest.bringer in sources]
    return EarlySources(
        sources=sources,
        install=step,
        command=step.install.command if step.kind is IMPLIED else _shown(step),
        implied=step.kind is IMPLIED,
        run=last,
        kept=kept,
        added=added,
        manifests=tuple(dict.fromkeys(manifests)),
        lowered=lowered,
        obstacle=obstacle or _overwritten(stage, sources, step.install),
        guessed=tuple(dict.fromkeys(name for each in needs for name in each.guessed)),
        folder=installed_folder(step.install.ecosystem),
    )


def _holds_sources(stage: Stage, by: Bringer, need: Needed) -> bool:
    """Whether a COPY brings files that change more often than manifests do, and which the install does not read."""
    import posixpath

    context = stage.context
    for source in by.sources:
        clean = posixpath.normpath(source)
        kind = context.kind(source)
        if clean in (".", "/") or clean == "*":
            return not context.known or _has_sources(stage)
        if kind != "directory" and is_source_file(source):
            return True
        if kind != "file" and is_source_folder(source) and not any(character in source for character in "*?["):
            return True
        folder_of_manifest = any(each.bringer is by and by not in need.explicit for each in need.manifests)
        if kind != "file" and folder_of_manifest and not is_manifest_folder(source):
            return True
    return False


def _has_sources(stage: Stage) -> bool:
    """Whether the ignore file lets any folder or source file into the build."""
    return any("/" in path or is_source_file(path) for path in stage.context.files(limit=200))


def _cut(run: RunSteps, step: RunStep) -> tuple[int | None, str]:
    """How many commands of the RUN stay above the sources (None: all of them), and what is added to them."""
    number = run.steps.index(step)
    if step.kind in (PROJECT, IMPLIED):
        assert step.install is not None
        if step.kind is IMPLIED:
            return number, step.install.command
        options = dependencies_only(step.install.ecosystem, step.executed.words)
        text = " ".join(step.executed.words) if run.instruction.is_json else _source(step)
        return number, " ".join((text, *options))
    for later, other in enumerate(run.steps[number + 1 :], number + 1):
        if other.kind in (OTHER, PROJECT, IMPLIED):
            return later, ""
    return None, ""


def _cut_obstacle(run: RunSteps, step: RunStep, kept: int | None) -> str | None:
    number = run.steps.index(step)
    for before in run.steps[:number]:
        if before.kind in (OTHER, PROJECT, IMPLIED):
            return f"`{_shown(before)}` in front of it may need them"
    if not kept:
        return None
    if run.script is None:
        return "its RUN does more than installing and cannot be cut"
    if run.steps[kept].executed.command.connector != "&&":
        return f"`{_shown(run.steps[kept])}` behind it runs even if it fails, which a RUN of its own would not"
    if any(each.kind is SETTING and each.executed.words[0] not in ("cd", "set") for each in run.steps[:kept]):
        return "the commands behind it depend on the shell that it runs in"
    return None


def _extended(
    stage: Stage, number: int, run: RunSteps, sources: tuple[Bringer, ...], copies: tuple[Bringer, ...]
) -> tuple[RunSteps, tuple[Needed, ...]]:
    """The last of the RUN instructions that follow and may stand above the sources, too, and what they need."""
    last, needs, pending = run, tuple[Needed, ...](), tuple[Needed, ...]()
    first = run.steps.index(run.first_install) if run.first_install else 0
    for step in run.steps[first + 1 :]:
        if step.kind is INSTALL and step.install is not None:
            need = needed(step.install, step.directory, copies, stage.context)
            needs += () if need is None else (need,)
    for instruction in stage.instructions[number + 1 :]:
        if instruction.keyword in ("COPY", "ADD"):
            break
        if instruction.keyword != "RUN":
            continue
        steps = run_steps(stage, instruction)
        if steps is None or not steps.needs_no_sources:
            break
        installs = [(step.install, step.directory) for step in steps.steps if step.install is not None]
        found = [needed(install, directory, copies, stage.context) for install, directory in installs]
        if any(need is None or need.obstacle for need in found):
            break
        if any(_overwritten(stage, sources, install) for install, _ in installs):
            break
        pending += tuple([need for need in found if need is not None])
        if found:
            last, needs, pending = steps, needs + pending, ()
    return last, needs


def _lowered(
    stage: Stage,
    sources: tuple[Bringer, ...],
    copies: tuple[Bringer, ...],
    needs: tuple[Needed, ...],
    run: RunSteps,
    last: RunSteps,
) -> tuple[tuple[Lowered, ...], str | None]:
    """What goes below the install, in order, or why something between forbids it."""
    instructions = stage.instructions
    first = instructions.index(sources[0].instruction)
    end = instructions.index(last.instruction)
    found: list[Lowered] = []
    for number in range(first, end):
        instruction = instructions[number]
        if instruction.keyword in ("COPY", "ADD"):
            goes, obstacle = _goes_along(stage, instruction, sources, copies, needs)
            if obstacle is not None:
                return (), obstacle
            if goes:
                destination, obstacle = _destination(stage, instruction, last.instruction)
                if obstacle is not None or _uses_between(instruction, instructions[number:end]):
                    return (), obstacle or "a variable in its COPY is set anew between the two"
                found.append(Lowered(instruction, destination))
        elif instruction.keyword == "RUN" and instruction is not run.instruction:
            steps = run_steps(stage, instruction)
            if steps is None or not steps.needs_no_sources:
                return (), f"`{_head(instruction)}` between the two may need them"
    return tuple(found), None


def _goes_along(
    stage: Stage,
    instruction: Instruction,
    sources: tuple[Bringer, ...],
    copies: tuple[Bringer, ...],
    needs: tuple[Needed, ...],
) -> tuple[bool, str | None]:
    """Whether a COPY below the first COPY of sources goes down with it, so that it still overwrites what it did."""
    by = next((each for each in copies if each.instruction is instruction), None)
    if by in sources:
        return True, None
    copy = copy_of(stage, instruction)
    if copy is None:
        return True, "a COPY between the two is not finished"
    above = [
        each for each in sources if stage.instructions.index(each.instruction) < stage.instructions.index(instruction)
    ]
    if by is None:
        apart = copy.destination is not None and not any(
            same_folder(copy.destination, each.destination) for each in above
        )
        return not apart, None
    if not any(same_folder(by.destination, each.destination) for each in above):
        return False, None
    named = [manifest for need in needs for manifest in need.manifests if manifest.bringer is by]
    if not named:
        return True, None
    for manifest in named:
        name = manifest.source.rstrip("/").rpartition("/")[2]
        path = by.destination.rstrip("/") + "/" + name if by.is_folder else by.destination
        for each in above:
            other = brought(each, path, stage.context)
            if other is not None and other[0].removeprefix("./") != manifest.source.removeprefix("./"):
                return True, f"the COPY of the sources brings another `{name}` than the one that the install reads"
    return False, None


def _destination(stage: Stage, instruction: Instruction, run: Instruction) -> tuple[str | None, str | None]:
    """The destination to write below `run`, None for the same as before; else why there is none."""
    word = instruction.words[-1].value
    here, there = workdir_before(stage, instruction), workdir_before(stage, run)
    if here == there or word.startswith("/"):
        return None, None
    if here.startswith("\0") or "$" in word or instruction.is_json:
        return None, "WORKDIR changes between the two"
    path = "" if word in (".", "./") else word.removeprefix("./")
    return here.rstrip("/") + "/" + path, None


def _uses_between(copy: Instruction, between: tuple[Instruction, ...]) -> bool:
    names = {pair.name for each in between if each.keyword in ("ARG", "ENV") for pair in each.pairs}
    return "$" in copy.text and any(name in copy.text for name in names)


def _overwritten(stage: Stage, sources: tuple[Bringer, ...], install: InstallCommand) -> str | None:
    """Why the sources must not be copied below the install: they hold a folder that it fills, or replaces it."""
    import posixpath

    folder, vendored = installed_folder(install.ecosystem), vendor_folder(install.ecosystem)
    for by in sources if stage.context.known else ():
        for source in by.sources:
            for name in (folder, vendored):
                path = posixpath.normpath(posixpath.join(source, name or ""))
                if name is None or stage.context.kind(path) != "directory" or stage.context.ignored(path).ignored:
                    continue
                if name == vendored:
                    return f"the dependencies lie in `{path}` of the build context"
                return (
                    f"`{path}` of the build context would overwrite the installed one (.dockerignore could keep it out)"
                )
    return None


def _source(step: RunStep) -> str:
    span = step.executed.place.span
    return step.executed.instruction.text[span.start : span.end]


def _shown(step: RunStep) -> str:
    """A command as a message shows it: at most its first five words."""
    words = step.executed.words
    return " ".join(words[:5]) + (" …" if len(words) > 5 else "")


def _head(instruction: Instruction) -> str:
    line = instruction.text.strip().partition("\n")[0].rstrip("\\ ")
    return line if len(line) <= 50 else line[:49] + "…"
