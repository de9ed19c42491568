"""Writes a RUN or CMD that is a list of words as a line for the shell.

A list is started without a shell: `$NAME` stays as it is written, `&&` and wildcards are words like others. As a line
the words are read by the stage's SHELL. Words are quoted where the shell would change them, so the program gets the
same arguments; only a word that is a lone variable (`$PORT`) is left open, which is what its author wanted.

It is refused where the image has no shell, where SHELL is one of the file's own, and for a CMD that is handed to an
ENTRYPOINT as its arguments.

```dockerfile
FROM node:24-slim
COPY . .
RUN<|> ["npm", "ci"]
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-slim
COPY . .
RUN npm ci
CMD ["node", "server.js"]
```
"""

import re
import shlex

from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.stage import DEFAULT_SHELL
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_VARIABLE = re.compile(r"\$(\w+|\{\w+\})")


@refactoring(title="Use the shell form", kind="refactor.rewrite.command", grade="equivalent")
def use_shell_form(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN that is a list, and on a CMD that is one with a variable among its words."""
    instruction, stage = model.instruction_at(selection.start), model.stage_at(selection.start)
    if instruction is None or stage is None or instruction.keyword not in ("RUN", "CMD") or not instruction.is_json:
        return None
    words = [word.value for word in instruction.words]
    variables = [word for word in words if _VARIABLE.fullmatch(word)]
    if not words or instruction not in stage.instructions or (instruction.keyword == "CMD" and not variables):
        return None
    reason = _reason(stage, instruction, words)
    if reason is not None:
        return Refused(reason)
    line = " ".join([f'"{word}"' if word in variables else shlex.quote(word) for word in words])
    span = Span(instruction.words[0].span.start, instruction.words[-1].span.end)
    opening = instruction.text.rindex("[", 0, span.start + 1)
    closing = instruction.text.index("]", span.end)
    edit = Edit(Span(opening, closing + 1).shifted(model.start_of(instruction)), line)
    told = tuple([f"`{word}` is set when the {_time(instruction)}" for word in dict.fromkeys(variables)])
    changes = frozenset(("command",)) if instruction.keyword == "CMD" else frozenset[str]()
    return Plan((edit,), told, f"Use the shell form of {instruction.keyword}", changes)


def _time(instruction: Instruction) -> str:
    return "container starts" if instruction.keyword == "CMD" else "image is built"


def _reason(stage: Stage, instruction: Instruction, words: list[str]) -> str | None:
    state = stage.state_before(instruction)
    known = base_facts(stage)
    scratch = stage.base is not None and stage.base.resolution is Resolution.SCRATCH
    if scratch or (known is not None and known.shell is None):
        return f"the image of stage {stage.title} has no shell"
    if state.shell != DEFAULT_SHELL:
        return "SHELL of this stage is one of the file's own"
    if any("\n" in word or instruction.escape in word for word in words):
        return "a word holds a line end or the escape character"
    entrypoint = contract(stage).entrypoint if instruction.keyword == "CMD" else None
    return "CMD is what ENTRYPOINT gets as arguments, word by word" if entrypoint is not None else None
