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
    """The instructions that read otherwise, and the parts of the contract that change thereby."""

    texts: dict[Instruction, str]
    changes: frozenset[str]
    tools: tuple[str, ...]


def without_tools(stage: Stage, steps: tuple[Instruction, ...]) -> Commands | Obstacle:
    """CMD, ENTRYPOINT, HEALTHCHECK and the `steps` with the programs themselves in place of what starts them."""
    texts: dict[Instruction, str] = {}
    changed: set[str] = set()
    tools: list[str] = []
    for instruction in stage.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT", "HEALTHCHECK") and instruction not in steps:
            continue
        edits: list[Edit] = []
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
                tools.append(values[0].rpartition("/")[2])
        if not edits:
            continue
        words = [word.value for word in instruction.words]
        if instruction.is_json and words[0].rpartition("/")[2] in TOOLS:
            texts[instruction] = _json(instruction, words)
        elif instruction.is_json and words[0] not in ("sh", "bash", "/bin/sh", "/bin/bash"):
            return Obstacle(f"what `{' '.join(words)}` starts cannot be started without `{tools[-1]}`")
        else:
            texts[instruction] = apply(instruction.text, edits).strip()
        changed |= {"command"} if instruction.keyword == "CMD" else {instruction.keyword.lower()} - {"run"}
    return Commands(texts, frozenset(changed), tuple(dict.fromkeys(tools)))


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
