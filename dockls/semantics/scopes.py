"""Variables with their scopes: which ARG or ENV each mention means.

BuildKit's rules: an ARG above the first FROM is visible in FROM lines and where a stage takes it over by a bare ARG;
in a stage ARG and ENV are visible from their instruction to the end of the stage and in the stages that start from it;
ENV wins over ARG of the same name; a container that runs sees ENV only (docs.docker.com/reference/dockerfile, "ARG",
"Scope"). Triggers (ONBUILD) are read as if they ran where they stand.
"""

from typing import NamedTuple

from dockls.semantics.model import Model
from dockls.semantics.stage import Stage
from dockls.semantics.variable_words import VariableWord, variable_words
from dockls.syntax import Instruction, Place


class Binding:
    """One variable: all declarations and reads that must bear one name. `kind` is ``arg`` or ``env``."""

    __slots__ = ("is_global", "kind", "mentions", "name", "stages")

    def __init__(self, name: str, kind: str, is_global: bool) -> None:
        self.name = name
        self.kind = kind
        self.is_global = is_global
        self.mentions: list[VariableMention] = []
        #: numbers of the stages in which it is visible, but for the FROM lines
        self.stages: set[int] = set()

    @property
    def reads(self) -> list["VariableMention"]:
        """The mentions that are no declarations."""
        return [mention for mention in self.mentions if not mention.is_declaration]


class VariableMention(NamedTuple):
    """A place that names a variable; `declared` is the declaration in force there, None if it is the first itself."""

    place: Place
    is_declaration: bool
    declared: Place | None


class Variables(NamedTuple):
    """All variables of a file, and the reads of names that no instruction in scope declares."""

    bindings: tuple[Binding, ...]
    unbound: tuple[tuple[str, Place], ...]


def variables_of(model: Model) -> Variables:
    """The variables of a file; computed anew each time, in proportion to the number of mentions."""
    return _Scopes(model).found()


#: what a name means at one point: the variable and its declaration in force
_Visible = dict[str, tuple[Binding, Place]]


class _Scopes:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._bindings: list[Binding] = []
        self._unbound: list[tuple[str, Place]] = []
        self._global: _Visible = {}
        self._final: dict[int, tuple[_Visible, _Visible]] = {}

    def found(self) -> Variables:
        for instruction in self._model.tree.sections[0].instructions:
            for word in variable_words(instruction) if instruction.keyword == "ARG" else ():
                self._global_word(instruction, word)
        for stage in self._model.stages:
            self._stage(stage)
        return Variables(tuple(self._bindings), tuple(self._unbound))

    def _global_word(self, instruction: Instruction, word: VariableWord) -> None:
        place = Place(instruction, word.span)
        known = self._global.get(word.name)
        if word.role == "read":
            self._note(known, word.name, place)
        else:
            binding = known[0] if known else self._new(word.name, "arg", is_global=True)
            binding.mentions.append(VariableMention(place, True, known[1] if known else None))
            self._global[word.name] = (binding, place)

    def _stage(self, stage: Stage) -> None:
        for word in variable_words(stage.declaration):
            self._note(self._global.get(word.name), word.name, Place(stage.declaration, word.span))
        above = self._final.get(stage.parent.index) if stage.parent is not None else None
        arguments: _Visible = dict(above[0]) if above else {}
        environment: _Visible = dict(above[1]) if above else {}
        for binding, _ in (*arguments.values(), *environment.values()):
            binding.stages.add(stage.index)
        for instruction in stage.instructions:
            for word in variable_words(instruction):
                self._word(stage, instruction, word, arguments, environment)
        self._final[stage.index] = (arguments, environment)

    def _word(
        self, stage: Stage, instruction: Instruction, word: VariableWord, arguments: _Visible, environment: _Visible
    ) -> None:
        place = Place(instruction, word.span)
        if word.role in ("read", "shell", "start"):
            known = environment.get(word.name)
            if known is None and word.role != "start":
                known = arguments.get(word.name)
            self._note(known, word.name, place)
        elif word.role != "text":
            scope = environment if word.role == "env" else arguments
            known = scope.get(word.name)
            if word.role == "bare":
                known = self._global.get(word.name) or known
            kind = "env" if word.role == "env" else "arg"
            binding = known[0] if known else self._new(word.name, kind, is_global=False)
            binding.mentions.append(VariableMention(place, True, known[1] if known else None))
            binding.stages.add(stage.index)
            scope[word.name] = (binding, place)

    def _new(self, name: str, kind: str, is_global: bool) -> Binding:
        binding = Binding(name, kind, is_global)
        self._bindings.append(binding)
        return binding

    def _note(self, known: tuple[Binding, Place] | None, name: str, place: Place) -> None:
        if known is None:
            self._unbound.append((name, place))
        else:
            known[0].mentions.append(VariableMention(place, False, known[1]))
