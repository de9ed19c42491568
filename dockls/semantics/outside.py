"""Who builds a stage from outside of the file: by its name, or by a number that an edit would give to another one."""

from dockls.semantics.model import Model
from dockls.semantics.stage import Stage


def built_by_name(model: Model, stage: Stage) -> str | None:
    """The sentence that says who builds the stage by its name; None if nobody is known to."""
    for use in model.surroundings.targets:
        if use.name.lower() == stage.name:
            return f"{use.path.rpartition('/')[2]} builds stage {stage.title}"
    if stage.name in [name.lower() for name in model.surroundings.declared_targets]:
        return f"the settings say that stage {stage.title} is built"
    return None


def built_by_number(model: Model, first: int) -> str | None:
    """The sentence that says who builds a stage by a number from `first` on; None if nobody is known to."""
    for use in model.surroundings.targets:
        if _is_counted(use.name, first):
            return f"{use.path.rpartition('/')[2]} builds stage number {use.name}, which would be another one"
    for name in model.surroundings.declared_targets:
        if _is_counted(name, first):
            return f"the settings say that stage number {name} is built, which would be another one"
    return None


def _is_counted(name: str, first: int) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= 10 and int(name) >= first
