"""Slim and Alpine variants: the stage keeps a shell and a package manager, but maybe another one."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from dockls.edits import delete, insert_after, keyword
from dockls.knowledge import ImageFacts, Variant, alpine, facts, slim
from dockls.knowledge.system_commands import is_only_with, is_translatable
from dockls.knowledge.variants import is_variant_known
from dockls.runtimes.accounts import accounts_of, groups_of
from dockls.runtimes.artifacts import conflict, taken_by
from dockls.runtimes.assumptions import DIGEST, assumptions, go_without_compiler
from dockls.runtimes.outcome import Switch, declared
from dockls.runtimes.programs import commands_of
from dockls.runtimes.requirements import compiles_otherwise, downloads_programs, installed_packages, missing_tools
from dockls.runtimes.run_translation import Systems, rewritten, shown_run
from dockls.runtimes.starting import check_start
from dockls.runtimes.subject import CannotSwitchError, Subject, subject_of
from dockls.semantics import Model, Stage
from dockls.syntax import Instruction
from dockls.text import Edit

_ROLES = ("sdk", "language", "jdk", "distro", "server")
#: what can be moved to another libc; of other images too little is known
_MOVABLE = ("golang", "node", "nginx", "nginxinc/nginx-unprivileged", "debian", "ubuntu", "alpine")


class _Root(NamedTuple):
    """One stage that gets another image, with what is known of both."""

    subject: Subject
    variant: str
    after: ImageFacts


def to_slim(subject: Subject) -> Switch | None:
    """The slim variant of the same image; None where there is nothing to do. Raises CannotSwitchError."""
    known = subject.facts
    if known.slim or known.family == "alpine" or known.distribution in ("distroless", None):
        return None
    return _switch(subject, slim, "slim")


def to_alpine(subject: Subject) -> Switch | None:
    """The same image on Alpine; None where there is nothing to do. Raises CannotSwitchError."""
    if subject.facts.distribution in ("alpine", "distroless", None):
        return None
    return _switch(subject, alpine, "alpine")


def _switch(subject: Subject, choose: Callable[[str], Variant], kind: str) -> Switch | None:
    known = subject.facts
    if not is_variant_known(known.family, kind) or known.role not in _ROLES:
        return None
    variant = choose(subject.written)
    if variant.image is None:
        raise CannotSwitchError(variant.reason)
    roots = [_root(subject, variant.image, choose)]
    while True:
        edits, notes = _edits(subject.model, roots)
        follower = _conflicting(subject.model, roots, edits)
        if follower is None:
            break
        roots.append(_following(subject.model, follower, choose))
    after = subject.model.updated(subject.model.tree.edited(edits))
    for root in roots:
        if root.after.libc != root.subject.facts.libc:
            notes += check_start(after, after.stages[root.subject.stage.index], root.after)
    return declared(subject, edits, _title(roots), [*notes, *_notes(roots)], ("environment", "command"))


class _Follower(NamedTuple):
    """A stage that must be switched as well, and why."""

    stage: Stage
    reason: str


def _root(subject: Subject, image: str, choose: Callable[[str], Variant]) -> _Root:
    place = subject.model.absolute(subject.place)
    after = subject.model.updated(subject.model.tree.edited([Edit(place, image)]))
    new = after.stages[subject.stage.index].base_image
    known = None if new is None else facts(new)
    if known is None or choose(subject.image).image != new:
        raise CannotSwitchError(f"`{image}` would not be the same version: a variable in the tag holds more than that")
    return _Root(subject, image, known)


def _following(model: Model, follower: _Follower, choose: Callable[[str], Variant]) -> _Root:
    """The root of a stage that must follow; raises CannotSwitchError, with the reason why it must, if it cannot."""
    subject = subject_of(model, follower.stage)
    if subject is None:
        raise CannotSwitchError(follower.reason)
    variant = choose(subject.written)
    if variant.image is None:
        raise CannotSwitchError(f"{follower.reason}, and {variant.reason}")
    try:
        root = _root(subject, variant.image, choose)
        _edits(model, [root])
    except CannotSwitchError as error:
        raise CannotSwitchError(
            f"{follower.reason}; switch stage {subject.stage.title} first ({error.reason})"
        ) from None
    return root


def _title(roots: list[_Root]) -> str:
    first = roots[0]
    names = ["runtime" if first.subject.is_runtime else f"stage {first.subject.stage.title}"]
    names += [f"stage {root.subject.stage.title}" for root in roots[1:]]
    return f"Switch {' and '.join(names)} to {first.variant}"


def _edits(model: Model, roots: Iterable[_Root]) -> tuple[list[Edit], list[str]]:
    """The edits that give the roots their images, with assumptions; each root's descendants are translated along."""
    edits: list[Edit] = []
    notes: list[str] = []
    for root in roots:
        subject = root.subject
        edits.append(Edit(model.absolute(subject.place), root.variant))
        if subject.facts.package_manager != root.after.package_manager:
            notes += _check_movable(root)
            for stage in subject.family:
                for instruction in stage.instructions:
                    found, more = _instruction_edits(root, stage, instruction)
                    edits += found
                    notes += more
        edits += _additions(root)
    return edits, notes


def _check_movable(root: _Root) -> list[str]:
    """Assumptions about moving to another libc; raises CannotSwitchError for what too little is known of."""
    known, family = root.subject.facts, root.subject.family
    if known.family not in _MOVABLE:
        raise CannotSwitchError(
            f"what runs on `{known.family}` may need {known.libc}: only Go, Node and nginx are known to move"
        )
    compiled = compiles_otherwise(family)
    if compiled is not None:
        raise CannotSwitchError(f"what `{compiled}` makes or installs may need {known.libc}")
    download = downloads_programs(family)
    if download is not None:
        raise CannotSwitchError(f"what `{download.program}` downloads in RUN may be made for {known.libc}")
    return go_without_compiler(family) if known.family == "golang" and root.after.libc == "musl" else []


def _instruction_edits(root: _Root, stage: Stage, instruction: Instruction) -> tuple[list[Edit], list[str]]:
    """What one instruction becomes where the package manager changes, and what that takes for granted."""
    before, after, model = root.subject.facts, root.after, root.subject.model
    if not is_translatable(before.package_manager, after.package_manager):
        raise CannotSwitchError(f"commands of {before.package_manager} cannot be translated")
    old, new = before.package_manager or "", after.package_manager or ""
    word = instruction.keyword
    if word == "RUN":
        found = rewritten(stage, instruction, Systems(old, new, groups_of(root.subject.family, old)))
        start = model.start_of(instruction)
        inside = [Edit(edit.span.shifted(start), edit.text) for edit in found.edits]
        return ([delete(model, instruction)] if found.gone else inside), list(found.notes)
    if word == "ONBUILD" and instruction.inner is not None and instruction.inner.keyword == "RUN":
        raise CannotSwitchError(f"`{shown_run(instruction)}` runs in other builds and is not translated")
    if word == "SHELL" and instruction.words:
        shell = instruction.words[0].value.rpartition("/")[2]
        if shell != "sh":
            raise CannotSwitchError(f"SHELL asks for `{shell}`, which the new image does not have")
    if word in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
        for command in commands_of(instruction):
            if is_only_with(command.program, old):
                raise CannotSwitchError(f"{word} calls `{command.program}`, which the new image does not have")
    _check_users(root, instruction)
    return [], []


def _check_users(root: _Root, instruction: Instruction) -> None:
    """Raises CannotSwitchError for a user or group that only the old image has, or has by another number."""
    written = ""
    if instruction.keyword == "USER" and instruction.words:
        written = instruction.words[0].text
    elif instruction.keyword in ("COPY", "ADD"):
        flag = instruction.parsed.flag("chown")
        written = (flag.value or "") if flag is not None else ""
    before, after = root.subject.facts.users, root.after.users
    made = {
        account.name
        for stage in root.subject.family
        for account in accounts_of(stage, root.subject.facts.package_manager or "")
        if account.operands
    }
    for name in written.split(":"):
        if name in before and before[name] != after.get(name) and name not in made:
            raise CannotSwitchError(f"the user `{name}` of the old image does not exist in the new one")


def _additions(root: _Root) -> list[Edit]:
    """A RUN behind FROM that installs the tools which only the old image brings along."""
    subject = root.subject
    packages = missing_tools(subject.family, subject.facts, root.after)
    sets_zone = any("TZ" in stage.final_state.environment for stage in subject.family)
    if sets_zone and subject.facts.has_tzdata and not root.after.has_tzdata:
        packages.append("tzdata")
    installed = installed_packages(subject.family)
    packages = [package for package in dict.fromkeys(packages) if package not in installed]
    if not packages:
        return []
    if root.after.user != "root":
        raise CannotSwitchError(f"`{packages[0]}` would have to be installed, and the image does not run as root")
    model = subject.model
    return [insert_after(model, subject.stage.declaration, [f"{keyword(model, 'RUN')} {_install(root, packages)}"])]


def _install(root: _Root, packages: list[str]) -> str:
    if root.after.package_manager == "apk":
        return f"apk add --no-cache {' '.join(packages)}"
    names = " ".join(packages)
    return f"apt-get update && apt-get install -y --no-install-recommends {names} && rm -rf /var/lib/apt/lists/*"


def _conflicting(model: Model, roots: list[_Root], edits: list[Edit]) -> _Follower | None:
    """A stage whose `node_modules` would land on another libc and that has to follow, None if there is none.

    Raises CannotSwitchError for everything else that could not run where it is copied to.
    """
    after = model.updated(model.tree.edited(edits))
    moved = {stage.index for root in roots for stage in root.subject.family}
    known = {(stage.index, conflict(model, stage, taken)) for stage in model.stages for taken in taken_by(model, stage)}
    for stage in after.stages:
        for taken in taken_by(after, stage):
            maker = taken.artifact.stage
            if stage.index not in moved and (maker is None or maker.index not in moved):
                continue
            reason = conflict(after, stage, taken)
            if reason is None or (stage.index, reason) in known:
                continue
            if taken.artifact.kind == "modules" and maker is not None and maker.index not in moved:
                return _Follower(model.stages[maker.root.index], reason)
            if stage.index not in moved:
                reason = f"{reason}: switch stage {stage.title}, which takes this one along"
            raise CannotSwitchError(reason)
    return None


def _notes(roots: list[_Root]) -> list[str]:
    found: list[str] = []
    for root in roots:
        subject = root.subject
        if "@" in subject.written:
            found.append(DIGEST)
        found += assumptions(subject, root.after)
    return found
