"""What may stand above the sources of a project, and what tells sources from the rest (`data/cache-order.json`)."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from .command_words import Command, sort_arguments, unwrap
from .installs import InstallCommand, dependency_step, install_command, starts_with
from .tables import table, word_set

_TABLE = "cache-order"


def is_source_file(path: str) -> bool:
    """Whether a file of the build context is source code that no install command reads (`app.py`, `*.js`)."""
    name = path.rpartition("/")[2].lower()
    stem, dot, suffix = name.rpartition(".")
    if not dot or dot + suffix not in word_set(_TABLE, "source_suffixes"):
        return False
    words = stem.replace("-", ".").split(".")
    return not name.startswith(".") and word_set(_TABLE, "not_sources").isdisjoint(words)


def is_source_folder(path: str) -> bool:
    """Whether a folder of the build context holds source code by its name (`src`, `app/`)."""
    return path.rstrip("/").rpartition("/")[2].lower() in word_set(_TABLE, "source_folders")


def is_manifest_folder(path: str) -> bool:
    """Whether a folder rather holds manifests or settings than sources (`requirements/`, `docker/`)."""
    return path.rstrip("/").rpartition("/")[2].lower() in word_set(_TABLE, "manifest_folders")


def installed_folder(ecosystem: str) -> str | None:
    """The folder of the project that an install fills (`node_modules`), None if it is elsewhere."""
    folder: str | None = table(_TABLE)["installed_folders"].get(ecosystem)
    return folder


def holds_dependencies(path: str) -> bool:
    """Whether a path copied from another stage looks like installed dependencies (`/app/node_modules`, `/venv`)."""
    return not word_set(_TABLE, "environment_folders").isdisjoint(path.split("/"))


def is_setting(words: Sequence[str]) -> bool:
    """Whether a command only sets up the shell for those behind it (`cd`, `set -e`)."""
    return words[0] in word_set(_TABLE, "settings_programs")


def is_independent(words: Sequence[str]) -> bool:
    """Whether a command neither reads nor changes files of the project: package managers, tools, clean-up.

    `words` are the literal words of one simple command, its program first.
    """
    if words[0] == "rm":
        folders = tuple(table(_TABLE)["system_folders"])
        return all(word.startswith(("-", *folders)) for word in words[1:])
    command = unwrap(words)
    if command is None or any(_is_local(word) for word in command.words):
        return False
    if command.program == "uv" and command.words[:1] == ("pip",):
        command = Command("uv pip", command.words[1:], command.start + 1, command.environment)
    return any(_fits(entry, command) for entry in table(_TABLE)["independent"])


def is_plain(words: Sequence[str]) -> bool:
    """Whether a command is an everyday one that reads no variables but those written in it (`cp`, `tar`, `sed`)."""
    return words[0].rpartition("/")[2] in word_set(_TABLE, "plain_programs")


def _is_local(word: str) -> bool:
    return word in (".", "..") or word.startswith(("./", "../", "*", "@./", ".["))


def _fits(entry: Mapping[str, Any], command: Command) -> bool:
    if command.program not in entry["programs"]:
        return False
    if any(word in entry.get("without", ()) for word in command.words):
        return False
    if "flags" in entry:
        return any(word in entry["flags"] for word in command.words)
    return "subcommands" not in entry or command.words[:1] in [(word,) for word in entry["subcommands"]]


def dependencies_only(ecosystem: str, words: Sequence[str]) -> tuple[str, ...]:
    """The options that make an install command leave the project itself out (`--no-root`), without those it has.

    Empty when the ecosystem's command cannot do so.
    """
    options = table(_TABLE)["dependencies_only"].get(ecosystem, ())
    return tuple(option for option in options if option not in words)


def implied_install(words: Sequence[str]) -> InstallCommand | None:
    """The install that a build command does on its way (`go build` downloads the modules), None if it does none."""
    command = unwrap(words)
    if command is None:
        return None
    for entry in table(_TABLE)["implied"]:
        if command.program not in entry["programs"]:
            continue
        arguments = sort_arguments(command.words)
        if starts_with(arguments.rest, entry["subcommands"]) is None or arguments.has(entry.get("excluded", ())):
            return None
        if any("@" in word for word in arguments.rest) or "-mod=vendor" in command.words:
            return None
        return dependency_step(entry["ecosystem"])
    return None


def obstacles(name: str) -> tuple[tuple[str, str], ...]:
    """What in a manifest of that name makes the install need more than manifests: texts, each with a sentence."""
    return tuple((text, sentence) for text, sentence in table(_TABLE)["obstacles"].get(name, ()))


def needs_a_look(ecosystem: str) -> bool:
    """Whether the manifests of an ecosystem lie where only the build context tells (`dotnet restore`)."""
    return ecosystem in word_set(_TABLE, "needs_a_look")


def vendor_folder(ecosystem: str) -> str | None:
    """The folder of a project whose presence means that nothing is downloaded (`vendor` for Go), None if none does."""
    folder: str | None = table(_TABLE)["vendor_folders"].get(ecosystem)
    return folder


def project_install(words: Sequence[str]) -> InstallCommand | None:
    """An install of the project itself, sources and all (`pip install .`), None if the command is no such thing."""
    command = unwrap(words)
    if command is None or not command.program.startswith("pip") or command.words[:1] != ("install",):
        return None
    if not any(_is_local(word) or word in ("-e", "--editable") for word in command.words[1:]):
        return None
    return install_command(("pip", "install", "-r", "pyproject.toml"))


def install_scripts() -> frozenset[str]:
    """The scripts of a package.json that an install of the package itself runs."""
    return word_set(_TABLE, "install_scripts")


def is_harmless_script(text: str) -> bool:
    """Whether an install script does nothing to the sources (it sets up Git hooks)."""
    return any(word in text for word in table(_TABLE)["harmless_scripts"])


@cache
def install_words() -> frozenset[str]:
    """The programs of all known install commands: a text with none of them installs nothing from manifests."""
    return frozenset(
        word
        for entry in (*table("install-commands")["commands"], *table(_TABLE)["implied"])
        for program in entry["programs"]
        for word in program.split()
    )
