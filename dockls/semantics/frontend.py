"""What the Dockerfile frontend that ``# syntax=`` names can read; without that line it is BuildKit's own, a recent one.

Versions: docs.docker.com/build/buildkit/dockerfile-release-notes.
"""

from dockls.semantics.model import Model

#: the first version of docker/dockerfile that reads each
_SINCE = {
    "mounts": (1, 2),
    "chmod": (1, 2),
    "heredocs": (1, 4),
    "secret variables": (1, 10),
}


def lacking(model: Model, feature: str) -> str | None:
    """The ``# syntax`` line that names a frontend without the feature; None where it can be used."""
    syntax = model.tree.directives.get("syntax", "")
    version = syntax.rpartition(":")[2].partition("-")[0] if ":" in syntax else ""
    numbers = version.split(".")
    if not syntax.startswith("docker/dockerfile") or not all(number.isdecimal() for number in numbers):
        return None
    known = tuple([int(number) for number in numbers[:2]])
    return f"# syntax={syntax}" if len(known) > 1 and known < _SINCE[feature] else None
