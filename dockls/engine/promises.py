"""Checks that the result of a refactoring keeps the promise of its grade.

``preserving``: the recipe of the default target, and of every stage that keeps its name, is equal.
``equivalent`` and ``changing``: the contract of the default target is equal but for what the plan declares, and the
paths that its program needs are still produced.
"""

from dockls.rooms import Plan, Refactoring
from dockls.semantics import Command, Model, Stage, contract, expanded, joined, recipe

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
    return _changed_contract(before, after, plan.changes) or _lost_program(before.target, after.target, plan.changes)


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
        if field == "environment":
            was, now = _own_environment(before.target), _own_environment(after.target)
        else:
            was, now = getattr(old, field), getattr(new, field)
        if field in ("entrypoint", "command", "healthcheck"):
            # The instruction moves; its words and form are what counts.
            was, now = was and was[:2], now and now[:2]
        if was != now:
            return f"{words} of the final image would change from {_shown(was)} to {_shown(now)}"
    return None


def _own_environment(stage: Stage) -> tuple[str, ...]:
    """What the file sets of the environment, ``NAME=value``.

    What the base image sets is the base's affair, build tools' own variables serve nobody in the finished image, and
    PATH builds upon the base's; that the program is still found is checked by its path.
    """
    from dockls.knowledge import is_build_only_variable

    return tuple(
        sorted(
            [
                f"{name}={'?' if variable.value is None else variable.value}"
                for name, variable in stage.final_state.environment.items()
                if variable.kind == "env" and name != "PATH" and not is_build_only_variable(name)
            ]
        )
    )


def _lost_program(before: Stage, after: Stage, declared: frozenset[str]) -> str | None:
    """A path that ENTRYPOINT or CMD runs and the stage made, but the result does not make."""
    promised = contract(before)
    for field, command in (("entrypoint", promised.entrypoint), ("command", promised.command)):
        path = None if field in declared or command is None else _program(before, command)
        if path is not None and _brings(before, path) and not _brings(after, path):
            return f"`{path}`, which {_WORDS[field]} runs, would not be in the final image"
    return None


def _brings(stage: Stage, path: str) -> bool:
    """Whether something makes the path, or copies a folder above it; that such a folder exists is not enough."""
    from dockls.semantics.files import files_of

    for entry in files_of(stage):
        above = entry.kind != "file" and path.startswith(entry.path.rstrip("/") + "/")
        if entry.path == path or (above and (entry.origin in ("context", "stage") or entry.kind is None)):
            return True
    return False


def _program(stage: Stage, command: Command) -> str | None:
    """The absolute path of the program that a command runs; None if it is a bare name, or not known."""
    word = command.words[0].strip().partition(" ")[0] if command.words else ""
    value = expanded(word, stage.final_state, stage.declaration.escape)
    if value is None or "/" not in value or set(value) & set("\"'$&|;()"):
        return None
    return joined(stage.final_state.workdir, value)


def _shown(value: object) -> str:
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return "`" + " ".join([str(part) for part in value]) + "`"
    return f"`{value}`"
