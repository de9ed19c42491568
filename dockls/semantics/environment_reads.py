"""Which commands of a RUN may look a variable up by its name, as scripts and builds do, without a ``$`` in the file."""

from collections.abc import Sequence

from dockls.semantics.execution import executed_by
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.stage import Stage
from dockls.syntax import Instruction


def environment_reader(stage: Stage, instruction: Instruction, name: str) -> str | None:
    """The first command of a RUN that may look the variable up, as one would call it; None where none does.

    Known not to are package managers of distributions, everyday tools, and those that read their own variables only.
    The managers of languages read settings and run scripts, which may name any variable but those of BuildKit. A RUN
    that cannot be taken apart is told by its keyword.
    """
    commands = executed_by(stage, instruction)
    if not commands:
        return instruction.keyword
    for each in commands:
        if _may_read(each.words, name):
            return _shown(each.words) or instruction.keyword
    return None


def looks_up(words: Sequence[str]) -> bool:
    """Whether a command may read any variable of its environment: what is no install and no everyday tool."""
    from dockls.knowledge import is_independent, is_plain, reads_own_variables_only

    known = is_install(words) or is_independent(words) or is_plain(words)
    return not known and not reads_own_variables_only(words)


def is_install(words: Sequence[str]) -> bool:
    """Whether a command installs packages, of the distribution or of a language, without the project's sources."""
    from dockls.knowledge import install_command, package_install

    if package_install(words) is not None:
        return True
    install = install_command(words)
    return install is not None and not install.needs_sources


def brings_packages(words: Sequence[str]) -> bool:
    """The same with those that no manifest names, and that are no part of the project: ``pip install flask``."""
    from dockls.knowledge import is_independent
    from dockls.knowledge.command_words import unwrap

    if is_install(words):
        return True
    command = unwrap(words) if is_independent(words) else None
    if command is None or command.program not in _MANAGERS_OF_LANGUAGES:
        return False
    return any(word in ("install", "i", "add") for word in command.words[:3])


def called(words: Sequence[str]) -> str:
    """An install as one speaks of it: ``go mod download``, ``pip install``."""
    named = [word for word in words if not word.startswith("-")]
    if words[1:2] == ("-m",):
        named = named[1:]
    return " ".join(named[: 3 if named[1:2] in (["mod"], ["pip"], ["global"]) else 2])


_MANAGERS_OF_LANGUAGES = frozenset(
    ("pip", "pip2", "pip3", "pipx", "uv", "npm", "pnpm", "yarn", "bun", "gem", "composer")
)


def _may_read(words: Sequence[str], name: str) -> bool:
    from dockls.knowledge import package_install, reads_own_variables_only

    if package_install(words) is not None or reads_own_variables_only(words):
        return False
    return looks_up(words) or (is_install(words) and not is_platform_argument(name))


def _shown(words: Sequence[str]) -> str | None:
    """The program without its folder, and a first argument that is a plain word; None where it is no plain word."""
    named = [words[0].rpartition("/")[2], *[word for word in words[1:2] if word[:1].isalnum()]]
    return " ".join(named) if named[0][:1].isalnum() and len("".join(named)) < _LONGEST else None


#: a longer name of a command is of no use in a sentence
_LONGEST = 40
