"""An ARG that is different in every build, declared above installs that do not use it.

The value of every ARG above a RUN belongs to what BuildKit looks up in its cache, used or not. Declared too early, a
commit id or a build date makes each build install everything again. LABEL, EXPOSE and the like do not make later steps
run again; an ENV does.

```dockerfile
FROM alpine
ARG GIT_COMMIT
    ^^^^^^^^^^ warning: `GIT_COMMIT` changes with every build and makes `apk add` run again; declare it where it is used
RUN apk add --no-cache curl
COPY app /app
LABEL revision=$GIT_COMMIT
```

->

```dockerfile
FROM alpine
RUN apk add --no-cache curl
COPY app /app
ARG GIT_COMMIT
LABEL revision=$GIT_COMMIT
```

Names tell what changes with each build: `GIT_COMMIT`, `BUILD_DATE`, `CI_…`, and `VERSION` where its default leaves it
open. Nothing is said of versions of tools (`NODE_VERSION`), of an ARG whose default is a value of its own, of one that
is there to break the cache (`CACHEBUST`), of one above the first FROM, and of steps that might read it from their
environment: builds and scripts.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.execution import Executed


class Early(NamedTuple):
    """An ARG with what must move along, the installs it touches, and where the first use stands (None: nowhere)."""

    group: tuple[Instruction, ...]
    installs: "tuple[Executed, ...]"
    use: Instruction | None


@stage_rule(severity=Severity.WARNING)
def cache_busting_argument(stage: Stage) -> Iterator[Finding]:
    """Look at every ARG whose name tells that it changes with each build."""
    found: list[tuple[Place, str, Early]] = []
    for number, instruction in enumerate(stage.instructions):
        if instruction.keyword != "ARG":
            continue
        pairs = [pair for pair in instruction.pairs if _is_volatile(stage, pair.name, pair.value)]
        if pairs and not _declared_again(stage.instructions, instruction):
            early = _followed(stage, instruction, stage.instructions[number + 1 :])
            found += [(Place(instruction, pair.name_span), pair.name, early) for pair in pairs if early.installs]
    for place, name, early in found:
        yield _finding(place, name, early, _joined(stage, early, [other for _, _, other in found]))


def _joined(stage: Stage, early: Early, others: Sequence[Early]) -> Early:
    """What moves together because a LABEL or an ENV takes the values of several ARGs, as one group."""
    members, uses = set(early.group), [early.use]
    for _ in others:
        for other in others:
            if not members.isdisjoint(other.group) and not members.issuperset(other.group):
                members |= set(other.group)
                uses.append(other.use)
    order = stage.instructions
    places = [order.index(use) for use in uses if use is not None]
    group = tuple([instruction for instruction in order if instruction in members])
    return Early(group, early.installs, order[min(places)] if places else None)


def _is_volatile(stage: Stage, name: str, default: str | None) -> bool:
    from dockls.knowledge import is_cache_buster, is_open_default, is_volatile_name

    if default is None:
        default = stage.graph_arguments.get(name)
    # Tools of all kinds read SOURCE_DATE_EPOCH.
    if name == "SOURCE_DATE_EPOCH" or not is_open_default(default):
        return False
    return is_volatile_name(name, default) and not is_cache_buster(name)


def _declared_again(instructions: Sequence[Instruction], this: Instruction) -> bool:
    names = {pair.name for pair in this.pairs}
    return any(
        not names.isdisjoint([pair.name for pair in other.pairs])
        for other in instructions
        if other is not this and other.keyword in ("ARG", "ENV") and not _takes_over(other, names)
    )


def _takes_over(instruction: Instruction, names: set[str]) -> bool:
    """Whether an ENV only makes an ARG last: ``ENV GIT_COMMIT=$GIT_COMMIT``."""
    return instruction.keyword == "ENV" and all(
        pair.name in names and _mentions(pair.value or "", {pair.name}) for pair in instruction.pairs
    )


def _followed(stage: Stage, argument: Instruction, below: Sequence[Instruction]) -> Early:
    """Walk down from an ARG to its first use."""
    names = {pair.name for pair in argument.pairs}
    group, installs = [argument], list["Executed"]()
    for instruction in below:
        mentioned = _mentions(instruction.text, names)
        if instruction.keyword == "RUN":
            found = None if mentioned else _installs(stage, instruction)
            if found is None:
                return Early(tuple(group), tuple(installs), instruction)
            installs += found
        elif mentioned and instruction.keyword in ("LABEL", "ARG", "ENV"):
            if any(
                not _mentions(pair.value or "", names) for pair in instruction.pairs if instruction.keyword != "LABEL"
            ):
                return Early(tuple(group), tuple(installs), instruction)
            group.append(instruction)
            names |= {pair.name for pair in instruction.pairs if instruction.keyword != "LABEL"}
        elif mentioned or instruction.keyword == "ONBUILD":
            return Early(tuple(group), tuple(installs), instruction)
    return Early(tuple(group), tuple(installs), None)


def _mentions(text: str, names: set[str]) -> bool:
    """Whether one of the names stands in a text as a word of its own."""
    for name in names:
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            before, after = text[start - 1 : start], text[end : end + 1]
            if not (before.isalnum() or before == "_" or after.isalnum() or after == "_"):
                return True
            start = text.find(name, end)
    return False


def _installs(stage: Stage, instruction: Instruction) -> "list[Executed] | None":
    """The installs of a RUN; None if one of its commands may read a variable from its environment."""
    from dockls.knowledge import install_command, is_independent, is_plain, package_install
    from dockls.semantics.execution import executed_by

    commands = executed_by(stage, instruction)
    found: list[Executed] = []
    for each in commands:
        if package_install(each.words) is not None:
            found.append(each)
            continue
        install = install_command(each.words)
        if install is not None and not install.needs_sources:
            found.append(each)
        elif not is_independent(each.words) and not is_plain(each.words):
            return None
    return found if commands else None


def _finding(place: Place, name: str, early: Early, moved: Early) -> Finding:
    from dockls.knowledge import is_volatile_name

    first = early.installs[0]
    words = [word for word in first.words if not word.startswith("-")]
    command = " ".join(words[: 3 if words[1:2] == ["mod"] else 2])
    keywords = [instruction.keyword for instruction in moved.group]
    title = f"Declare `{name}` where it is used"
    strong = is_volatile_name(name, "1.0")
    return Finding(
        place,
        f"`{name}` changes with every build and makes `{command}` run again; declare it where it is used",
        related=tuple([Related(each.place, "runs again in every build") for each in early.installs]),
        fixes=(Fix(title, lambda model: _moved(model, moved), safe="ENV" not in keywords),),
        severity=None if strong else Severity.INFORMATION,
    )


def _moved(model: Model, early: Early) -> list[Edit] | None:
    """Take the ARG and what depends on it down to above the first use, or below the last step."""
    text = "".join([edits.source(model, instruction) for instruction in early.group])
    if early.use is not None:
        start = edits.block_span(model, early.use).start
    else:
        stage = model.stage_at(model.start_of(early.group[0]))
        steps = [each for each in (stage.instructions if stage else ()) if each.keyword in ("RUN", "COPY", "ADD")]
        start = model.start_of(steps[-1]) + len(steps[-1].text)
        if not steps[-1].text.endswith("\n"):
            ending = edits.line_ending(model)
            text = ending + text.removesuffix(ending)
    return [*[edits.delete(model, instruction) for instruction in early.group], Edit(Span(start, start), text)]
