"""Which file of the build context a path of a stage is."""

import posixpath
from typing import NamedTuple

from dockls.semantics.files import CERTAIN, Made, files_of, makes
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction


class ContextFile(NamedTuple):
    """A path in the build context, and the COPY or ADD that brings what lies there."""

    path: str
    entry: Made


def context_file(stage: Stage, path: str, before: Instruction | None = None) -> ContextFile | None:
    """The file that is certainly copied to an absolute path, above an instruction of the stage if one is given.

    None where something else may have made what lies there, or the build context has no such file.
    """
    below = frozenset(() if before is None else stage.instructions[stage.instructions.index(before) :])
    for entry in reversed(files_of(stage)):
        if not makes(entry, path) or entry.origin == "workdir" or entry.instruction in below:
            continue
        if entry.origin != "context" or entry.certainty != CERTAIN or entry.source is None:
            return None
        rest = posixpath.relpath(path, entry.path)
        source = posixpath.normpath(entry.source if rest == "." else posixpath.join(entry.source, rest))
        if stage.context.kind(source) == "file" and not stage.context.ignored(source).ignored:
            return ContextFile(source, entry)
    return None
