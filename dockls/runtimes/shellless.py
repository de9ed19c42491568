"""Distroless images and scratch: no shell, no package manager, no tools."""

from collections.abc import Iterable

from dockls.edits import delete, insert_after, keyword, line_ending
from dockls.knowledge import Variant, distroless, facts
from dockls.runtimes.artifacts import Artifact, conflict, program_at, taken_by
from dockls.runtimes.assumptions import DIGEST
from dockls.runtimes.commands_without_shell import Program, go_program, node_program
from dockls.runtimes.essentials import Essentials, copied_essentials
from dockls.runtimes.outcome import Switch, declared
from dockls.runtimes.shellless_users import numbers_of, user_edit
from dockls.runtimes.subject import CannotSwitchError, Subject, is_used
from dockls.runtimes.vanishing import Needs, needs_of
from dockls.semantics import Stage
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction
from dockls.text import Edit

_ROLES = ("sdk", "language", "jdk", "distro", "runtime")
_ALLOWED = ("environment", "command", "entrypoint", "user", "healthcheck", "shell")


def to_distroless(subject: Subject) -> Switch | None:
    """The distroless image that can run what the stage starts; None where there is nothing to do.

    Raises CannotSwitchError.
    """
    known = subject.facts
    if known.distribution == "distroless" or not _is_sensible(subject):
        return None
    runs = {instruction: needs_of(subject, instruction) for instruction in _runs(subject.stage)}
    if known.family == "node":
        program = node_program(subject)
        variant = distroless(subject.written, "javascript")
        if variant.image is None and "$" in subject.written:
            raise CannotSwitchError("the version of Node is a variable, and the names of distroless images hold it")
    else:
        program, artifact = _go(subject, absolute=False)
        variant = distroless("", "go", ("glibc",) if artifact.libc == "glibc" else ())
    return _switched(subject, _image(variant), program, runs, None)


def to_chainguard(subject: Subject) -> Switch | None:
    """Chainguard's image for the Go program that the stage starts; None where there is nothing to do.

    Raises CannotSwitchError.
    """
    if subject.facts.family.startswith("chainguard/") or not _is_sensible(subject):
        return None
    if subject.facts.language == "javascript":
        raise CannotSwitchError("Chainguard's image of Node starts `node` by itself, in its newest version alone")
    runs = {instruction: needs_of(subject, instruction) for instruction in _runs(subject.stage)}
    program, artifact = _go(subject, absolute=False)
    image = "cgr.dev/chainguard/" + ("glibc-dynamic" if artifact.libc == "glibc" else "static")
    switch = _switched(subject, image, program, runs, None)
    sentences = (*switch.assumptions, f"`{image}` is what its tag `latest` names today")
    return switch._replace(assumptions=sentences)


def to_scratch(subject: Subject) -> Switch | None:
    """No image at all, for a static program; None where there is nothing to do. Raises CannotSwitchError."""
    interpreted = subject.facts.language not in (None, "go", "rust", "c", "haskell", "swift")
    if interpreted or subject.facts.role == "server" or not _is_sensible(subject):
        return None
    runs = {instruction: needs_of(subject, instruction) for instruction in _runs(subject.stage)}
    program, artifact = _go(subject, absolute=True)
    if artifact.libc != "static":
        raise CannotSwitchError(f"`{program.words[0]}` is not static ({artifact.why}): build it with CGO_ENABLED=0")
    needs = Needs(any(each.certificates for each in runs.values()), any(each.zones for each in runs.values()))
    essentials = copied_essentials(subject, needs, artifact.stage)
    return _switched(subject, "scratch", program, runs, essentials)


def _is_sensible(subject: Subject) -> bool:
    """Whether the stage is an image of its own; raises CannotSwitchError where too little is known of it."""
    model, stage, known = subject.model, subject.stage, subject.facts
    if is_used(model, stage) or known.role not in (*_ROLES, "server") or known.family == "scratch":
        return False
    if known.role == "server":
        raise CannotSwitchError(f"`{known.family}` needs its image: there is none of it without a shell")
    if known.language not in (None, "go", "javascript") or (known.language == "javascript" and known.family != "node"):
        raise CannotSwitchError(f"only Go and Node are known well enough to run without a shell, not `{known.family}`")
    return True


def _runs(stage: Stage) -> list[Instruction]:
    return [instruction for instruction in stage.instructions if instruction.keyword == "RUN"]


def _go(subject: Subject, absolute: bool) -> tuple[Program, Artifact]:
    """The Go program that the stage starts, and how it is linked; raises CannotSwitchError where it starts none."""
    program = go_program(subject, absolute)
    path = program.words[0]
    artifact = program_at(subject.model, subject.stage, path)
    if artifact.kind == "context":
        raise CannotSwitchError(f"`{path}` comes from the build context; what it needs to run is not known")
    if artifact.kind == "portable":
        raise CannotSwitchError(f"`{path}` is a script and needs a shell, which the new image does not have")
    if artifact.kind != "program":
        raise CannotSwitchError(f"`{path}` is not known to be a Go program: {artifact.why or 'it is something else'}")
    if artifact.libc not in ("static", "glibc"):
        needs = artifact.libc or "libraries that are not known"
        raise CannotSwitchError(f"`{path}` may need {needs} ({artifact.why}): build it with CGO_ENABLED=0 first")
    return program, artifact


def _image(variant: Variant) -> str:
    """The image of a variant, running as root; raises CannotSwitchError with the variant's reason if there is none."""
    if variant.image is None:
        raise CannotSwitchError(variant.reason)
    return variant.image.removesuffix(":nonroot")


class _Edits:
    """The edits of a switch, gathered; spans of instructions become absolute here."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.edits: list[Edit] = []

    def at(self, instruction: Instruction, edit: Edit) -> None:
        start = self._subject.model.start_of(instruction)
        self.edits.append(Edit(edit.span.shifted(start), edit.text))

    def remove(self, instruction: Instruction) -> None:
        self.edits.append(delete(self._subject.model, instruction))

    def replace_body(self, instruction: Instruction, lines: Iterable[str]) -> None:
        """Puts other instructions in the place of one, whose comments stay."""
        text = line_ending(self._subject.model).join(lines)
        self.at(instruction, Edit(instruction.span, text))


def _switched(
    subject: Subject, image: str, program: Program, runs: dict[Instruction, Needs], essentials: Essentials | None
) -> Switch:
    model, stage = subject.model, subject.stage
    gathered = _Edits(subject)
    notes = list(program.notes)
    numbers = numbers_of(subject)
    known = facts(image)
    new_users = {} if known is None else known.users
    same = frozenset(
        name for name, number in new_users.items() if numbers.users.get(name) == (str(number), str(number))
    )
    lowered = False
    for instruction in stage.instructions:
        if instruction.keyword in ("USER", "COPY", "ADD"):
            edit = user_edit(subject, instruction, numbers, same)
            if edit is not None:
                gathered.at(instruction, edit)
                lowered = lowered or (instruction.keyword == "USER" and not edit.text.startswith("0:"))
        elif instruction.keyword == "SHELL":
            gathered.remove(instruction)
        elif instruction.keyword == "ONBUILD" and instruction.inner is not None and instruction.inner.keyword == "RUN":
            raise CannotSwitchError("ONBUILD RUN needs a shell, which the new image does not have")
    if lowered:
        notes.append("nothing looks the user up by name, and HOME may be /: no account is listed for the number")
    for instruction, edit in program.edits():
        gathered.at(instruction, edit)
    _without_runs(gathered, subject, runs, essentials)
    notes += _opened(gathered, subject, essentials)
    gathered.edits.append(Edit(model.absolute(subject.place), image))
    _check_copies(subject, gathered.edits)
    notes += _notes(subject, image)
    notes += () if essentials is None else essentials.notes
    return declared(subject, gathered.edits, f"Switch runtime to {image}", notes, _ALLOWED)


def _without_runs(
    gathered: _Edits, subject: Subject, runs: dict[Instruction, Needs], essentials: Essentials | None
) -> None:
    """Leaves the RUN instructions out; the first that installed something makes room for what is copied instead."""
    replaced = essentials is None or not essentials.lines
    for instruction, needs in runs.items():
        if not replaced and essentials is not None and (needs.certificates or needs.zones):
            gathered.replace_body(instruction, essentials.lines)
            replaced = True
        else:
            gathered.remove(instruction)


def _opened(gathered: _Edits, subject: Subject, essentials: Essentials | None) -> list[str]:
    """Lines behind FROM that keep user and working directory, and copy what no RUN makes room for."""
    model, stage = subject.model, subject.stage
    lines: list[str] = []
    notes: list[str] = []
    if essentials is not None and essentials.lines and not essentials.in_place_of_run:
        lines += essentials.lines
    if subject.facts.workdir != "/" and not _sets_workdir(stage):
        lines.append(f"{keyword(model, 'WORKDIR')} {subject.facts.workdir}")
        notes.append(f"nothing is written to {subject.facts.workdir}, which belongs to root now")
    if subject.facts.uid not in (0, None) and not any(each.keyword == "USER" for each in stage.instructions):
        lines.append(f"{keyword(model, 'USER')} {subject.facts.uid}:{subject.facts.uid}")
    if lines:
        gathered.edits.append(insert_after(model, stage.declaration, lines))
    return notes


def _sets_workdir(stage: Stage) -> bool:
    """Whether an absolute WORKDIR stands before everything that depends on it."""
    for instruction in stage.instructions:
        if instruction.keyword == "WORKDIR" and instruction.words:
            return instruction.words[0].text.startswith("/")
        if instruction.keyword in ("COPY", "ADD", "RUN"):
            return False
    return False


def _check_copies(subject: Subject, edits: list[Edit]) -> None:
    after = subject.model.updated(subject.model.tree.edited(edits))
    stage = after.stages[subject.stage.index]
    for taken in taken_by(after, stage):
        reason, maker = conflict(after, stage, taken), taken.artifact.stage
        if reason is not None and taken.artifact.libc == "musl" and maker is not None:
            raise CannotSwitchError(f"{reason}: switch stage {maker.title} to slim first")
        if reason is not None:
            raise CannotSwitchError(reason)


def _notes(subject: Subject, image: str) -> list[str]:
    found = []
    if "@" in subject.written:
        found.append(DIGEST)
    if "$" in subject.written:
        found.append(f"`{subject.written}` no longer decides which image is used")
    found.append("nobody opens a shell in the container, and the program starts no other one")
    if any(copy.stage is None and not copy.from_image for copy in copies_of(subject.stage)):
        found.append("files from the build context are no programs that need libraries or a shell")
    if image == "scratch":
        found.append("the program needs no /tmp, no /etc/passwd and no other file that is not copied")
    return found
