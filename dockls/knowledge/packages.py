"""What packages are called in other distributions and what they are for (`data/packages.json`)."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from .tables import table, word_set

_SAME_NAMES = {"microdnf": "dnf", "yum": "dnf", "tdnf": "dnf", "apt-get": "apt"}


def _column(manager: str) -> str:
    return _SAME_NAMES.get(manager, manager)


def _rows() -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = table("packages")["packages"]
    return rows


def _names(row: Mapping[str, Any], column: str) -> list[str] | None:
    value = row.get(column)
    return [value] if isinstance(value, str) else value


@cache
def _index(column: str) -> Mapping[str, Mapping[str, Any]]:
    """Package name to row. The row that means just this package wins, then one of the same name everywhere."""
    index: dict[str, tuple[tuple[bool, bool, bool], Mapping[str, Any]]] = {}
    for row in _rows():
        names = _names(row, column) or []
        for name in names:
            worth = (len(names) == 1, names[0] == name, row["apt"] == name and "alias_of" not in row)
            if name not in index or worth > index[name][0]:
                index[name] = (worth, row)
    for row in _rows():
        for name in row.get(f"also_{column}", ()):  # older names of the same package
            index.setdefault(name, ((False, False, False), row))
    return {name: row for name, (_, row) in index.items()}


def _row(package: str, manager: str) -> Mapping[str, Any] | None:
    return _index(_column(manager)).get(package)


def translate(package: str, source_manager: str, target_manager: str) -> str | None:
    """The packages (space-separated) of `target_manager` that stand for a package of `source_manager`.

    Managers are `apt`, `apk`, `dnf` (also for `microdnf`, `yum`) and `wolfi`. The empty string means that nothing need
    be installed; None that the package is not known or has no counterpart.
    """
    if _column(source_manager) == _column(target_manager):
        return package
    row = _row(package, source_manager)
    if row is None:
        return None
    names = _names(row, _column(target_manager))
    return None if names is None else " ".join(names)


def package_kind(package: str, manager: str = "apt") -> str | None:
    """What a package is for: `build` (compilers and the like), `dev` (headers), `runtime`, `tool` or `unneeded`.

    None when it is not in the table and its name does not tell either (`-dev`, `-devel`: headers).
    """
    row = _row(package, manager)
    if row is not None:
        kind: str = row["kind"]
        return kind
    return "dev" if package.endswith(("-dev", "-devel")) else None


def brings_no_library(package: str) -> bool:
    """Whether a package is known to bring no library that programs are compiled against: drivers of databases, images.

    Small libraries that everything needs (compression, TLS, XML) do not count.
    """
    return package in word_set("packages", "without_libraries")


def runtime_packages(package: str, manager: str, release: str | None = None) -> tuple[str, ...] | None:
    """The libraries a program built against the headers `package` needs when it runs.

    `manager` is `apt` (with `release` `bookworm` or `trixie`, by default the newer) or `apk`. None when not known.
    """
    row = _row(package, manager)
    if row is None:
        return None
    runtime: Mapping[str, list[str]] = row.get("runtime", {})
    key = "alpine" if _column(manager) == "apk" else release or "trixie"
    found = runtime.get(key)
    return None if found is None else tuple(found)
