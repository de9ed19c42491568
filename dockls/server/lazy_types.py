"""Loads `lsprotocol.types` in a fraction of its time and memory.

The module holds 554 attrs classes, and attrs generates and compiles code for each of them at import: two thirds of
what loading pygls takes, for classes of which a conversation uses some thirty. Here `attrs.define` is put off: while
the module is imported each class only gets a stand-in for its `__init__` and its `__attrs_attrs__`, and the first
use of either has the real `attrs.define` complete the class in place. The one difference is that the classes have no
`__slots__`, since attrs cannot add those to a class that exists.

This relies on how one version of lsprotocol is written, so any other version, and any surprise, gets a plain import.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_VERSION = "2025.0.0"
_TYPES = "lsprotocol.types"


def load_types() -> bool:
    """Imports `lsprotocol.types`; whether its classes are completed on first use."""
    if _TYPES in sys.modules or not _is_known_version():
        return False
    import attrs

    deferred = _Deferred(attrs.define)
    try:
        attrs.define = deferred.define  # type: ignore[assignment]
        import lsprotocol.types as types
    except Exception:
        sys.modules.pop(_TYPES, None)
        return False
    finally:
        attrs.define = deferred.complete
    try:
        deferred.names = types.ALL_TYPES_MAP
        from lsprotocol import _hooks

        _hooks._resolved_forward_references = True  # done class by class instead
        types.Range(types.Position(0, 1), types.Position(2, 3))
    except Exception:
        for name in [name for name in sys.modules if name.partition(".")[0] == "lsprotocol"]:
            del sys.modules[name]
        return False
    return True


def _is_known_version() -> bool:
    """Looks for the metadata beside the package; `importlib.metadata` would take longer than all this saves."""
    import os.path

    import lsprotocol

    folder = os.path.dirname(os.path.dirname(lsprotocol.__file__ or ""))  # noqa: PTH120 (pathlib is slow to import)
    return os.path.isdir(f"{folder}/lsprotocol-{_VERSION}.dist-info")  # noqa: PTH112


class _Deferred:
    """Stands in for `attrs.define`, here called `complete`, and remembers what it was asked."""

    def __init__(self, complete: Callable[..., Any]) -> None:
        self.complete = complete
        #: all classes by name, to resolve annotations with
        self.names: dict[str, Any] = {}
        self._pending: dict[type, dict[str, Any]] = {}
        self._fields = _Fields(self)
        self._init = _make_init(self)

    def define(self, cls: type | None = None, **options: Any) -> Any:
        """Takes the place of the decorator `attrs.define`."""
        if cls is None:
            return lambda decorated: self.define(decorated, **options)
        cls.__attrs_attrs__ = self._fields  # type: ignore[attr-defined]
        cls.__init__ = self._init  # type: ignore[misc]
        self._pending[cls] = options
        return cls

    def finish(self, cls: type) -> None:
        """Completes a class and those it derives from."""
        import attrs

        for each in reversed(cls.__mro__):
            options = self._pending.pop(each, None)
            if options is not None:
                del each.__attrs_attrs__, each.__init__  # type: ignore[attr-defined, misc]
                self.complete(each, **{**options, "slots": False})
                attrs.resolve_types(each, self.names, {})


class _Fields:
    """The `__attrs_attrs__` of a class that is not complete: a look at it completes the class."""

    def __init__(self, deferred: _Deferred) -> None:
        self._deferred = deferred

    def __get__(self, instance: object, cls: type) -> Any:
        self._deferred.finish(cls)
        return cls.__attrs_attrs__  # type: ignore[attr-defined]


def _make_init(deferred: _Deferred) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:  # noqa: N807
        deferred.finish(type(self))
        type(self).__init__(self, *arguments, **named)

    return __init__
