"""The world around a Dockerfile: build context, ignore files, the files that build it, settings, files on the disk.

This package reads the disk; nothing it finds there makes it raise.
"""

from dockls.project.configuration import Configuration, ConfigurationProblem, load_configuration
from dockls.project.context import UNKNOWN_CONTEXT, BuildContext, DirectoryContext, FileMapContext
from dockls.project.discovery import Found, Source, dockerfiles, read_text
from dockls.project.ignore import Decision, IgnoreFile, Pattern
from dockls.project.surroundings import EMPTY_SURROUNDINGS, Surroundings, surroundings
from dockls.project.targets import Build, TargetUse

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
    "Pattern",
    "Source",
    "Surroundings",
    "TargetUse",
    "dockerfiles",
    "load_configuration",
    "read_text",
    "surroundings",
]
