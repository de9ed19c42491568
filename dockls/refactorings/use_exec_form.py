"""Writes CMD or ENTRYPOINT as a list of words instead of a line for the shell.

A line is run as `/bin/sh -c "…"`: the shell becomes process 1, does not hand signals on, and `docker stop` waits ten
seconds before it kills the program. As a list the program is started itself. That it gets signals then is the point,
and told as an assumption; all else stays the same.

It is refused where the line needs a shell (variables, operators, wildcards, several commands), where SHELL is one of
the file's own, where CMD stands behind a shell form of ENTRYPOINT, which ignores it now but would get it as arguments,
and where CMD is handed to an ENTRYPOINT that is no mere launcher. Comments within the line are put above it.

```dockerfile
FROM node:24-slim
COPY server.js .
CMD<|> node server.js --port 8080
```

->

```dockerfile
FROM node:24-slim
COPY server.js .
CMD ["node", "server.js", "--port", "8080"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes.programs import commands_of, plain_words, written_as
from dockls.runtimes.subject import CannotSwitchError
from dockls.semantics import Model, Stage, contract
from dockls.semantics.stage import DEFAULT_SHELL
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_LAUNCHERS = frozenset(("tini", "dumb-init", "catatonit", "docker-init"))


@refactoring(title="Use the exec form", kind="refactor.rewrite.command", grade="equivalent")
def use_exec_form(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a CMD or ENTRYPOINT that is a line for the shell."""
    instruction, stage = model.instruction_at(selection.start), model.stage_at(selection.start)
    if instruction is None or stage is None or instruction.keyword not in ("CMD", "ENTRYPOINT"):
        return None
    if instruction.is_json or not instruction.words or instruction not in stage.instructions:
        return None
    reason = _reason(stage, instruction)
    if reason is not None:
        return Refused(reason)
    try:
        words = plain_words(instruction)
    except CannotSwitchError:
        return Refused(f"{instruction.keyword} needs a shell")
    edit = written_as(instruction, words)
    if edit is None or not words:
        return None
    start = model.start_of(instruction)
    field = "command" if instruction.keyword == "CMD" else "entrypoint"
    comments = [line.strip() for line in instruction.text.splitlines()[1:] if line.strip().startswith("#")]
    lifted = (Edit(Span(start, start), edits.lines(model, comments)),) if comments else ()
    return Plan(
        (*lifted, Edit(edit.span.shifted(start), edit.text)),
        (f"`{words[0]}` can be process 1: it gets signals itself, and no shell stands around it",),
        f"Use the exec form of {instruction.keyword}",
        frozenset((field,)),
    )


def _reason(stage: Stage, instruction: Instruction) -> str | None:
    if stage.state_before(instruction).shell != DEFAULT_SHELL:
        return "SHELL of this stage may prepare what the program needs"
    commands = commands_of(instruction)
    if commands and commands[0].name in ("cd", "source", ".", "exec") and len(commands) > 1:
        return f"{instruction.keyword} needs a shell"
    promised = contract(stage)
    if instruction.keyword == "ENTRYPOINT":
        has_command = promised.command is not None and promised.entrypoint is not None
        return "CMD has no effect behind this ENTRYPOINT now, but would be its arguments" if has_command else None
    entrypoint = promised.entrypoint
    if entrypoint is None or entrypoint.origin is None:
        return None
    if entrypoint.shell:
        return "the shell form of ENTRYPOINT ignores this CMD"
    if entrypoint.words[:1] and entrypoint.words[0].rpartition("/")[2] not in _LAUNCHERS:
        return f"CMD is what `{entrypoint.words[0]}` gets as its arguments"
    return None
