"""A step that is always the same stands below files that change all the time.

Each step below a COPY is done again when one of the files it takes changes. An account that is made, or a file of
settings that is copied, above the sources or the built program stays in the cache, and is neither built nor pushed
again.

Told are RUNs that only make users and groups, and settings (`nginx.conf`, `package.json`) that are copied below what
another stage has built. Nothing is said where they may depend on what stands between: a variable, another user or
shell, files in the same place, a script or an install of packages, which may make accounts of its own.

```dockerfile
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN go build -o /server .

FROM alpine:3.24
COPY --from=build /server /usr/local/bin/
RUN adduser -D app
    ^^^^^^^^^^^^^^ hint: `adduser` is done again whenever `/server` changes; let it stand above that COPY
USER app
CMD ["server"]
```

->

```dockerfile
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY . .
RUN go build -o /server .

FROM alpine:3.24
RUN adduser -D app
COPY --from=build /server /usr/local/bin/
USER app
CMD ["server"]
```
"""

import posixpath
from collections.abc import Collection, Iterator
from functools import partial
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_ADDING = frozenset(("useradd", "adduser", "groupadd", "addgroup"))
#: what may stand between without a bearing on accounts
_PASSED = frozenset(("LABEL", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "VOLUME", "CMD", "ENTRYPOINT", "MAINTAINER"))
_SETTINGS = (".conf", ".cfg", ".cnf", ".ini", "package.json")
#: accounts are kept here, or copied from here
_SYSTEM = ("/etc", "/home", "/root", "/var", "/bin", "/sbin", "/lib", "/usr/sbin")


class _Anchor(NamedTuple):
    """The first COPY of files that change, and where this and the copies below it write to."""

    copy: Copy
    source: str
    destinations: list[str]
    #: whether nothing below it has changed the folder or a variable
    is_same: bool


@file_rule(severity=Severity.HINT, theme="cache", group="strict")
def late_stable_step(model: Model) -> Iterator[Finding]:
    """Look at stages that make accounts or copy settings."""
    for stage in model.stages:
        if _is_worthwhile(stage):
            yield from _of_stage(model, stage)


def _is_worthwhile(stage: Stage) -> bool:
    """Whether there is a step that could be told; remembered, because all stages are looked at after each keystroke."""
    found = stage.section.memo.get(late_stable_step)
    if found is None:
        found = stage.section.memo[late_stable_step] = any(map(_is_candidate, stage.instructions))
    return bool(found)


def _is_candidate(instruction: Instruction) -> bool:
    wanted: Collection[str] = _ADDING if instruction.keyword == "RUN" else _SETTINGS
    return instruction.keyword in ("RUN", "COPY", "ADD") and any(word in instruction.text for word in wanted)


def _of_stage(model: Model, stage: Stage) -> Iterator[Finding]:
    """Walk down from the first COPY of sources or results."""
    copies = {copy.instruction: copy for copy in copies_of(stage)}
    anchor: _Anchor | None = None
    for instruction in stage.instructions if copies else ():
        copy = copies.get(instruction)
        if copy is not None:
            if anchor is not None and _is_apart_setting(copy, anchor):
                yield _finding(instruction, anchor, copy.sources[0], True)
            anchor = _with(model, anchor, copy)
        elif anchor is None or instruction.keyword in _PASSED:
            continue
        elif instruction.keyword in ("WORKDIR", "ENV", "ARG"):
            anchor = anchor._replace(is_same=False)
        elif instruction.keyword != "RUN":
            anchor = None
        elif (program := _account(stage, instruction)) is not None:
            if _is_apart_account(stage, instruction, anchor):
                yield _finding(instruction, anchor, program, False)
        elif not _is_harmless(stage, instruction):
            anchor = None


def _with(model: Model, anchor: _Anchor | None, copy: Copy) -> _Anchor | None:
    if copy.destination is None:
        return None
    if anchor is not None:
        anchor.destinations.append(copy.destination)
        return anchor
    source = next((source for source in copy.sources if _changes(model, copy, source)), None)
    return None if source is None else _Anchor(copy, source, [copy.destination], True)


def _changes(model: Model, copy: Copy, source: str) -> bool:
    """Whether the source is made of the project's own files."""
    from dockls.knowledge import holds_dependencies
    from dockls.knowledge.ordering import is_source_file, is_source_folder

    if copy.from_image or holds_dependencies(source) or copy.instruction.heredocs:
        return False
    if copy.stage is None:
        return source in (".", "./") or is_source_folder(source) or is_source_file(source)
    if copy.stage >= len(model.stages):
        return False
    own = [one for one in copies_of(model.stages[copy.stage]) if one.stage is None and not one.from_image]
    return any("://" not in source for one in own for source in one.sources)


def _is_apart_setting(copy: Copy, anchor: _Anchor) -> bool:
    """Whether a COPY of one file of settings may as well stand above."""
    if anchor.copy.stage is None or copy.stage is not None or copy.from_image or not anchor.is_same:
        return False
    if len(copy.sources) != 1 or "$" in copy.instruction.text or copy.destination is None or copy.instruction.heredocs:
        return False
    is_linked = any(flag.name == "link" for flag in copy.instruction.flags)
    path = copy.destination
    if copy.is_folder:
        path = posixpath.join(path, posixpath.basename(copy.sources[0]))
    return copy.sources[0].endswith(_SETTINGS) and not is_linked and _is_apart(path, anchor)


def _account(stage: Stage, instruction: Instruction) -> str | None:
    """The program of a RUN that only makes accounts."""
    commands = executed_by(stage, instruction)
    plain = [one.words for one in commands if not one.conditional and not one.command.redirects]
    if not commands or instruction.flags or len(plain) < len(commands):
        return None
    return plain[0][0] if all(words[0] in _ADDING for words in plain) else None


def _is_apart_account(stage: Stage, instruction: Instruction, anchor: _Anchor) -> bool:
    """Whether accounts may as well be made above: nothing that was copied has to do with them."""
    if "$" in instruction.text or "`" in instruction.text or "#" in instruction.text:
        return False
    paths = [word.partition("=")[2] or word for one in executed_by(stage, instruction) for word in one.words[1:]]
    paths = [path for path in paths if path.startswith("/")]
    return all(_is_apart(path, anchor) for path in (*_SYSTEM, *paths))


def _is_apart(path: str, anchor: _Anchor) -> bool:
    """Whether a path and all that is copied have no file in common."""
    own = path.rstrip("/") + "/"
    others = [other.rstrip("/") + "/" for other in anchor.destinations]
    return not any(own.startswith(other) or other.startswith(own) for other in others)


def _is_harmless(stage: Stage, instruction: Instruction) -> bool:
    """Whether a RUN is a build, or everyday commands, and makes no accounts."""
    from dockls.knowledge import build_command, is_plain

    commands = executed_by(stage, instruction)
    return bool(commands) and all(is_plain(one.words) or build_command(list(one.words)) for one in commands)


def _finding(instruction: Instruction, anchor: _Anchor, name: str, is_copy: bool) -> Finding:
    origin = anchor.copy.instruction
    changing = "a source file" if anchor.source in (".", "./") else f"`{anchor.source}`"
    done = "copied" if is_copy else "done"
    message = f"`{name}` is {done} again whenever {changing} changes; let it stand above that COPY"
    place = on_first_line(instruction, Span(instruction.body_span.start, instruction.body_span.end))
    related = (Related(Place(origin, origin.head_span), "takes files that change"),)
    fix = Fix("Move it up", partial(_moved, instruction, origin), safe=False)
    return Finding(place, message, related, (fix,))


def _moved(instruction: Instruction, origin: Instruction, model: Model) -> list[Edit]:
    start = edits.block_span(model, origin).start
    return [Edit(Span(start, start), edits.source(model, instruction)), edits.delete(model, instruction)]
