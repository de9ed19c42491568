"""What a rule and a refactoring are, and how they are found: one module each, no list of them anywhere.

A room's file name, its function's name and its public name are the same (``unknown_stage.py`` holds
``def unknown_stage`` and is called ``unknown-stage``). The module's docstring is its manual.

A rule says by its decorator what it may see, so that an edit re-runs only what it can have changed:

=====================  ===========================  ==========================================================
decorator              the rule is given            it runs again when
=====================  ===========================  ==========================================================
``instruction_rule``   one `Instruction`            that instruction was edited
``stage_rule``         one `Stage`                  the stage, its base, or what its references resolve to changed
``linked_rule``        a `Linked`: a stage and all  the stage, or one that it takes files from, changed
``graph_rule``         the `Graph`                  a name, a reference or a global ARG changed
``file_rule``          the `Model`                  anything changed
=====================  ===========================  ==========================================================
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

from dockls.semantics import Graph, Model, Stage
from dockls.syntax import Instruction, Place
from dockls.text import Edit


class Severity(IntEnum):
    """How bad a finding is; the numbers are those of LSP's DiagnosticSeverity."""

    ERROR = 1
    WARNING = 2
    INFORMATION = 3
    HINT = 4

    @property
    def label(self) -> str:
        """The word shown to a user: error, warning, info or hint."""
        return ("", "error", "warning", "info", "hint")[self]


class Related(NamedTuple):
    """Another place that explains a finding."""

    place: Place
    message: str


class Fix(NamedTuple):
    """A way to mend a finding.

    `edits` is asked only when someone wants the fix; it is given the model of the snapshot to be edited and answers
    with absolute spans of that snapshot, or None if the fix does not apply after all. A `safe` fix keeps meaning and
    comments; an unsafe one may not.
    """

    title: str
    edits: Callable[[Model], Iterable[Edit] | None]
    safe: bool = True


class Finding(NamedTuple):
    """What a rule has to say about a place: one plain sentence that names the stage and the consequence."""

    place: Place
    message: str
    related: tuple[Related, ...] = ()
    fixes: tuple[Fix, ...] = ()
    #: fades the text in an editor (LSP DiagnosticTag.Unnecessary)
    unnecessary: bool = False
    #: strikes the text through in an editor (LSP DiagnosticTag.Deprecated)
    deprecated: bool = False
    #: set where this finding is graver or milder than its rule's default
    severity: Severity | None = None


#: what rules are about; the index of their pages is sorted by it
THEMES = {
    "syntax": "Syntax",
    "stages": "Stages and references",
    "variables": "Variables",
    "files": "Files that stages hand on",
    "cache": "Cache and build time",
    "compatibility": "What the final image can run",
    "security": "Security",
    "size": "Size",
    "style": "Style",
}
#: rules that run only where someone asks for their group
GROUPS = {
    "strict": "sound advice that many good files do not follow",
    "style": "how a file reads, not what it does",
}


class Linked(NamedTuple):
    """A stage, and all stages of the file by their numbers, to look up those that it takes files from."""

    stage: Stage
    stages: tuple[Stage, ...]


class Rule(NamedTuple):
    """A rule as the engine knows it; `sees` is ``instruction``, ``stage``, ``linked``, ``graph`` or ``file``.

    A rule without a `group` runs by default: what it finds is a defect in nearly every file that shows it.
    """

    name: str
    severity: Severity
    aliases: tuple[str, ...]
    sees: str
    check: Callable[[Any], Iterable[Finding]]
    module: str
    theme: str
    group: str | None

    @property
    def buildkit_check(self) -> str | None:
        """The name of the check of BuildKit that this rule is; None if it has none."""
        return next((alias for alias in self.aliases if alias.isalpha()), None)


def instruction_rule(
    severity: Severity, theme: str, aliases: tuple[str, ...] = (), group: str | None = None
) -> Callable[[Callable[[Instruction], Iterable[Finding]]], Rule]:
    """Declare a rule that looks at one instruction alone."""
    return lambda check: _rule(check, severity, aliases, "instruction", theme, group)


def stage_rule(
    severity: Severity, theme: str, aliases: tuple[str, ...] = (), group: str | None = None
) -> Callable[[Callable[[Stage], Iterable[Finding]]], Rule]:
    """Declare a rule that looks at one stage, the stages it inherits from, and what its references resolve to."""
    return lambda check: _rule(check, severity, aliases, "stage", theme, group)


def linked_rule(
    severity: Severity, theme: str, aliases: tuple[str, ...] = (), group: str | None = None
) -> Callable[[Callable[[Linked], Iterable[Finding]]], Rule]:
    """Declare a rule that looks at one stage and into the stages that it copies or mounts files from."""
    return lambda check: _rule(check, severity, aliases, "linked", theme, group)


def graph_rule(
    severity: Severity, theme: str, aliases: tuple[str, ...] = (), group: str | None = None
) -> Callable[[Callable[[Graph], Iterable[Finding]]], Rule]:
    """Declare a rule that looks at names and references only."""
    return lambda check: _rule(check, severity, aliases, "graph", theme, group)


def file_rule(
    severity: Severity, theme: str, aliases: tuple[str, ...] = (), group: str | None = None
) -> Callable[[Callable[[Model], Iterable[Finding]]], Rule]:
    """Declare a rule that looks at the whole file; it runs after every edit, so keep it cheap."""
    return lambda check: _rule(check, severity, aliases, "file", theme, group)


def _rule(
    check: Callable[[Any], Iterable[Finding]],
    severity: Severity,
    aliases: tuple[str, ...],
    sees: str,
    theme: str,
    group: str | None,
) -> Rule:
    if theme not in THEMES or group not in (None, *GROUPS):
        raise ValueError(f"a rule's theme is one of {', '.join(THEMES)}, its group one of {', '.join(GROUPS)}")
    name = check.__name__.replace("_", "-")
    return Rule(name, severity, aliases, sees, check, check.__module__, theme, group)


#: what a refactoring promises: see docs/architecture.md, "Grades"
GRADES = ("preserving", "equivalent", "changing")


class OtherFile(NamedTuple):
    """A file of the build context that a plan writes: its path there, its text before (None: it is new) and after.

    What is there stays: `text` begins with `before`.
    """

    path: str
    before: str | None
    text: str


class Plan(NamedTuple):
    """What a refactoring would do: edits of the snapshot, and what it takes for granted.

    `title` says what this plan does where the refactoring's own title is too general; `assumptions` are sentences the
    user confirms in the preview; `changes` names the parts of the image's contract that change by design
    (``base``, ``user``, ``ports``, ``command``, ``environment``, ``workdir`` ...), so that the engine does not refuse.
    `files` are written beside the Dockerfile.
    """

    edits: tuple[Edit, ...]
    assumptions: tuple[str, ...] = ()
    title: str | None = None
    changes: frozenset[str] = frozenset()
    grade: str | None = None
    files: tuple[OtherFile, ...] = ()


class Refused(NamedTuple):
    """Why a refactoring that a user would expect here must not be done."""

    reason: str


class Refactoring(NamedTuple):
    """A refactoring as the engine knows it.

    `plan` answers None, decided first and cheaply, where the refactoring has nothing to do with the selection.
    `settings` are the keys that ``--set KEY=VALUE`` accepts. `improves` is set where it serves everybody, so that it is
    a step of optimizing a file; lower numbers come first.
    """

    name: str
    title: str
    kind: str
    grade: str
    settings: tuple[str, ...]
    plan: "Callable[..., Plan | Refused | None]"
    module: str
    improves: int | None = None


def refactoring(
    title: str, kind: str, grade: str, settings: tuple[str, ...] = (), improves: int | None = None
) -> Callable[[Callable[..., Plan | Refused | None]], Refactoring]:
    """Declare a refactoring: a function of ``(model, selection, **settings)``."""
    if grade not in GRADES:
        raise ValueError(f"a refactoring's grade is one of {', '.join(GRADES)}, not {grade!r}")

    def declare(plan: Callable[..., Plan | Refused | None]) -> Refactoring:
        name = plan.__name__.replace("_", "-")
        return Refactoring(name, title, kind, grade, settings, plan, plan.__module__, improves)

    return declare


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by name."""
    return tuple(_found("dockls.rules", Rule))


@cache
def refactorings() -> tuple[Refactoring, ...]:
    """Every refactoring, by name."""
    return tuple(_found("dockls.refactorings", Refactoring))


def _found(package: str, kind: type[Any]) -> list[Any]:
    from importlib import import_module

    found = []
    for name in sorted(_module_names(import_module(package).__path__)):
        if not name.startswith("_"):
            room = getattr(import_module(f"{package}.{name}"), name, None)
            if not isinstance(room, kind):
                raise TypeError(f"{package}.{name} holds no {kind.__name__.lower()} of its own name")
            found.append(room)
    return found


def _module_names(path: Iterable[str]) -> set[str]:
    """The modules in the folders of a package; `pkgutil` knows archives too, but takes long to import."""
    import os

    names: set[str] = set()
    for folder in path:
        try:
            with os.scandir(folder) as entries:
                names.update([entry.name.removesuffix(".py") for entry in entries if entry.name.endswith(".py")])
        except OSError:
            from pkgutil import iter_modules

            names.update([module.name for module in iter_modules([folder])])
    return names


def named(name: str) -> Rule | Refactoring | None:
    """The rule or refactoring of that public name or alias (in any case)."""
    wanted = name.lower()
    rooms: tuple[Rule | Refactoring, ...] = (*rules(), *refactorings())
    for room in rooms:
        if room.name == wanted or (isinstance(room, Rule) and wanted in [alias.lower() for alias in room.aliases]):
            return room
    return None


def manual(room: Rule | Refactoring) -> str:
    """The docstring of the room's module."""
    from importlib import import_module

    return (import_module(room.module).__doc__ or "").strip()


def summary(room: Rule | Refactoring) -> str:
    """The first sentence of the manual."""
    return manual(room).partition("\n\n")[0].replace("\n", " ")


#: what stands in the fences of manuals that are no file
_CAPTIONS = {
    "files": "With these files in the build context:",
    "modes": "With these modes of files:",
    "platforms": "With images for these platforms:",
}


def caption(fence: str) -> str | None:
    """What to say above a fence of a manual, by its first line: which file it is; None of Dockerfiles and outcomes."""
    language, _, path = fence.strip("`").partition(" ")
    return f"With `{path}`:" if path else _CAPTIONS.get(language)
