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
    if headers is not None:
        return runtime_packages(headers, "apt", release) or (headers,)
    return tuple(entry.get("packages", ()))
