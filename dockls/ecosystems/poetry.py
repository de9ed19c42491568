"""Which Poetry a stage installs, as far as its instructions tell."""

import re

from dockls.semantics import Stage
from dockls.semantics.execution import executed

#: what is installed where nobody names a version: 2 or newer
NEWEST = (2, 0)
_PINNED = re.compile(r"^poetry(?:\[[\w,-]*\])?(?:==|~=)(\d{1,4})(?:\.(\d{1,4}))?")
_VERSION = re.compile(r"^v?(\d{1,4})(?:\.(\d{1,4}))?")


def poetry_version(stage: Stage) -> tuple[int, int] | None:
    """The major and minor number of the Poetry that the stage or one below it installs; None if not known."""
    return stage.folded(_installed_upon, lambda root: None)


def _installed_upon(stage: Stage, below: tuple[int, int] | None) -> tuple[int, int] | None:
    found = below
    for command in executed(stage):
        state = stage.state_before(command.instruction)
        if command.command.program in ("pip", "pip3", "pipx") and "install" in command.words:
            for word in command.operands:
                if word.partition("[")[0] == "poetry" and not word.partition("]")[2]:
                    found = NEWEST
                elif word.startswith("poetry") and "$" in word:
                    found = _numbers(_VERSION.match(state.lookup("POETRY_VERSION") or ""))
                elif word.startswith(("poetry=", "poetry~", "poetry<", "poetry>", "poetry[")):
                    found = _numbers(_PINNED.match(word))
        elif any("install.python-poetry.org" in word for word in command.words):
            variable = state.variable("POETRY_VERSION")
            plain = variable is None and "version" not in command.instruction.text.lower()
            found = NEWEST if plain else _numbers(_VERSION.match((variable and variable.value) or ""))
    return found


def _numbers(found: "re.Match[str] | None") -> tuple[int, int] | None:
    return None if found is None else (int(found[1]), int(found[2] or 0))
