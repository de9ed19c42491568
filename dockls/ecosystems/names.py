"""Names for new stages: what the file is used to, never the name of a stage or an image that it uses."""

from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.compatibility import base_facts

#: words in a stage's name that tell it is there to build
_BUILDING = ("build", "compile", "sdk", "dev", "base", "deps")
_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def builder_names(model: Model, stage: Stage, wished: str) -> tuple[str, str | None] | None:
    """The names of builder and last stage; None if the wished one cannot be had.

    A stage that is called for what it builds keeps its name as the builder; any other name goes to the last stage,
    which is what `--target` means.
    """
    own = stage.node.interface.written_name
    is_target = stage.name in model.graph.target_names
    keeps = own is not None and not is_target and (any(word in own.lower() for word in _BUILDING) or _is_tool(stage))
    if wished:
        free = is_free(model, wished) or (keeps and wished.lower() == stage.name)
        return (wished, None if keeps else own) if _is_name(wished) and free else None
    if keeps and own is not None:
        return own, None
    names = [node.name or "" for node in model.graph.nodes]
    habit = "build" if any(name.startswith("build-") or name.endswith("-build") for name in names) else "builder"
    return chosen_name(model, habit, set()), own


def _is_tool(stage: Stage) -> bool:
    """Whether a stage is called like its image, or what that is for: `maven`, `node`, `golang`."""
    from dockls.knowledge import parse_reference

    known, reference = base_facts(stage), parse_reference(stage.base_image or "")
    repository = "" if reference is None else reference.path.rpartition("/")[2]
    return stage.name in (repository, known.family if known else None, known.language if known else None)


def chosen_name(model: Model, wanted: str, taken: set[str]) -> str:
    """The wanted name, or it with the first number that makes it free."""
    name, number = wanted, 1
    while name in taken or not is_free(model, name):
        number += 1
        name = f"{wanted}-{number}"
    return name


def is_free(model: Model, name: str) -> bool:
    """Whether no stage, image, named context or target is called so, and BuildKit does not keep it for itself."""
    lowered = name.lower()
    if lowered in ("scratch", "context") or lowered in model.graph.named_contexts | model.graph.target_names:
        return False
    if any(node.name == lowered for node in model.graph.nodes):
        return False
    images = {
        reference.value.lower().partition(":")[0]
        for reference in model.references
        if reference.resolution is Resolution.IMAGE
    }
    return lowered not in images


def _is_name(name: str) -> bool:
    lowered = name.lower()
    return lowered[:1].isalpha() and set(lowered) <= _CHARACTERS
