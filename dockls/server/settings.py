"""The editor's settings, section `dockls`: how they arrive. What they mean is decided by `dockls.project`.

An editor may send them as `initializationOptions`, in `workspace/didChangeConfiguration`, or when asked by
`workspace/configuration`, with or without the section's name around them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from dockls.server.transport import Json

SECTION = "dockls"
#: the section of Docker's own extension, whose levels are taken where dockls has none
DOCKER_SECTION = "docker.languageserver.diagnostics"
#: its settings, with BuildKit's names of the checks that they are about
_OF_DOCKER = {
    "deprecatedMaintainer": "MaintainerDeprecated",
    "emptyContinuationLine": "NoEmptyContinuation",
    "instructionCasing": "ConsistentInstructionCasing",
    "instructionCmdMultiple": "MultipleInstructionsDisallowed",
    "instructionEntrypointMultiple": "MultipleInstructionsDisallowed",
    "instructionHealthcheckMultiple": "MultipleInstructionsDisallowed",
    "instructionWorkdirRelative": "WorkdirRelativePath",
}
_LEVELS = {"ignore": "off", "warning": "warning", "error": "error"}
_WRAPPERS = (SECTION, "settings")
_WARNING = 2

#: settings that editor extensions keep for themselves
OF_EXTENSIONS = frozenset(
    ("path", "interpreter", "importStrategy", "args", "cwd", "env", "trace", "logLevel", "showNotifications", "enable")
)


class Settings:
    """The settings in force; `log` takes a MessageType and a sentence."""

    def __init__(self, log: Callable[[int, str], None], initial: Any = None) -> None:
        self._log = log
        self.values: Json = {}
        #: levels of rules where nothing else gives one
        self.levels: dict[str, str] = {}
        self.update(initial)

    def update(self, sent: Any) -> bool:
        """Takes over what the editor sent; whether anything in force has changed."""
        values = _unwrapped({} if sent is None else sent)
        if not isinstance(values, dict):
            self._log(_WARNING, f"the settings `{SECTION}` must be an object")
            return False
        kept = {key: value for key, value in values.items() if key not in OF_EXTENSIONS and value is not None}
        changed = kept != self.values
        self.values = kept
        return changed

    def update_levels(self, sent: Any) -> bool:
        """Takes over the levels that Docker's extension has; whether any has changed.

        The names are those of the package.json of github.com/microsoft/vscode-docker.
        """
        values = sent if isinstance(sent, dict) else {}
        found: dict[str, str] = {}
        for key, rule in _OF_DOCKER.items():
            level = _LEVELS.get(values[key]) if isinstance(values.get(key), str) else None
            if level is not None:
                # Of three settings for one rule the gravest counts.
                found[rule] = max(level, found.get(rule, "off"), key=("off", "warning", "error").index)
        changed = found != self.levels
        self.levels = found
        return changed


def _unwrapped(values: Any) -> Any:
    """The section itself, with the objects around it taken off."""
    while isinstance(values, dict):
        for wrapper in _WRAPPERS:
            if wrapper in values:
                values = {} if values[wrapper] is None else values[wrapper]
                break
        else:
            break
    return values
