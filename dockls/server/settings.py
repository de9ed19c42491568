"""The settings of the editor, section `dockls`: what they are called, and what to do with those that are odd.

An editor may send them as `initializationOptions`, in `workspace/didChangeConfiguration`, or when asked by
`workspace/configuration`, with or without the section's name around them. A wrong value is reported and has no
effect; it never stops the server.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from dockls.server.transport import Json

SECTION = "dockls"
_WRAPPERS = (SECTION, "settings")
_WARNING = 2


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


_KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (_is_text, "a string"),
    "texts": (_is_texts, "a list of strings"),
    "table": (_is_table, "an object of strings"),
}

#: the settings there are and their kinds; the same keys as in `dockls.toml`
KNOWN: dict[str, str] = {
    "select": "texts",
    "ignore": "texts",
    "severity": "table",
    "target": "text",
    "context": "text",
    "build-args": "table",
}

#: settings that the editor extensions keep for themselves; the server has no use for them and says nothing
OF_EXTENSIONS = frozenset(
    ("path", "interpreter", "importStrategy", "args", "cwd", "env", "trace", "logLevel", "showNotifications")
)


class Settings:
    """The settings in force; `log` takes a MessageType and a sentence."""

    def __init__(self, log: Callable[[int, str], None], initial: Any = None) -> None:
        self._log = log
        self._reported: set[str] = set()
        self.values: Json = {}
        self.update(initial)

    def update(self, values: Any) -> bool:
        """Takes over what the editor sent; whether anything in force has changed."""
        usable = self._usable(_unwrapped(values))
        if usable == self.values:
            return False
        self.values = usable
        return True

    def _usable(self, values: Any) -> Json:
        if values is None:
            return {}
        if not isinstance(values, dict):
            self._report("", "the settings must be an object")
            return {}
        usable = {}
        for key, value in values.items():
            if key in OF_EXTENSIONS or value is None:
                continue
            if key not in KNOWN:
                self._report(key, f"there is no setting `{SECTION}.{key}`{_suggestion(key)}")
                continue
            is_right, kind = _KINDS[KNOWN[key]]
            if is_right(value):
                usable[key] = value
            else:
                self._report(f"{key}={value!r}", f"the setting `{SECTION}.{key}` must be {kind}")
        return usable

    def _report(self, key: str, message: str) -> None:
        if key not in self._reported:
            self._reported.add(key)
            self._log(_WARNING, message)


def _unwrapped(values: Any) -> Any:
    """The section itself, with the objects around it taken off."""
    while isinstance(values, dict):
        for wrapper in _WRAPPERS:
            if isinstance(values.get(wrapper), dict):
                values = values[wrapper]
                break
        else:
            break
    return values


def _suggestion(key: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, KNOWN, 1)
    return f"; did you mean `{near[0]}`?" if near else ""
