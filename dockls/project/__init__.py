"""The world around a Dockerfile: build context, ignore files, the files that build it, settings, files on the disk.

This package reads the disk; nothing it finds there makes it raise. Settings and the search for files are imported on
first use, since a server that starts needs neither.
"""

from importlib import import_module

from dockls.project.context import UNKNOWN_CONTEXT, BuildContext, DirectoryContext, FileMapContext
from dockls.project.ignore import Decision, IgnoreFile, Pattern
from dockls.project.surroundings import EMPTY_SURROUNDINGS, Neighborhood, Surroundings, surroundings
from dockls.project.targets import Build, TargetUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.project.configuration import Configuration, ConfigurationProblem, load_configuration
    from dockls.project.discovery import Found, Source, dockerfiles, is_dockerfile_name, read_text

__all__ = [
    "EMPTY_SURROUNDINGS",
    "UNKNOWN_CONTEXT",
    "Build",
    "BuildContext",
    "Configuration",
    "ConfigurationProblem",
    "Decision",
    "DirectoryContext",
    "FileMapContext",
    "Found",
    "IgnoreFile",
    "Neighborhood",
    "Pattern",
    "Source",
    "Surroundings",
    "TargetUse",
    "dockerfiles",
    "is_dockerfile_name",
    "load_configuration",
    "read_text",
    "surroundings",
]

_ON_FIRST_USE = {
    "Configuration": "configuration",
    "ConfigurationProblem": "configuration",
    "load_configuration": "configuration",
    "Found": "discovery",
    "Source": "discovery",
    "dockerfiles": "discovery",
    "is_dockerfile_name": "discovery",
    "read_text": "discovery",
}

if not TYPE_CHECKING:  # a checker would take any misspelt name for one of these

    def __getattr__(name: str) -> object:
        if name not in _ON_FIRST_USE:
            raise AttributeError(f"module {__name__} has no attribute {name}")
        return getattr(import_module(f"{__name__}.{_ON_FIRST_USE[name]}"), name)
