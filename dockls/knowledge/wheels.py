"""Since when packages of Python have wheels for Alpine's C library (`data/musl-wheels.json`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .tables import table

#: packages of Alpine that bring each tool
_BRINGING = {
    "gcc": frozenset(("gcc", "g++", "build-base", "clang", "alpine-sdk", "gfortran")),
    "g++": frozenset(("g++", "build-base", "clang", "alpine-sdk")),
    "gfortran": frozenset(("gfortran",)),
    "cargo": frozenset(("cargo", "rust", "rustup")),
}


class MuslWheels(NamedTuple):
    """`since` is the first version with a wheel, None where none has; `needs` compile the older ones from sources.

    `has_sources` is False of packages that are published as wheels only. `libraries` are Alpine's packages that what
    is compiled needs when it runs.
    """

    since: str | None
    needs: tuple[str, ...]
    has_sources: bool
    libraries: tuple[str, ...]

    def is_compiled(self, version: str) -> bool:
        """Whether a version has no wheel."""
        return self.since is None or _numbers(version) < _numbers(self.since)

    def missing(self, installed: frozenset[str]) -> str | None:
        """The first tool that none of the installed packages brings."""
        return next((tool for tool in self.needs if not _BRINGING[tool] & installed), None)


def musl_wheels(name: str) -> MuslWheels | None:
    """What is known of a package, its name written as package indexes compare names; None where it is not listed."""
    entries: Mapping[str, Mapping[str, Any]] = table("musl-wheels")["packages"]
    entry = entries.get(name)
    if entry is None:
        return None
    libraries = (*entry.get("libraries", ()), *(("libstdc++",) if "g++" in entry["needs"] else ()))
    return MuslWheels(entry["since"], tuple(entry["needs"]), entry.get("sources", True), libraries)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple([int(part) for part in version.split(".") if part.isdecimal()])
