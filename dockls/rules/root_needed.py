"""A package manager that runs as a user who is not root.

Installing packages of the distribution needs root's rights: behind `USER node` the step fails with “Permission denied”
or “are you root?”. It belongs above USER, or between `USER root` and the USER that follows.

Told are `apt-get`, `apk`, `dnf`, `yum` and the like in a RUN behind a USER instruction of the file, without `sudo`.

```dockerfile
FROM node:24-slim
USER node
RUN apt-get update && apt-get install -y tini
    ^^^^^^^^^^^^^^ error: `apt-get` needs root, but this RUN is user `node`
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction, Place

_MANAGERS = frozenset(("apt-get", "apt", "apk", "dnf", "microdnf", "yum", "zypper", "pacman", "tdnf"))
_WRITING = frozenset(
    ("install", "add", "update", "upgrade", "remove", "purge", "del", "makecache", "-S", "-Sy", "-Syu")
)


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def root_needed(stage: Stage) -> Iterator[Finding]:
    """Look for package managers behind USER."""
    if stage.final_state.user in ("root", "0") and not any(one.keyword == "USER" for one in stage.instructions):
        return
    told: set[Instruction] = set()
    for command in executed(stage):
        user = (stage.state_before(command.instruction).user or "root").partition(":")[0]
        if user in ("root", "0", "") or command.instruction in told or not _writes(command):
            continue
        changing = _user_above(stage, command.instruction)
        if changing is not None:
            told.add(command.instruction)
            message = f"`{command.words[0]}` needs root, but this RUN is user `{user}`"
            yield Finding(command.place, message, (Related(Place(changing, changing.words[0].span), "sets the user"),))


def _writes(command: Executed) -> bool:
    return command.words[0] in _MANAGERS and any(word in _WRITING for word in command.words[1:])


def _user_above(stage: Stage, run: Instruction) -> Instruction | None:
    """The USER of the file that is in force; None where the base image's is."""
    for each in stage.chain:
        above = each.instructions[: each.instructions.index(run)] if run in each.instructions else each.instructions
        found = [one for one in above if one.keyword == "USER" and one.words]
        if found:
            return found[-1]
    return None
