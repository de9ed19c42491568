"""Where tools keep what they have downloaded or compiled, for the next time (`data/cache-folders.json`).

Only caches without which a later command does as well: Go's modules or Maven's repository, which the commands behind an
installation need, are not among them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from .command_words import unwrap
from .tables import table


class CacheFolder(NamedTuple):
    """The cache of a command.

    `folder` is relative to the home directory, `moved_by` variables that put it elsewhere, `off` words and variables
    that keep the tool from using it, `cleaned_by` the subcommands that empty it.
    """

    program: str
    folder: str
    moved_by: tuple[str, ...]
    off_flags: tuple[str, ...]
    off_variables: tuple[str, ...]
    cleaned_by: tuple[str, ...]


def cache_folder(words: Sequence[str]) -> CacheFolder | None:
    """The cache that a command fills; `words` are its literal words, wrappers such as ``env`` may stand before it."""
    command = unwrap(words)
    if command is None:
        return None
    operands = [word for word in command.words if not word.startswith("-")]
    module = command.words[:2] == ("-m", "pip") and command.program.startswith("python")
    program = "pip" if module else command.program
    subcommand = (operands[1:2] if module else operands[:1]) or [""]
    for entry in table("cache-folders")["tools"]:
        if program in entry["programs"] and subcommand[0] in entry["subcommands"]:
            return CacheFolder(
                program,
                entry["folder"],
                tuple(entry["moved_by"]),
                tuple(entry["off_flags"]),
                tuple(entry["off_variables"]),
                tuple(entry["cleans"]),
            )
    return None
