"""What the commands of one RUN are to the order of a stage: set-up, independent of the sources, installs, the rest."""

import posixpath
from typing import NamedTuple

from dockls.knowledge import (
    InstallCommand,
    dependencies_only,
    implied_install,
    install_command,
    install_words,
    is_independent,
    is_setting,
    project_install,
)
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.manifests import workdir_before
from dockls.semantics.stage import Stage
from dockls.shell import Script
from dockls.shell.instruction import scripts
from dockls.syntax import Instruction

#: kinds of steps: `SETTING` prepares the shell (cd), `INDEPENDENT` needs no file of the project, `INSTALL` needs
#: manifests only, `PROJECT` installs the project too but can leave it out, `IMPLIED` builds and downloads on the way
SETTING, INDEPENDENT, INSTALL, PROJECT, IMPLIED, OTHER = (
    "setting",
    "independent",
    "install",
    "project",
    "implied",
    "other",
)

_WORDS = "dockls.semantics.run_steps"


class RunStep(NamedTuple):
    """One command of the top level; `directory` is where it runs, a relative path where that is not known."""

    executed: Executed
    kind: str
    install: InstallCommand | None
    directory: str


class RunSteps(NamedTuple):
    """A RUN; `script` is None where it cannot be cut. `plain` tells that every command is known to be run."""

    instruction: Instruction
    steps: tuple[RunStep, ...]
    script: Script | None

    @property
    def first_install(self) -> RunStep | None:
        """The first command that installs dependencies."""
        return next((step for step in self.steps if step.kind in (INSTALL, PROJECT, IMPLIED)), None)

    @property
    def needs_no_sources(self) -> bool:
        """Whether all of it may stand above the sources."""
        return all(step.kind in (SETTING, INDEPENDENT, INSTALL) for step in self.steps)


def may_install(instruction: Instruction) -> bool:
    """Whether the text of a RUN names a program that installs dependencies: a cheap test before the shell is read."""
    found = instruction.memo.get(_WORDS)
    if found is None:
        text = instruction.text
        found = instruction.memo[_WORDS] = any(word in text for word in install_words())
    return bool(found)


def run_steps(stage: Stage, instruction: Instruction) -> RunSteps | None:
    """The commands of a RUN sorted; None where they cannot be read (another shell, a broken script)."""
    pieces = scripts(instruction)
    commands = executed_by(stage, instruction)
    if not commands or any(piece.script.errors for piece in pieces):
        return None
    directory = workdir_before(stage, instruction)
    steps: list[RunStep] = []
    for each in commands:
        kind, install = _kind(each)
        if each.conditional and each.command.depth > 0 and kind is not OTHER:
            # What a substitution runs counts only if it needs the sources.
            kind, install = (INDEPENDENT, None) if kind in (INDEPENDENT, SETTING) else (OTHER, None)
        elif each.conditional and kind is not INDEPENDENT:
            kind, install = OTHER, None
        here = directory if each.directory is None else each.directory
        if each.command.depth == 0:
            steps.append(RunStep(each, kind, install, here))
            if kind is SETTING and each.words[0] == "cd":
                directory = posixpath.normpath(posixpath.join(here, *each.words[1:2]))
        elif kind is OTHER:
            steps = _tainted(steps, each)
    # Assignments alone set what later commands of the same RUN may use.
    has_assignments = any(not command.words for piece in pieces for command in piece.script.commands)
    simple = len(pieces) == 1 and pieces[0].script.simple and not instruction.is_json and not instruction.heredocs
    return RunSteps(instruction, tuple(steps), pieces[0].script if simple and not has_assignments else None)


def _tainted(steps: list[RunStep], inner: Executed) -> list[RunStep]:
    """The steps, the last of them marked as needing the sources if `inner` stands in it, else `inner` added."""
    if steps and steps[-1].executed.place.span.end >= inner.place.span.end:
        return [*steps[:-1], steps[-1]._replace(kind=OTHER, install=None)]
    return [*steps, RunStep(inner, OTHER, None, "")]


def _kind(each: Executed) -> tuple[str, InstallCommand | None]:
    words = each.words
    if is_setting(words):
        return SETTING, None
    install = install_command(words)
    if install is not None:
        if not _names_project(install, words):
            if not install.needs_sources:
                return INSTALL, install
            if dependencies_only(install.ecosystem, words):
                return PROJECT, install
        return OTHER, install
    if is_independent(words):
        return INDEPENDENT, None
    install = implied_install(words)
    return (OTHER, project_install(words)) if install is None else (IMPLIED, install)


def _names_project(install: InstallCommand, words: tuple[str, ...]) -> bool:
    """Whether the command also installs the project itself (``pip install -r requirements.txt .``)."""
    if install.ecosystem != "pip":
        return False
    return any(word in ("-e", "--editable", ".") or word.startswith(("./", "/", ".[")) for word in _operands(words))


def _operands(words: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    follows_option = False
    for word in words[1:]:
        if not follows_option:
            found.append(word)
        follows_option = word.startswith("-") and len(word) > 1 and "=" not in word and word not in ("-e", "--editable")
    return found
