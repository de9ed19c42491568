"""Gives copied files to their user with `COPY --chown` instead of a RUN that changes the owner afterwards.

A `chown -R` writes every file a second time, into a layer of its own: the image holds all of them twice. With `--chown`
they belong to the user from the start. The folder itself may have been there before (WORKDIR makes it), so it is given
away by a `chown` of its own, which costs nothing.

Owners and files stay the same. It is refused where `chown -R` is about other files, too: those that another step makes
or may have made, or a base image brings in a folder that no WORKDIR makes; and where the user is created below the COPY
or is not known.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
RUN <|>chown -R node:node /app
USER node
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY --chown=node:node . .
RUN chown node:node /app
USER node
CMD ["node", "server.js"]
```
"""

from typing import NamedTuple

from dockls.rearranging import with_flag, without_link
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, joined
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import Copy, copies_of, files_of
from dockls.semantics.run_chain import Link, chain_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: commands that leave no files in the folders that people copy to
_ELSEWHERE = frozenset(("apt-get", "apk", "dnf", "yum", "microdnf", "useradd", "adduser", "groupadd", "addgroup"))
_CREATING = frozenset(("useradd", "adduser", "groupadd", "addgroup"))
_QUIET = frozenset(("set", "echo", "true", "rm", "chown", "chmod"))


class _Given(NamedTuple):
    """What a `chown` says: user, group (root's where it names none), paths, and whether it goes into folders."""

    user: str
    group: str
    paths: tuple[str, ...]
    recursive: bool


@refactoring(title="Set the owner with COPY --chown", kind="refactor.rewrite.copy", grade="equivalent", improves=17)
def own_files_on_copy(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a `chown` of a RUN."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or "chown" not in run.text:
        return None
    links = chain_of(stage, run)
    number = _number(model, run, links, selection.start)
    if links is None or number is None or any(one.remembered for one in links[:number]):
        return None
    command = next((one for one in executed_by(stage, run) if one.command is links[number].commands[0]), None)
    given = None if command is None or len(links[number].commands) > 1 else _given(command)
    if command is None or given is None:
        return None
    copies = _copies(stage, run, given)
    if not copies:
        return None
    reason = _reason(stage, run, command, given, copies)
    if reason is not None:
        return Refused(reason)
    return Plan(_edits(model, run, links, number, given, copies), _assumed(stage, given))


def _number(model: Model, run: Instruction, links: tuple[Link, ...] | None, offset: int) -> int | None:
    """The link with `chown` at the cursor, or the only one where the cursor is elsewhere in the RUN."""
    owning = [number for number, link in enumerate(links or ()) if link.commands[0].program == "chown"]
    here = [n for n in owning if links is not None and links[n].span.contains(offset - model.start_of(run))]
    found = here or owning
    return found[0] if len(found) == 1 else None


def _given(command: Executed) -> _Given | None:
    options = [word for word in command.words[1:] if word.startswith("-")]
    owner, *operands = [word for word in command.words[1:] if not word.startswith("-")] or [""]
    user, colon, group = owner.partition(":")
    paths = [joined(command.directory, word) for word in operands]
    if not operands or any(path is None or set(path) & set("$*?[{~") for path in paths) or set(owner) & set("$`."):
        return None
    if not set(options) <= {"-R", "--recursive"} or (colon and not group):
        return None
    found = tuple([path for path in paths if path is not None])
    return _Given(user or "root", group or "root", found, bool(options))


def _copies(stage: Stage, run: Instruction, given: _Given) -> list[Copy]:
    """The COPY and ADD instructions above whose files belong to root and are given away."""
    above = stage.instructions[: stage.instructions.index(run)]
    found: list[Copy] = []
    for copy in copies_of(stage):
        path = copy.destination
        if copy.instruction not in above or copy.instruction.parsed.flag("chown") is not None or path is None:
            continue
        inside = any(_lies_in(path, folder) for folder in given.paths) if given.recursive else path in given.paths
        if inside:
            found.append(copy)
    return found


def _lies_in(path: str, folder: str) -> bool:
    return (path.rstrip("/") + "/").startswith(folder.rstrip("/") + "/")


def _reason(stage: Stage, run: Instruction, command: Executed, given: _Given, copies: list[Copy]) -> str | None:
    first = stage.instructions.index(copies[0].instruction)
    if (stage.state_before(run).user or "root").partition(":")[0] not in ("root", "0"):
        return "only root can give files away, and this step runs as another user"
    for entry in files_of(stage):
        others = entry.origin not in ("workdir", "context", "heredoc", "stage") and entry.instruction is not run
        if others and any(_lies_in(entry.path, folder) for folder in given.paths):
            return f"`{entry.path}` is made by another step and given away, too"
    for other in executed(stage):
        position = stage.instructions.index(other.instruction)
        below = position > stage.instructions.index(run)
        later = other.instruction is run and other.offset + other.command.span.start >= command.place.span.start
        if below or later or other.command.program in (*_ELSEWHERE, *_QUIET):
            continue
        if given.recursive:
            return f"`{' '.join(other.words[:3])}` may make files in `{given.paths[0]}`, which are given away, too"
    if stage.parent is not None:
        return f"stage {stage.parent.title} may hold files in `{given.paths[0]}`, which are given away, too"
    return _unknown(stage, first, given)


def _unknown(stage: Stage, first: int, given: _Given) -> str | None:
    """Why a user or group cannot be named by the COPY."""
    known = base_facts(stage)
    users = set() if known is None else set(known.users)
    if known is not None and given.recursive and known.document_root in given.paths:
        return f"`{stage.base_image}` has files in `{known.document_root}`, which are given away, too"
    for name in (given.user, given.group):
        if name.isdigit() or name in users or name in ("root", "0"):
            continue
        creating = [one for one in executed(stage) if one.command.program in _CREATING and name in one.words]
        if not creating:
            return f"who `{name}` is is not known"
        if min(stage.instructions.index(one.instruction) for one in creating) > first:
            return f"`{name}` is created below the COPY"
    return None


def _assumed(stage: Stage, given: _Given) -> tuple[str, ...]:
    workdirs = [entry.path for entry in files_of(stage) if entry.origin == "workdir"]
    unknown = [path for path in given.paths if given.recursive and path not in workdirs]
    return tuple([f"the base image has nothing in `{path}`" for path in unknown])


def _edits(
    model: Model, run: Instruction, links: tuple[Link, ...], number: int, given: _Given, copies: list[Copy]
) -> tuple[Edit, ...]:
    owner = f"--chown={given.user}:{given.group}"
    changes = [with_flag(model, copy.instruction, owner) for copy in copies]
    files = [copy.destination for copy in copies if not copy.is_folder and not given.recursive]
    if set(given.paths) <= set(files):
        return (*changes, without_link(model, run, links, number))
    text = model.tree.text
    span = links[number].span.shifted(model.start_of(run))
    kept = text[span.start : span.end].replace(" -R ", " ", 1).replace(" --recursive ", " ", 1)
    return (*changes, Edit(span, kept)) if kept != text[span.start : span.end] else tuple(changes)
