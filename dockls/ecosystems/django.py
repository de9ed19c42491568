"""Where a Django project has its settings, and how one knows that a stage runs one."""

import posixpath

from dockls.semantics import Stage, contract

_SETTINGS = ("settings.py", "*/settings.py", "*/*/settings.py", "*/settings/*.py", "*/*/settings/*.py")


def settings_files(stage: Stage) -> list[str]:
    """The settings modules of the build context, in order; none where it is not known."""
    return sorted({path for pattern in _SETTINGS for path in stage.context.glob(pattern)})


def starts_django(stage: Stage) -> bool:
    """Whether the image starts `manage.py`, or a server with the application that a Django project has."""
    promised = contract(stage)
    for starting in (promised.entrypoint, promised.command):
        for word in " ".join(() if starting is None else starting.words).split():
            name = posixpath.basename(word.strip("\"'"))
            if name == "manage.py" or name.partition(":")[0].endswith((".wsgi", ".asgi")):
                return True
    return False
