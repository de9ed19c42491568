"""Whether a Dockerfile or a stage of it is for developers by its name."""

import re

from dockls.semantics import Stage

_NAMES = ("dev", "test", "debug", "ci", "lint", "local")
_PARTS = re.compile(r"[./_-]")


def for_development(stage: Stage) -> bool:
    """Whether the name of the stage or of the file says that the image is none for production."""
    if (stage.name or "").startswith(_NAMES):
        return True
    file = stage.context.dockerfile.rpartition("/")[2].lower()
    return any(part.startswith((*_NAMES, "tilt")) for part in _PARTS.split(file))
