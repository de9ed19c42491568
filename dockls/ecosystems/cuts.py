"""Where the builder ends: with the last step that the build needs, or where the user says."""

from typing import NamedTuple

from dockls.ecosystems import Artifact, Obstacle, Wish
from dockls.ecosystems.accounts import Account, account
from dockls.ecosystems.steps import steps_behind
from dockls.semantics import Stage, joined
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of, files_of
from dockls.syntax import Instruction


class Cut(NamedTuple):
    """`last` is the builder's last instruction, `runtime` the steps below it; `dropped` serve only to tidy up.

    `owned` are the paths that the stage gives to another user than root, `copied` those that COPY --chown does: what
    RUN makes there by name (`built`) is root's.
    """

    last: Instruction
    runtime: tuple[Instruction, ...]
    dropped: frozenset[Instruction]
    owned: tuple[str, ...]
    copied: tuple[str, ...] = ()
    built: frozenset[str] = frozenset()


def cut_at(
    stage: Stage, last: Instruction, wish: Wish, useless: frozenset[Instruction] = frozenset()
) -> Cut | Obstacle:
    """The cut behind the build's last step and tidying up; an obstacle where what stands below cannot be sorted.

    `useless` are steps that neither builder nor runtime needs.
    """
    instructions = stage.instructions
    if wish.last is not None:
        if instructions.index(wish.last) < instructions.index(last):
            return Obstacle("the selection ends above the last step that the program is built by")
        below = steps_behind(stage, wish.last)
        steps = tuple([step for step in instructions if step in (*below.runtime, *below.tidying, *below.unknown)])
        return Cut(wish.last, steps, useless, *owners(stage))
    below = steps_behind(stage, last)
    unknown = [step for step in below.unknown if step not in useless]
    if unknown:
        return Obstacle(
            f"`{shown(unknown[0])}` below the build may be needed at run time; "
            "select the instructions that the builder shall keep"
        )
    dropped = list(useless)
    for step in below.tidying:
        if step in useless:
            continue
        if any(instructions.index(other) < instructions.index(step) for other in below.runtime):
            dropped.append(step)
        else:
            last = step
    runtime = tuple([step for step in below.runtime if step not in useless])
    return Cut(last, runtime, frozenset(dropped), *owners(stage))


def cut_for_user(stage: Stage, last: Instruction, wish: Wish) -> tuple[Cut, Account] | Obstacle:
    """The same with the user that the image runs as, who has to be known."""
    cut = cut_at(stage, last, wish)
    if isinstance(cut, Obstacle):
        return cut
    user = account(stage)
    return Obstacle("which user the program runs as is not known") if user is None else (cut, user)


def owners(stage: Stage) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    """The last three fields of a `Cut`: what steps and COPY give to another user, and what RUN makes."""
    copied = [copy for copy in copies_of(stage) if copy.instruction.parsed.flag("chown") is not None]
    built = frozenset([entry.path for entry in files_of(stage) if entry.origin == "run"])
    return _owned(stage), tuple([copy.destination for copy in copied if copy.destination is not None]), built


def shown(instruction: Instruction) -> str:
    """An instruction on one line, cut off where it is long."""
    text = " ".join([line.strip().rstrip("\\`").strip() for line in instruction.text.split("\n")]).strip()
    return text if len(text) <= 60 else text[:57].rstrip() + "…"


def _owned(stage: Stage) -> tuple[str, ...]:
    """What a step gives to another user: by chown, or by a USER above the steps that make it."""
    found: list[str] = []
    for command in executed(stage):
        if command.command.program == "chown":
            operands = [word for word in command.words[1:] if not word.startswith("-")][1:]
            paths = [joined(command.directory, operand) for operand in operands if "$" not in operand]
            found += [path.removesuffix("/*") for path in paths if path is not None]
    user = False
    for instruction in stage.instructions:
        user = user or instruction.keyword == "USER"
        if user and instruction.keyword == "RUN":
            found.append("/")
    return tuple(found)


def owns_folder(stage: Stage, folder: str) -> bool:
    """Whether the working directory `folder` belongs to the user of the stage, who may then write to it.

    A WORKDIR makes the folder for the USER above it (BuildKit's ``dispatchWorkdir``); a chown gives it away.
    """
    for instruction, before in zip(stage.instructions, stage.states, strict=False):
        if instruction.keyword != "WORKDIR":
            continue
        made = stage.state_after(instruction).workdir
        if made is not None and (made + "/").startswith(folder.rstrip("/") + "/"):
            name = (before.user or "root").partition(":")[0]
            if name not in ("root", "0") and name == (stage.final_state.user or "").partition(":")[0]:
                return True
            break
    for command in executed(stage):
        if command.command.program != "chown":
            continue
        operands = [word for word in command.words[1:] if not word.startswith("-")]
        options = "".join([word for word in command.words[1:] if word.startswith("-")])
        user = stage.final_state.user or ""
        if not operands or operands[0].partition(":")[0] != user.partition(":")[0]:
            continue
        for operand in operands[1:]:
            path = joined(command.directory, operand)
            if path == folder or (path is not None and "R" in options and (folder + "/").startswith(path + "/")):
                return True
    return False


def owned(artifact: Artifact, cut: Cut, owner: str | None) -> Artifact:
    """The artifact with its owner, if the stage gives it, or something in it, to the user."""
    path = artifact.path.rstrip("/") + "/"
    folders = cut.owned if artifact.path in cut.built else (*cut.owned, *cut.copied)
    given = [folder.rstrip("/") + "/" for folder in folders]
    belongs = any(path.startswith(folder) or folder.startswith(path) for folder in given)
    return artifact._replace(owner=owner) if belongs else artifact


def lost_mode(stage: Stage, artifacts: tuple[Artifact, ...]) -> Obstacle | None:
    """A folder to be copied that has a mode of its own: COPY makes the folder that it copies to anew, as 755."""
    folders = {artifact.path.rstrip("/") for artifact in artifacts if artifact.folder}
    for command in executed(stage):
        if command.command.program != "chmod" or not folders:
            continue
        mode, *operands = [word for word in command.words[1:] if not word.startswith("--") and word != "-R"] or [""]
        for operand in operands:
            path = joined(command.directory, operand) if "$" not in operand else None
            if path in folders and not _is_usual(mode):
                return Obstacle(f"COPY would not keep the mode that `{' '.join(command.words)}` gives to the folder")
    return None


def _is_usual(mode: str) -> bool:
    """Whether a folder of mode 755 has that mode afterwards."""
    if mode.isdigit():
        return mode.lstrip("0") == "755"
    who, plus, what = mode.partition("+")
    return plus == "+" and not set(what) - (set("rwxX") if who == "u" else set("rxX"))
