"""The recipe of a stage: what its image is made of, without names, numbers, order and layout.

It is the base, then the instructions along the FROM chain, each ``--from=stage`` replaced by that stage's own recipe.
Renaming, naming, splitting a FROM chain, inlining, moving and removing unused stages leave it equal. ONBUILD triggers
run where the stage is used as a base, and a bare ARG carries the global default that it imports, as in BuildKit.
"""

from dockls.semantics.graph import Reference, Resolution
from dockls.semantics.interface import mount_fields
from dockls.semantics.model import Model
from dockls.semantics.stage import Stage
from dockls.syntax import Flag, Instruction, Parsed

#: a digest: equal for equal recipes
Recipe = str


def recipe(model: Model, stage: Stage) -> Recipe:
    """The recipe of a stage of `model`; stages that depend on themselves get a recipe too."""
    return _Recipes(model).of(stage)


class _Recipes:
    """The recipes of one model, each computed once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._found: dict[int, Recipe] = {}
        self._steps: dict[int, tuple[str, ...]] = {}
        self._busy: set[int] = set()

    def of(self, stage: Stage) -> Recipe:
        if stage.index not in self._found:
            if stage.index in self._busy:
                return "cycle"
            self._busy.add(stage.index)
            self._found[stage.index] = _digest(self._chain(stage))
            self._busy.discard(stage.index)
        return self._found[stage.index]

    def _chain(self, stage: Stage) -> tuple[str, ...]:
        """The steps of the stage and of all stages it starts from."""
        if stage.index not in self._steps:
            steps = self._base(stage)
            steps += tuple([self._step(stage, instruction, instruction.parsed) for instruction in stage.instructions])
            self._steps[stage.index] = steps
        return self._steps[stage.index]

    def _base(self, stage: Stage) -> tuple[str, ...]:
        platform = stage.declaration.parsed.flag("platform")
        if stage.parent is None:
            base = stage.base
            value = "" if base is None else base.value
            # A FROM with the name of a stage further down means an image.
            known = "" if base is None else base.resolution.value.replace("forward", "image")
            return (_digest(("FROM", known, value, "" if platform is None else platform.text)),)
        steps = self._chain(stage.parent)
        for trigger in stage.parent.instructions:
            if trigger.inner is not None:
                steps = (*steps, self._step(stage.parent, trigger, trigger.inner))
        if platform is not None:
            steps = (*steps, _digest(("platform", platform.text)))
        return steps

    def _step(self, stage: Stage, instruction: Instruction, parsed: Parsed) -> str:
        parts = [parsed.keyword, "json" if parsed.is_json else ""]
        parts += [self._flag(stage, instruction, flag) for flag in parsed.flags]
        parts += ["", *parsed.arguments]
        if parsed.inner is not None:
            parts.append(self._step(stage, instruction, parsed.inner))
        elif parsed.keyword == "ARG":
            parts += [f"{pair.name}={stage.graph_arguments.get(pair.name)}" for pair in parsed.pairs if not pair.value]
        parts += [f"{doc.expand}{doc.name}{doc.content}" for doc in instruction.heredocs]
        return _digest(tuple(parts))

    def _flag(self, stage: Stage, instruction: Instruction, flag: Flag) -> str:
        if flag.name == "from" or (flag.name == "mount" and "from" in mount_fields(instruction, flag)):
            for reference in stage.references:
                place = reference.mention.place
                if place.item is instruction and flag.span.start <= place.span.start < flag.span.end:
                    return _with_source(flag, f"<{self._named(reference)}>")
        return flag.text

    def _named(self, reference: Reference) -> str:
        if reference.target is not None and reference.resolution is not Resolution.INDEX_OUT_OF_RANGE:
            return self.of(self._model.stages[reference.target])
        return f"{reference.resolution.value} {reference.value}"


def _with_source(flag: Flag, source: str) -> str:
    """The flag with another text in place of the stage's name, and only there: a path may contain the name, too."""
    if flag.name == "from":
        return f"--from={source}"
    fields = (flag.value or "").split(",")
    return "--mount=" + ",".join(
        [f"from={source}" if field.strip().lower().startswith("from=") else field for field in fields]
    )


def _digest(parts: tuple[str, ...]) -> Recipe:
    from hashlib import blake2b

    found = blake2b(digest_size=16)
    for part in parts:
        encoded = part.encode("utf-8", "surrogatepass")
        found.update(b"%d:" % len(encoded))
        found.update(encoded)
    return found.hexdigest()
