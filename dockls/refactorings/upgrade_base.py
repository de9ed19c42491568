"""Replaces a base image that nobody maintains any more by its successor.

An image whose tag is no longer rebuilt gets no security updates. The newest version of the same variant takes its
place, or, for a distribution, its current release. Images that are given up are replaced by those that took their
place: `openjdk:17` by `eclipse-temurin:17-jdk`, `centos:7` by `almalinux:9`. Which tags that are is known from a
table, whose date is told; whether the program runs there is for its tests to say. Stages that share packages of Python
or `node_modules` are upgraded together, for the packages are for one version of the interpreter.

It is refused where the variant has no known successor, and where the stage uses what the successor does not have: its
package manager, or the folder of its JDK. Nothing is offered for images of which nothing is known, for those with a
digest, and where a variable stands in the tag.

```dockerfile
FROM node:14-alpine<|>
COPY server.js .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
COPY server.js .
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Command, Model, Resolution, Stage, contract
from dockls.semantics.execution import executed
from dockls.semantics.interpreters import upgraded
from dockls.semantics.renaming import line_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

#: what the configuration of a base image passes on
_FIELDS = ("entrypoint", "command", "user", "workdir", "environment", "ports", "volumes", "stop_signal", "shell")


@refactoring(title="Upgrade the base image", kind="refactor.rewrite.base", grade="changing")
def upgrade_base(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a FROM with an image that is out of support."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage.base is None or not instruction.words:
        return None
    if stage.base.resolution is not Resolution.IMAGE or stage.base.mention.has_variable:
        return None
    from dockls.knowledge import successor

    text = instruction.words[0].text
    found = successor(text)
    if found is None:
        return None
    changed = upgraded(model.stages, stage, found.image)
    if changed is None and found.image is not None:
        return Refused("which image its packages are to be installed in, for the newer version, is not known")
    if changed is None:
        return Refused(found.reason)
    image = changed[0][1]
    reason = _missing(model, stage, image, found.gone)
    if reason is not None:
        return Refused(reason)
    rank = "which takes its place as of" if found.gone else "the newest of"
    images = dict.fromkeys(text for place, text in changed if place.item in [each.declaration for each in model.stages])
    names = " and ".join([f"`{name}`" for name in images])
    sentences = (found.reason.partition("; ")[0], f"what the file does works with {names}, {rank} {found.dated}")
    replaced = tuple([edits.replace(model, place, written) for place, written in changed])
    changes = _changed(model, model.updated(model.tree.edited(list(replaced))))
    return Plan(replaced, sentences, f"Upgrade the base image to {image}", changes)


def _missing(model: Model, stage: Stage, image: str, gone: tuple[str, ...]) -> str | None:
    """Why the stage, one that starts from it, or one that copies from it cannot do with the other image."""
    from dockls.knowledge import facts, package_install

    for instruction in _concerned(model, stage):
        for text in gone:
            position = instruction.text.find(text)
            if position >= 0:
                line = line_of(model, Place(instruction, Span(position, position + len(text))))
                return f"line {line} uses `{text}`, which is not to be found with `{image}`"
    known = facts(image)
    manager = None if known is None else _kind(known.package_manager)
    for each in _above(model, stage) if manager is not None else ():
        for command in executed(each):
            install = package_install(command.words)
            if install is not None and _kind(install.manager) != manager:
                return f"line {line_of(model, command.place)} calls `{install.program}`, which `{image}` does not have"
    return None


def _above(model: Model, stage: Stage) -> Iterator[Stage]:
    """The stage and those that start from it."""
    for other in model.stages[stage.index :]:
        above: Stage | None = other
        while above is not None and above is not stage:
            above = above.parent
        if above is not None:
            yield other


def _concerned(model: Model, stage: Stage) -> Iterator[Instruction]:
    """The instructions of those stages, and all that take files out of them."""
    stages = list(_above(model, stage))
    for each in stages:
        yield from each.instructions
    numbers = {each.index for each in stages}
    for reference in model.references:
        if reference.target in numbers and reference.mention.kind != "from":
            yield reference.mention.instruction


def _kind(manager: str | None) -> str | None:
    """Red Hat's images call dnf by the name of yum, too."""
    return "dnf" if manager == "yum" else manager


def _changed(before: Model, after: Model) -> frozenset[str]:
    """The base, and the parts of the contract that come from it and are others afterwards."""
    if before.target is None or after.target is None:
        return frozenset(("base",))
    old, new = contract(before.target), contract(after.target)
    fields = [field for field in _FIELDS if _part(getattr(old, field)) != _part(getattr(new, field))]
    return frozenset(("base", *fields))


def _part(value: object) -> object:
    """A command without the instruction that it comes from."""
    return value[:2] if isinstance(value, Command) else value
