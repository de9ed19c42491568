"""Commands of an image without the tool that only starts another program: `poetry run`, `pipenv run`, `uv run`."""

import json
from typing import NamedTuple

from dockls.ecosystems import Obstacle
from dockls.semantics import Stage
from dockls.shell import scripts
from dockls.syntax import Instruction
from dockls.text import Edit, Span, apply

TOOLS = frozenset(("pdm", "pipenv", "poetry", "uv"))
#: options of `uv run` that only say how the environment is brought up to date
_PLAIN = frozenset((
    "--all-extras", "--exact", "--frozen", "--isolated", "--locked", "--no-cache", "--no-dev", "--no-env-file",
    "--no-progress", "--no-project", "--no-sync", "--offline", "--quiet", "-q", "--no-editable", "--",
))  # fmt: skip


class Commands(NamedTuple):
    """The instructions that read otherwise or fall away, and the parts of the contract that change thereby."""

    texts: dict[Instruction, str]
    changes: frozenset[str]
    tools: tuple[str, ...]
    dropped: frozenset[Instruction] = frozenset()


def without_tools(stage: Stage, steps: tuple[Instruction, ...]) -> Commands | Obstacle:
    """CMD, ENTRYPOINT, HEALTHCHECK and the `steps` with the programs themselves in place of what starts them."""
    texts: dict[Instruction, str] = {}
    changed: set[str] = set()
    tools: list[str] = []
    dropped: list[Instruction] = []
    for instruction in stage.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT", "HEALTHCHECK") and instruction not in steps:
            continue
        if _only_starts(stage, instruction):
            dropped.append(instruction)
            tools.append(instruction.words[0].value)
            changed.add("entrypoint")
            continue
        found = _without(instruction)
        if isinstance(found, Obstacle):
            return found
        if found is not None:
            texts[instruction], tool = found
            tools.append(tool)
            changed |= {"command"} if instruction.keyword == "CMD" else {instruction.keyword.lower()} - {"run"}
    return Commands(texts, frozenset(changed), tuple(dict.fromkeys(tools)), frozenset(dropped))


def _only_starts(stage: Stage, instruction: Instruction) -> bool:
    """Whether an ENTRYPOINT is `poetry run` and the like, with a CMD below it that is a program by itself."""
    words = [word.value for word in instruction.words]
    if instruction.keyword != "ENTRYPOINT" or not instruction.is_json or len(words) != 2:
        return False
    commands = [one for one in stage.instructions if one.keyword == "CMD"]
    below = stage.instructions[stage.instructions.index(instruction) + 1 :]
    return words[0] in TOOLS and words[1] == "run" and bool(commands) and commands[-1].is_json and commands[-1] in below


def _without(instruction: Instruction) -> tuple[str, str] | Obstacle | None:
    """An instruction's text without the tools that start its commands, and a tool; None if there is none."""
    edits: list[Edit] = []
    tool = ""
    for piece in scripts(instruction):
        for command in piece.script.commands:
            values = [word.value or word.text for word in command.words]
            start = 1 if values[:1] == ["exec"] else 0
            values = values[start:]
            if not values or values[0].rpartition("/")[2] not in TOOLS:
                continue
            inner = _inner(values)
            if inner is None:
                return Obstacle(f"what `{' '.join(values)}` starts cannot be started without `{values[0]}`")
            position, added = inner
            spans = [word.span.shifted(piece.offset) for word in command.words[start:]]
            edits.append(Edit(Span(spans[0].start, spans[position].start), added))
            tool = values[0].rpartition("/")[2]
    if not edits:
        return None
    words = [word.value for word in instruction.words]
    if instruction.is_json and words[0].rpartition("/")[2] in TOOLS:
        return _json(instruction, words), tool
    if instruction.is_json and words[0] not in ("sh", "bash", "/bin/sh", "/bin/bash"):
        return Obstacle(f"what `{' '.join(words)}` starts cannot be started without `{tool}`")
    return apply(instruction.text, edits).strip(), tool


def _inner(values: list[str]) -> tuple[int, str] | None:
    """The index of the program that a tool starts, and what has to stand in front of it."""
    if len(values) < 3 or values[1] != "run":
        return None
    position = 2
    added = ""
    while position < len(values) and values[position].startswith("-"):
        if values[0].rpartition("/")[2] == "uv" and values[position] in ("-m", "--module"):
            added, position = "python -m ", position + 1
            break
        if values[position] not in _PLAIN:
            return None
        position += 1
    if position >= len(values):
        return None
    if not added and values[position].endswith(".py") and values[0].rpartition("/")[2] == "uv":
        added = "python "
    return position, added


def _json(instruction: Instruction, words: list[str]) -> str:
    position, added = _inner(words) or (0, "")
    inner = json.dumps([*added.split(), *words[position:]], ensure_ascii=False)
    before, after = instruction.words[0].span.start, instruction.words[-1].span.end
    start, end = instruction.text.rfind("[", 0, before), instruction.text.find("]", after) + 1
    return apply(instruction.text, [Edit(Span(start, end), inner)]).strip()
