"""CMD or ENTRYPOINT in JSON form starts a shell that stays in front of the program.

`docker stop` signals the shell, which tells its children nothing: the program is killed after ten seconds instead of
ending in order. `exec` puts the program in the place of the shell.

Some shells do so by themselves with the last command: bash where nothing but plain commands stand in the script, and
BusyBox, which is Alpine's shell. Debian's and Ubuntu's `sh` does not (tried with bash 5.2, BusyBox 1.35, dash 0.5.12).
Nothing is said of the former, nor where the script does not end in a plain command. Of the form without JSON
`shell-form-command` tells.

```dockerfile
FROM eclipse-temurin:25-jre
COPY app.jar /app.jar
CMD ["sh", "-c", "java $JAVA_OPTS -jar /app.jar"]
                  ^^^^ info: the shell stays in front of `java` and passes no signals on: `exec java` replaces it
```

->

```dockerfile
FROM eclipse-temurin:25-jre
COPY app.jar /app.jar
CMD ["sh", "-c", "exec java $JAVA_OPTS -jar /app.jar"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Instruction, Place
from dockls.text import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.shell import Command

#: the shells that stay, by the distributions whose `sh` they are
_STAYING = frozenset(("debian", "ubuntu"))
_SHELLS = frozenset(("sh", "dash"))
#: what the shell does itself, or what ends at once anyway
_BUILTIN = frozenset((
    ".", ":", "cat", "cd", "echo", "env", "eval", "exec", "exit", "export", "false", "ls", "printf", "pwd", "read",
    "return", "set", "source", "test", "trap", "true", "ulimit", "umask", "unset", "wait", "[",
))  # fmt: skip


@stage_rule(severity=Severity.INFORMATION, theme="compatibility")
def shell_as_command(stage: Stage) -> Iterator[Finding]:
    """Look at the CMD and the ENTRYPOINT that are in force."""
    if not any(one.keyword in ("CMD", "ENTRYPOINT") for one in stage.instructions):
        return
    from dockls.semantics.contract import contract

    promised = contract(stage)
    # The words of CMD are arguments of an ENTRYPOINT; those that images bring along hand over to them by `exec`.
    own = promised.entrypoint is not None and promised.entrypoint.origin is not None
    command = promised.entrypoint if own else promised.command
    origin = None if command is None else command.origin
    if (
        command is not None
        and origin is not None
        and origin in stage.instructions
        and _is_staying(stage, command.words)
    ):
        yield from _looked_at(origin)


def _is_staying(stage: Stage, words: tuple[str, ...]) -> bool:
    """Whether a shell is started for a script, and one that does not give way by itself."""
    if len(words) < 3 or not words[1].startswith("-") or not words[1].endswith("c"):
        return False
    shell = words[0].rpartition("/")[2]
    known = base_facts(stage)
    return shell in _SHELLS and (shell == "dash" or (known is not None and known.distribution in _STAYING))


def _looked_at(instruction: Instruction) -> Iterator[Finding]:
    from dockls.shell import parse

    word = instruction.words[_SCRIPT] if instruction.is_json and len(instruction.words) > _SCRIPT else None
    starts = None if word is None else _starts(instruction.text[word.span.start : word.span.end], word.value)
    if word is None or starts is None:
        return
    script = parse(word.value)
    commands = script.commands
    last = next((one for one in reversed(commands) if one.depth == 0), None)
    if script.errors or last is None or commands[-1].span.start > last.span.end or not _stays(last):
        return
    # A script with `&`, a pipe or a trap is a supervisor, and means to stay.
    if any(one.connector in ("|", "&") or one.program in ("trap", "wait") for one in commands):
        return
    first = last.words[0].span
    span = Span(word.span.start + starts[first.start], word.span.start + starts[first.end])
    fixes: tuple[Fix, ...] = ()
    # Assignments in front of `exec` count for the program as well (tried with dash 0.5.12).
    if last.connector in ("", "&&", ";"):
        start = Place(instruction, Span(span.start, span.start))
        fixes = (Fix(f"Write `exec {last.name}`", edits.replacing(start, "exec "), safe=False),)
    elif last.connector == "||":
        return
    message = f"the shell stays in front of `{last.program}` and passes no signals on"
    if fixes:
        message += f": `exec {last.program}` replaces it"
    yield Finding(Place(instruction, span), message, fixes=fixes)


#: the number of the word that is the script, behind the shell and `-c`
_SCRIPT = 2


def _stays(last: "Command") -> bool:
    """Whether the last command of a script is a program that goes on running."""
    if last.program == "env":
        return any(not word.text.startswith("-") and "=" not in word.text for word in last.words[1:])
    return bool(last.program) and last.program not in _BUILTIN


def _starts(raw: str, value: str) -> list[int] | None:
    """Where each character of a JSON string stands in its text, and the end; None where that cannot be told."""
    starts: list[int] = []
    at = 0
    while at < len(raw):
        starts.append(at)
        at += 1 if raw[at] != "\\" else 6 if raw[at + 1 : at + 2] == "u" else 2
    return [*starts, len(raw)] if len(starts) == len(value) else None
