"""The recipe of a stage: what its image is made of, without names, numbers, order and layout.

It is the base, then the instructions along the FROM chain, each ``--from=stage`` replaced by that stage's own recipe.
Renaming, naming, splitting a FROM chain, inlining, moving and removing unused stages leave it equal, and so does
cutting or joining RUN instructions at ``&&``. ONBUILD triggers run where the stage is used as a base, and a bare ARG
carries the global default that it imports, as in BuildKit.
"""

from bisect import bisect_left

from dockls.semantics.adding import doubt_of
from dockls.semantics.graph import Reference, Resolution
from dockls.semantics.interface import mount_fields
from dockls.semantics.model import Model
from dockls.semantics.run_chain import chain_of
from dockls.semantics.stage import Stage
from dockls.syntax import Flag, Instruction, Item, Parsed

#: a digest: equal for equal recipes
Recipe = str

#: stands for the recipe of a stage that needs itself
_CYCLE = "cycle"


def recipe(model: Model, stage: Stage) -> Recipe:
    """The recipe of a stage of `model`; stages that depend on themselves get a recipe too."""
    # Kept on the tree: the memo of a model is handed down to the next one.
    kept = model.tree.memo.get(_Recipes)
    if not isinstance(kept, _Recipes) or kept.model is not model:
        kept = model.tree.memo[_Recipes] = _Recipes(model)
    return kept.of(stage)


class _Recipes:
    """The recipes of one model, each computed once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._found: dict[int, Recipe] = {}
        #: those of a stage by their instructions, in the order of the text
        self._references: dict[int, dict[Item, list[Reference]]] = {}

    def of(self, stage: Stage) -> Recipe:
        """What a stage needs comes first; a stage that needs itself finds nothing of itself yet."""
        if stage.index in self._found:
            return self._found[stage.index]
        entered = {stage.index}
        path = [(stage, iter(self._needs(stage)))]
        while path:
            current, needs = path[-1]
            following = next((number for number in needs if number not in self._found and number not in entered), None)
            if following is not None:
                entered.add(following)
                path.append((self.model.stages[following], iter(self._needs(self.model.stages[following]))))
            else:
                path.pop()
                if current.index not in self._found:
                    self._found[current.index] = self._all_steps(current)
        return self._found[stage.index]

    def _needs(self, stage: Stage) -> list[int]:
        targets = [reference.target for reference in stage.references]
        if stage.parent is not None:
            targets = [stage.parent.index, *[one.target for one in stage.parent.references], *targets]
        return [target for target in targets if target is not None]

    def _all_steps(self, stage: Stage) -> Recipe:
        """The steps of all stages it starts from, then its own, each put on top of those before."""
        recipe = self._base(stage)
        for instruction in stage.instructions:
            for step in self._steps(stage, instruction):
                recipe = _digest((recipe, step))
        return recipe

    def _steps(self, stage: Stage, instruction: Instruction) -> tuple[str, ...]:
        """The steps of an instruction: one, or those of a RUN that could as well be several."""
        links = chain_of(stage, instruction) if instruction.keyword == "RUN" else None
        if links is None:
            return (self._step(stage, instruction, instruction.parsed),)
        flags = [self._flag(stage, instruction, flag) for flag in instruction.flags]
        # What stands behind a command that the shell remembers is one with it.
        cut = next((number for number, link in enumerate(links) if link.remembered), len(links))
        texts = [link.text for link in links[:cut]]
        texts += [" && ".join([link.text for link in links[cut:]])] if cut < len(links) else []
        return tuple([_digest(("RUN", "", *flags, "", text)) for text in texts])

    def _base(self, stage: Stage) -> Recipe:
        platform = stage.declaration.parsed.flag("platform")
        if stage.parent is None:
            base = stage.base
            value = "" if base is None else base.value
            # A FROM with the name of a stage further down means an image.
            known = "" if base is None else base.resolution.value.replace("forward", "image")
            return _digest(("FROM", known, value, "" if platform is None else platform.text))
        recipe = self._found.get(stage.parent.index, _CYCLE)
        for trigger in stage.parent.instructions:
            if trigger.inner is not None:
                recipe = _digest((recipe, self._step(stage.parent, trigger, trigger.inner)))
        return recipe if platform is None else _digest((recipe, _digest(("platform", platform.text))))

    def _step(self, stage: Stage, instruction: Instruction, parsed: Parsed) -> str:
        keyword = parsed.keyword
        if keyword == "ADD" and parsed is instruction.parsed and doubt_of(stage, instruction) is None:
            keyword = "COPY"
        parts = [keyword, "json" if parsed.is_json else ""]
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
            reference = self._reference(stage, instruction, flag)
            if reference is not None:
                return _with_source(flag, f"<{self._named(reference)}>")
        return flag.text

    def _reference(self, stage: Stage, instruction: Instruction, flag: Flag) -> Reference | None:
        """The reference that stands in a flag."""
        known = self._references.get(stage.index)
        if known is None:
            known = self._references[stage.index] = {}
            for reference in stage.references:
                known.setdefault(reference.mention.place.item, []).append(reference)
        here = known.get(instruction, [])
        number = bisect_left(here, flag.span.start, key=lambda one: one.mention.place.span.start)
        is_inside = number < len(here) and here[number].mention.place.span.start < flag.span.end
        return here[number] if is_inside else None

    def _named(self, reference: Reference) -> str:
        if reference.target is not None and reference.resolution is not Resolution.INDEX_OUT_OF_RANGE:
            return self._found.get(reference.target, _CYCLE)
        if reference.resolution is Resolution.IMAGE:
            # As a stage without steps on that image hands it on.
            return _digest(("FROM", "image", reference.value, ""))
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
