"""A package manager that would ask before it installs.

Nobody answers in a build: `apt-get install` without `-y` gives up with “Abort.” as soon as it needs one package more
than it was asked for.

Nothing is said where the answer is configured (`Assume-Yes`), where it is piped in, and of `-qq`, which means yes.

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install tini
                      ^^^^^^^^^^^^^^^ warning: `apt-get install` may ask before it installs, and nobody answers
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y tini
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place
from dockls.text import Span

_ASKING = frozenset(("apt-get", "apt", "yum", "dnf"))
_LONG = frozenset(("--yes", "--assume-yes", "--assumeyes", "--assume-no", "--download-only", "--simulate"))
_SUDO = frozenset(("sudo", "-E", "-H", "-n", "-S", "--preserve-env"))


@stage_rule(severity=Severity.WARNING, theme="files", aliases=("DL3014", "DL3030", "DL3038"))
def interactive_install(stage: Stage) -> Iterator[Finding]:
    """Look for `-y` in every install."""
    for command in executed(stage):
        start = _behind_sudo(command)
        program = command.words[start] if start else command.command.program
        if program not in _ASKING or command.command.connector == "|":
            continue
        behind = range(start + 1, len(command.words))
        number = next((number for number in behind if not command.words[number].startswith("-")), None)
        if number is None or command.words[number] != "install" or _is_answered(command):
            continue
        if len(command.words) == number + 1 or _is_configured(stage):
            continue
        span = command.span_through(number)
        place = Place(command.instruction, span)
        shown = f"{program} install"
        fix = Fix("Add -y", edits.replacing(Place(command.instruction, Span(span.end, span.end)), " -y"))
        yield Finding(place, f"`{shown}` may ask before it installs, and nobody answers", fixes=(fix,))


def _behind_sudo(command: Executed) -> int:
    """The number of the first word behind `sudo` and its options that have no value; 0 where there is no `sudo`."""
    from dockls.knowledge.command_words import unwrap

    proper = unwrap(command.words)
    start = 0 if proper is None else proper.start - 1
    return start if set(command.words[:start]) <= _SUDO else 0


def _is_answered(command: Executed) -> bool:
    for word in command.words[1:]:
        if word in _LONG or "$" in word or word.startswith("-qq") or "ssume-" in word:
            return True
        if word.startswith("-") and not word.startswith("--") and "y" in word:
            return True
    return False


def _is_configured(stage: Stage) -> bool:
    return any("ssume-" in one.text or "assumeyes" in one.text for each in stage.chain for one in each.instructions)
