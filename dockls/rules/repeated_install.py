"""A package is installed that the stage in FROM has installed already.

The package manager finds it and does nothing, but the step reads as if it were needed, and someone who removes the
package from one place wonders why it is still there.

Told are packages of the distribution by the same name, which no step between has removed.

```dockerfile
FROM debian:trixie-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*

FROM base
RUN apt-get update && apt-get install -y --no-install-recommends curl git && rm -rf /var/lib/apt/lists/*
                                                                 ^^^^ info: stage `base` has installed `curl` already
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_REMOVING = frozenset(("remove", "purge", "autoremove", "del", "erase"))


@stage_rule(severity=Severity.INFORMATION, theme="size")
def repeated_install(stage: Stage) -> Iterator[Finding]:
    """Compare the packages of a stage with those of the stages that it starts from."""
    if stage.parent is None:
        return
    from dockls.knowledge import package_install

    for command in executed(stage):
        install = package_install(command.words)
        for name, number in zip(install.packages, install.indexes, strict=True) if install is not None else ():
            earlier = _installed(stage.parent).get(name)
            if earlier is not None and "$" not in name:
                owner, origin = earlier
                message = f"stage {owner.title} has installed `{name}` already"
                place = Place(command.instruction, command.word_span(number))
                yield Finding(place, message, (Related(origin.place, "installs it"),))


def _installed(stage: Stage) -> dict[str, tuple[Stage, Executed]]:
    """The packages that a stage and those below it have installed and not removed; remembered on the stage."""
    return stage.folded(_with_own, lambda root: {})


def _with_own(stage: Stage, found: dict[str, tuple[Stage, Executed]]) -> dict[str, tuple[Stage, Executed]]:
    from dockls.knowledge import package_install

    own: dict[str, tuple[Stage, Executed]] = {}
    removed: set[str] = set()
    for command in executed(stage):
        install = package_install(command.words)
        if install is not None:
            own.update(dict.fromkeys(install.packages, (stage, command)))
        elif _REMOVING & set(command.words[1:3]):
            removed |= set(command.words)
    if not own and not removed:
        return found
    kept = {name: value for name, value in (found | own).items() if name not in removed}
    return {} if any("$" in word or word.startswith(".") for word in removed) else kept
