"""What it takes to run a program without what built it: one module per ecosystem, found by walking the package.

An ecosystem module holds ``recognize(stage, wish)``, which answers None where the stage is not of its kind, an
`Obstacle` where it is but its program cannot be taken out, else an `Extraction`; and ``ORDER``: the more specific it
is, the lower. The other modules of the package are what ecosystems share.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from dockls.semantics import Stage
from dockls.syntax import Instruction, Place


class Wish(NamedTuple):
    """What the user asks for: a kind of runtime or an image, the builder's last instruction, and the paths to take."""

    runtime: str | None = None
    last: Instruction | None = None
    paths: tuple[str, ...] = ()


class Obstacle(NamedTuple):
    """Why a program that one would expect to be taken out of its stage cannot be: one sentence without a full stop."""

    sentence: str


class Artifact(NamedTuple):
    """An absolute path that the last stage takes from the builder, or from the extra stage named `stage`.

    It keeps its place unless `destination` tells another one; `owner` is for ``--chown``.
    """

    path: str
    folder: bool
    owner: str | None = None
    stage: str | None = None
    destination: str | None = None

    @property
    def target(self) -> str:
        """Where it goes."""
        return self.destination or self.path


class ExtraStage(NamedTuple):
    """A stage between builder and last stage, on the builder's base; `lines` are instructions without line ends."""

    name: str
    lines: tuple[str, ...]


class Extraction(NamedTuple):
    """How a stage is split.

    `image` is the runtime, `last` the builder's last instruction; what stands below it becomes part of the last stage,
    and so do `repeated` instructions, which the builder keeps as well, and `relocated` ones, which it does not.
    `preparation` are instructions of the last stage
    before anything is copied. `insertions` are small edits inside the builder, `appended` its further instructions.
    `replaced` gives for a keyword the lines in place of all instructions of that keyword. `rewritten` gives the text in
    place of an instruction that moves. `copies_last` puts repeated COPY instructions below what the builder gives: they
    change more often. `bound` are repeated RUNs that need the working directory or the variables. `keeps_folder` tells
    whether the working directory of the builder means anything to the program. The rest is as in `Plan`.
    """

    image: str
    title: str
    last: Instruction
    artifacts: tuple[Artifact, ...]
    preparation: tuple[str, ...] = ()
    repeated: tuple[Instruction, ...] = ()
    relocated: tuple[Instruction, ...] = ()
    insertions: tuple[tuple[Place, str], ...] = ()
    appended: tuple[str, ...] = ()
    stages: tuple[ExtraStage, ...] = ()
    dropped: frozenset[Instruction] = frozenset()
    replaced: Mapping[str, tuple[str, ...]] = {}
    rewritten: Mapping[Instruction, str] = {}
    copies_last: bool = False
    bound: frozenset[Instruction] = frozenset()
    keeps_folder: bool = True
    keeps_environment: bool = True
    assumptions: tuple[str, ...] = ()
    changes: frozenset[str] = frozenset()
    grade: str | None = None


Recognizer = Callable[[Stage, Wish], Extraction | Obstacle | None]


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """What the first ecosystem that knows the stage makes of it."""
    for recognizer in _recognizers():
        found = recognizer(stage, wish)
        if isinstance(found, Extraction) and wish.paths:
            found = found._replace(artifacts=tuple([Artifact(path, path.endswith("/")) for path in wish.paths]))
        if isinstance(found, Extraction):
            from dockls.ecosystems.cuts import lost_mode

            return lost_mode(stage, found.artifacts) or found
        if found is not None:
            return found
    return None


@cache
def _recognizers() -> tuple[Recognizer, ...]:
    from importlib import import_module
    from pkgutil import iter_modules

    modules = [import_module(module.name) for module in iter_modules(__path__, __name__ + ".")]
    known = [module for module in modules if hasattr(module, "recognize")]
    return tuple([module.recognize for module in sorted(known, key=lambda module: (module.ORDER, module.__name__))])
