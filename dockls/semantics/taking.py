"""Whether a stage that only takes files of another one could do that one's work itself, where the files lie already.

COPY rules: `files`. What the stage leaves besides those files would be in the other one, too; that is for the user to
judge, all else is decided here. Pure functions of the model; a reason is a sentence without a full stop.
"""

import posixpath
from typing import NamedTuple

from dockls.semantics.beginnings import shared_beginning
from dockls.semantics.files import Copy, copies_of, made, source_path
from dockls.semantics.graph import Reference
from dockls.semantics.model import Model
from dockls.semantics.renaming import line_of
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction, Place

#: what is done with in its stage; all others would say something about the stage that takes the files
_DONE = frozenset(("RUN", "COPY", "ADD", "WORKDIR", "ARG"))
_PATTERN = frozenset("*?[\\")
#: folders of programs, which are files
_PROGRAMS = frozenset(("bin", "sbin"))


class Taking(NamedTuple):
    """How a stage takes files of another one.

    `shared` counts the instructions that both begin with, `copies` are those that become needless; `paths` are what
    they bring, `files` the paths among those that are taken for files and not for folders.
    """

    shared: int
    copies: tuple[Instruction, ...]
    paths: tuple[str, ...]
    files: tuple[str, ...]


def taking(model: Model, stage: Stage, user: Stage, references: list[Reference]) -> Taking | str | None:
    """How `user` takes files of `stage`, which starts from the same image, or why it cannot do the work itself.

    `references` are all that `user` has to the stage. None where the files do not come to lie where they lay: then
    being two stages is the purpose.
    """
    shared = shared_beginning(stage, user)
    copies: list[Copy] = []
    paths: list[str] = []
    files: list[str] = []
    for reference in references:
        copy = _copy_of(user, reference)
        if copy is None:
            return None
        for source in copy.sources:
            stays, assumed = _stays(stage, copy, source)
            if not stays:
                return None
            paths.append(source_path(source))
            files += [paths[-1]] if assumed else []
        copies.append(copy)
    reason = _says_more(stage, shared) or _depends(model, stage, user, shared, copies)
    if reason is not None:
        return reason
    return Taking(shared, tuple([copy.instruction for copy in copies]), tuple(paths), tuple(files))


def _copy_of(user: Stage, reference: Reference) -> Copy | None:
    """The COPY that a reference stands in; None if it is a mount or a trigger."""
    instruction = reference.mention.place.item
    if reference.mention.onbuild or reference.mention.kind != "copy":
        return None
    return next((one for one in copies_of(user) if one.instruction is instruction), None)


def _stays(stage: Stage, copy: Copy, source: str) -> tuple[bool, bool]:
    """Whether a source is copied to where it lies, and whether that takes for granted that it is a file."""
    path = source_path(source)
    # Who copies all to the same image wants it in one layer.
    is_open = copy.destination is None or set(source) & _PATTERN or "$" in copy.instruction.text
    if is_open or path == "/":
        return False, False
    entry = made(stage, path)
    kind = entry.kind if entry is not None and entry.path == path else None
    if copy.destination == path:
        # A file would land in a folder of its own name.
        return not (copy.is_folder and kind == "file"), False
    folder, name = posixpath.split(path)
    is_file = kind == "file" or (kind is None and ("." in name[1:] or posixpath.basename(folder) in _PROGRAMS))
    lands = copy.is_folder and posixpath.join(copy.destination or "", name) == path and not source.endswith("/")
    # Of a folder the content would land there.
    return lands and is_file, kind is None


def _says_more(stage: Stage, shared: int) -> str | None:
    for instruction in stage.instructions[shared:]:
        if instruction.keyword not in _DONE:
            return f"what `{instruction.keyword}` of stage {stage.title} says would hold for the other stage, too"
    return None


def _depends(model: Model, stage: Stage, user: Stage, shared: int, copies: list[Copy]) -> str | None:
    """What else in `user` would do something else behind the work of `stage`."""
    rest = stage.instructions[shared:]
    names = {pair.name for one in rest if one.keyword == "ARG" for pair in one.pairs}
    before, after = user.states[shared].workdir, stage.final_state.workdir
    is_moved = any(one.keyword == "WORKDIR" for one in rest) and (before is None or before != after)
    taken = [copy.instruction for copy in copies]
    last = max([user.instructions.index(one) for one in taken])
    for number, instruction in enumerate(user.instructions[shared:], shared):
        line = f"line {line_of(model, Place(instruction, instruction.head_span))}"
        if instruction.effective.keyword == "RUN" and instruction.inner is None:
            return f"the command in {line} would run on all that stage {stage.title} leaves"
        if names and "$" in instruction.text and any(name in instruction.text for name in names):
            return f"{line} would see an ARG of stage {stage.title}"
        if instruction in taken:
            more = [flag.text for flag in instruction.flags if flag.name != "from"]
            if more:
                return f"{line} has `{more[0]}`, which would be lost"
            continue
        if instruction.keyword in ("COPY", "ADD") and number < last and _meets(user, instruction, copies):
            return f"{line} copies to the same place before, and would then come last"
    # Where WORKDIR comes to stand is what the image starts in.
    return f"the WORKDIR of stage {stage.title} is another one" if is_moved else None


def _meets(user: Stage, instruction: Instruction, copies: list[Copy]) -> bool:
    """Whether an instruction may bring what one of the copies brings."""
    own = next((one for one in copies_of(user) if one.instruction is instruction), None)
    if own is None or own.destination is None:
        return True
    here = own.destination.rstrip("/") + "/"
    for copy in copies:
        there = (copy.destination or "/").rstrip("/") + "/"
        if here.startswith(there) or there.startswith(here):
            return True
    return False
