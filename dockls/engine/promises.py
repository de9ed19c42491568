"""Checks that the result of a refactoring keeps the promise of its grade.

``preserving``: the recipe of the default target, and of every stage that keeps its name, is equal.
``equivalent`` and ``changing``: the contract of the default target is equal but for what the plan declares, and the
paths that its program needs are still produced.
"""

from dockls.rooms import Plan, Refactoring
from dockls.semantics import Model, contract, recipe

_WORDS = {
    "entrypoint": "the ENTRYPOINT",
    "command": "the CMD",
    "user": "the user",
    "workdir": "the working directory",
    "environment": "the environment",
    "ports": "the exposed ports",
    "volumes": "the volumes",
    "labels": "the labels",
    "healthcheck": "the health check",
    "stop_signal": "the stop signal",
    "shell": "the shell",
    "triggers": "the ONBUILD triggers",
}


def broken_promise(before: Model, after: Model, room: Refactoring, plan: Plan) -> str | None:
    """The sentence that says which promise the result breaks; None if it keeps them all."""
    if before.target is None:
        return None
    if after.target is None:
        return "no stage would be left"
    if (plan.grade or room.grade) == "preserving":
        return _changed_recipe(before, after)
    return _changed_contract(before, after, plan.changes)


def _changed_recipe(before: Model, after: Model) -> str | None:
    assert before.target is not None and after.target is not None
    if recipe(before, before.target) != recipe(after, after.target):
        return "the image that is built by default would change"
    for stage in before.stages[:-1]:
        if stage.name is None or before.graph.named(stage.name) is not stage.node:
            continue
        node = after.graph.named(stage.name)
        if node is not None and recipe(before, stage) != recipe(after, after.stages[node.number]):
            return f"what stage {stage.title} builds would change"
    return None


def _changed_contract(before: Model, after: Model, declared: frozenset[str]) -> str | None:
    assert before.target is not None and after.target is not None
    old, new = contract(before.target), contract(after.target)
    for field, words in _WORDS.items():
        if field in declared:
            continue
        was, now = getattr(old, field), getattr(new, field)
        if field in ("entrypoint", "command", "healthcheck"):
            # The instruction moves; its words and form are what counts.
            was, now = was and was[:2], now and now[:2]
        if was != now:
            return f"{words} of the final image would change from {_shown(was)} to {_shown(now)}"
    return None


def _shown(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return "`" + " ".join([str(part) for part in value]) + "`"
    return f"`{value}`"
