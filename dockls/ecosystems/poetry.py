"""Which Poetry a stage installs, as far as its instructions tell."""

import re

from dockls.semantics import Stage
from dockls.semantics.execution import executed

#: what is installed where nobody names a version (pypi.org/project/poetry, November 2026)
NEWEST = (2, 2)
_PINNED = re.compile(r"^poetry(?:\[[\w,-]*\])?(?:==|~=)(\d{1,4})(?:\.(\d{1,4}))?")
_VERSION = re.compile(r"^v?(\d{1,4})(?:\.(\d{1,4}))?")


def poetry_version(stage: Stage) -> tuple[int, int] | None:
    """The major and minor number of the Poetry that the stage or one below it installs; None if not known."""
    for each in stage.chain:
        for command in reversed(executed(each)):
            state = each.state_before(command.instruction)
            if command.command.program in ("pip", "pip3", "pipx") and "install" in command.words:
                for word in command.operands:
                    if word.partition("[")[0] == "poetry":
                        return NEWEST
                    if word.startswith(("poetry==", "poetry~=", "poetry[")) and "$" not in word:
                        return _numbers(_PINNED.match(word))
                    if word.startswith("poetry") and "$" in word:
                        return _numbers(_VERSION.match(state.lookup("POETRY_VERSION") or ""))
            elif any("install.python-poetry.org" in word for word in command.words):
                variable = state.variable("POETRY_VERSION")
                plain = variable is None and "version" not in command.instruction.text.lower()
                return NEWEST if plain else _numbers(_VERSION.match((variable and variable.value) or ""))
    return None


def _numbers(found: "re.Match[str] | None") -> tuple[int, int] | None:
    return None if found is None else (int(found[1]), int(found[2] or 0))
