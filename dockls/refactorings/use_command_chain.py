"""Writes the here-document of a RUN as commands joined by `&&`.

For frontends and tools that know no here-documents, and for files that are written that way. The script must begin with
`set -e` (or `set -ex`, whose `x` goes with a `set -x` of its own), so that it ends with the first command that fails;
without it a failure in the middle is passed over, which a chain would not do.

It is refused for scripts with branches, loops or functions, for those of another interpreter, and where the shell would
expand the body otherwise than BuildKit does. It is the inverse of writing a chain as a here-document.

```dockerfile
FROM debian:trixie-slim
RUN <<EOF<|>
set -e
apt-get update
apt-get install -y curl
EOF
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \\
    apt-get install -y curl
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.shell import parse
from dockls.text import Edit, Span

_SETTING = {"set -e": "", "set -ex": "set -x", "set -eu": "set -u", "set -eux": "set -ux"}
_SHELLS = frozenset(("sh", "bash", "ash", "dash"))


@refactoring(title="Use a chain of commands", kind="refactor.rewrite.run", grade="equivalent")
def use_command_chain(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a RUN whose only argument is a here-document."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or len(run.heredocs) != 1:
        return None
    document = run.heredocs[0]
    if run.text[run.body_span.start : run.body_span.end].split("\n")[0].strip() != f"<<{_written(run.text, document)}":
        return None
    if stage.state_before(run).shell[0].rpartition("/")[2] not in _SHELLS:
        return None
    lines = [line.strip() for line in document.content.splitlines() if line.strip()]
    if not lines or lines[0].startswith("#!"):
        return Refused("the script is for an interpreter of its own") if lines else None
    if lines[0] not in _SETTING:
        return Refused("without `set -e` a command that fails is passed over, which a chain would not do")
    commands, reason = _commands(lines[1:])
    if reason is not None:
        return Refused(reason)
    first = [_SETTING[lines[0]]] if _SETTING[lines[0]] else []
    if not commands:
        return None
    return Plan((_edit(model, run, [*first, *commands]),))


def _written(text: str, document: object) -> str:
    """How the here-document is announced, behind ``<<``."""
    span: Span = document.span  # type: ignore[attr-defined]
    return text[span.start : span.end].removeprefix("<<")


def _commands(lines: list[str]) -> tuple[list[str], str | None]:
    """The commands with the comments above them, or why they cannot stand in a chain."""
    found: list[str] = []
    pending = ""
    for line in lines:
        if line.startswith("#") and not pending:
            found.append(line)
            continue
        pending = f"{pending} {line}".strip()
        if pending.endswith("\\"):
            pending = pending[:-1].rstrip()
            continue
        script = parse(pending)
        commands = script.commands
        if script.errors or not commands or any(command.depth > 0 for command in commands):
            return [], f"`{line}` is part of a branch, a loop or a function"
        if any(command.connector not in ("", "|", "&&") for command in commands) or pending.endswith("&"):
            return [], f"`{pending}` is more than a command"
        if any(redirect.content is not None for command in commands for redirect in command.redirects):
            return [], f"`{pending}` has a here-document of its own"
        found.append(pending)
        pending = ""
    return (found, None) if not pending else ([], "its last command has no end")


def _edit(model: Model, run: object, commands: list[str]) -> Edit:
    from dockls.syntax import Instruction

    assert isinstance(run, Instruction)
    escape = run.escape
    last = max(number for number, line in enumerate(commands) if not line.startswith("#"))
    lines: list[str] = []
    for number, line in enumerate(commands[: last + 1]):
        text = line if line.startswith("#") or number == last else f"{line} && {escape}"
        lines.append(text if not lines else f"    {text}")
    start = model.start_of(run)
    end = start + len(run.text.rstrip("\r\n"))
    return Edit(Span(start + run.body_span.start, end), edits.lines(model, lines).rstrip("\r\n"))
