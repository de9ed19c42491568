"""Package lists that are fetched in one step and used in another.

BuildKit keeps the step of `apt-get update` as long as its text is the same. When the list of packages in a later RUN is
changed months afterwards, it is looked up in the old lists, which name versions that the mirrors have dropped: the
install fails with “404 Not Found”, or gets old versions. In one RUN both are always done together.

The fix joins the two where nothing stands between them. Source: docs.docker.com/build/building/best-practices/#apt-get.

```dockerfile
FROM debian:trixie-slim
RUN apt-get update
    ^^^^^^^^^^^^^^ warning: the lists are from an earlier build when `apt-get install` below is changed; join the RUN
RUN apt-get install -y --no-install-recommends tini
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && \\
    apt-get install -y --no-install-recommends tini
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed_by
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: program -> its subcommands that fetch lists, and those that install
_UPDATING = {
    "apt-get": (("update",), ("install",)), "apt": (("update",), ("install",)), "apk": (("update",), ("add",)),
    "yum": (("makecache",), ("install",)), "dnf": (("makecache",), ("install",)),
}  # fmt: skip
_SAME = {"apt": "apt-get"}


@stage_rule(severity=Severity.WARNING, theme="cache")
def stale_package_lists(stage: Stage) -> Iterator[Finding]:
    """Look for a RUN that only fetches lists and a later one that only installs."""
    waiting: dict[str, Executed] = {}
    told: set[Executed] = set()
    for run in stage.instructions:
        commands = executed_by(stage, run) if run.keyword == "RUN" else ()
        updates = {_tool(one): one for one in commands if _does(one, 0)}
        installs = {_tool(one): one for one in commands if _does(one, 1)}
        for tool, install in installs.items():
            update = waiting.get(tool)
            if update is not None and tool not in updates and update not in told:
                told.add(update)
                yield _finding(stage, update, install)
        for tool, update in updates.items():
            waiting.pop(tool, None)
            if tool not in installs:
                waiting[tool] = update


def _tool(command: Executed) -> str:
    program = command.command.program
    return _SAME.get(program, program)


def _does(command: Executed, kind: int) -> bool:
    known = _UPDATING.get(command.command.program)
    number = command.subcommand
    return known is not None and number is not None and command.words[number] in known[kind]


def _finding(stage: Stage, update: Executed, install: Executed) -> Finding:
    shown = " ".join([install.words[0], *install.operands[:1]])
    message = f"the lists are from an earlier build when `{shown}` below is changed; join the RUN"
    related = (Related(install.place, "installs from them"),)
    first, second = update.instruction, install.instruction
    position = stage.instructions.index(first)
    fixes: tuple[Fix, ...] = ()
    if stage.instructions[position + 1 : position + 2] == (second,):
        fixes = (Fix("Join the two RUN", partial(_joined, first, second)),)
    return Finding(update.place, message, related=related, fixes=fixes)


def _joined(first: Instruction, second: Instruction, model: Model) -> Iterable[Edit] | None:
    """One RUN of two that stand directly below each other and are plain lines of commands."""
    end = model.start_of(first) + len(first.text)
    plain = all(
        not one.is_json and not one.flags and not one.heredocs and "#" not in one.text and one.words
        for one in (first, second)
    )
    if not plain or model.start_of(second) != end or "||" in first.text:
        return None
    start = model.start_of(first) + first.body_span.end
    behind = f" && {first.escape}{edits.line_ending(model)}    "
    return [Edit(Span(start, end + second.body_span.start), behind)]
