"""What packages of Python and gems need of the system when they run (`data/*-packages.json`)."""

from collections.abc import Mapping
from typing import Any

from .packages import runtime_packages
from .tables import table


def system_packages(name: str, release: str | None = None, language: str = "python") -> tuple[str, ...]:
    """Debian's packages that a package of Python or Ruby needs at run time and slim images do not have; mostly none.

    `name` is written as package indexes compare names (lower case, hyphens); `release` is Debian's.
    """
    entries: Mapping[str, Mapping[str, Any]] = table(f"{language}-packages")["packages"]
    entry = entries.get(name, {})
    headers = entry.get("headers")
    packages = tuple(entry.get("packages", ()))
    if headers is not None:
        return (*(runtime_packages(headers, "apt", release) or (headers,)), *packages)
    return packages


def library_headers(name: str) -> str | None:
    """Debian's headers of the library that a package of Python is built against or loads; None where it has wheels."""
    entry: Mapping[str, Any] = table("python-packages")["packages"].get(name, {})
    headers: str | None = entry.get("headers")
    return None if entry.get("wheels") else headers


def needs_library(name: str, headers: str) -> str | None:
    """How a package of Python needs the library of some headers of Debian: ``built`` against it, or it ``loads`` it.

    None where it does not, and where it may be a wheel that brings the library.
    """
    if library_headers(name) != headers:
        return None
    entry: Mapping[str, Any] = table("python-packages")["packages"][name]
    return "loads" if entry.get("loads") else "built"
