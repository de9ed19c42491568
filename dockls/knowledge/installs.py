"""Commands that install a project's dependencies, and the files they need (`data/install-commands.json`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .command_words import Arguments, Command, remembered, sort_arguments, unwrap
from .tables import table

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-${}")


class Manifest(NamedTuple):
    """A file (or directory, with a slash at the end) an install command reads; a glob relative to `directory`."""

    pattern: str
    optional: bool


class InstallCommand(NamedTuple):
    """A command that installs what a project's manifest files name.

    ecosystem: `npm`, `yarn`, `pnpm`, `bun`, `go`, `pip`, ...; manifests: what must be there before it;
    generic_copy: sources of a COPY that serves when the build context is not known.
    directory: where it runs, relative to the working directory, None for there.
    production: whether it leaves development dependencies out; production_command: the same command without them, None
    when it is one already or the ecosystem knows no such thing.
    frozen: whether it keeps to a lock file; lock_files: the names such a file can have.
    needs_sources: it also wants the project's sources, so it cannot run before they are copied.
    """

    ecosystem: str
    manifests: tuple[Manifest, ...]
    generic_copy: tuple[str, ...]
    directory: str | None
    production: bool
    production_command: str | None
    frozen: bool
    lock_files: tuple[str, ...]
    needs_sources: bool
    command: str


def starts_with(rest: Sequence[str], subcommands: Sequence[str]) -> str | None:
    """The subcommand (of one or more words) the arguments start with; the empty one matches no argument at all."""
    for subcommand in subcommands:
        parts = subcommand.split()
        if parts and list(rest[: len(parts)]) == parts:
            return subcommand
        if not parts and not rest:
            return subcommand
    return None


@remembered
def install_command(words: Sequence[str]) -> InstallCommand | None:
    """What a command installs from manifest files, or None when it does no such thing.

    `words` are the literal words of one simple command, its program first; wrappers (`env`, `corepack`) and assignments
    may stand before it. `npm install express`, `pip install flask` and global installs are none: no manifest names
    those packages.
    """
    command = unwrap(words)
    if command is None:
        return None
    if command.program == "uv" and command.words[:1] == ("pip",):
        command = Command("uv pip", command.words[1:], command.start + 1, command.environment)
    for entry in table("install-commands")["commands"]:
        if command.program in entry["programs"]:
            arguments = sort_arguments(command.words, entry.get("value_options", ()))
            subcommand = _matched(entry, arguments)
            if subcommand is not None:
                return _install(entry, subcommand, command, arguments, words)
    return None


def _matched(entry: Mapping[str, Any], arguments: Arguments) -> str | None:
    if arguments.has(entry.get("excluded_flags", ())):
        return None
    for needed in ("needs_file", "needs_flag"):
        if needed in entry and not arguments.has(entry[needed]):
            return None
    if "goals" in entry:
        goals = {goal.rpartition(":")[2] for goal in arguments.rest} | set(arguments.rest)
        return next((goal for goal in entry["goals"] if goal in goals), None)
    operands = entry.get("operands", "none")
    subcommand = starts_with(arguments.rest, entry["subcommands"])
    if subcommand is None:
        return "" if "" in entry["subcommands"] and operands == "any" else None
    extra = arguments.rest[len(subcommand.split()) :]
    if operands == "none" and extra:
        return None
    if operands == "files" and any("." not in word for word in extra):
        return None
    return subcommand


def _install(
    entry: Mapping[str, Any], subcommand: str, command: Command, arguments: Arguments, words: Sequence[str]
) -> InstallCommand:
    files = [
        value
        for option in entry.get("file_options", ())
        for value in arguments.values.get(option, ())
        if not value.startswith(("http://", "https://", "/dev/", "-"))
    ]
    manifests = tuple(Manifest(file, False) for file in files) or _manifests(entry)
    production = _is_production(entry, command, arguments)
    needed = entry.get("needs_flag_without_sources")
    return InstallCommand(
        ecosystem=entry["ecosystem"],
        manifests=manifests,
        generic_copy=tuple(files) or tuple(entry["generic_copy"]),
        directory=arguments.value(entry.get("directory_options", ())),
        production=production,
        production_command=None if production else _production_command(entry, arguments, words),
        frozen=subcommand in entry.get("frozen_subcommands", ()) or arguments.has(entry.get("frozen_flags", ())),
        lock_files=tuple(entry.get("lock_files", ())),
        needs_sources=bool(entry.get("needs_sources")) or (needed is not None and not arguments.has(needed)),
        command=entry["command"],
    )


def _manifests(entry: Mapping[str, Any]) -> tuple[Manifest, ...]:
    return tuple(Manifest(text.removesuffix("?"), text.endswith("?")) for text in entry["manifests"])


def _is_production(entry: Mapping[str, Any], command: Command, arguments: Arguments) -> bool:
    for marker in entry.get("production_markers", ()):
        name, equals, value = marker.partition("=")
        if marker in arguments.flags:
            return True
        given = arguments.values.get(name, [])
        if (value in given) if equals else any(text.lower() != "false" for text in given):
            return True
    # npm, yarn and pnpm leave development dependencies out when this is set.
    has_switch = entry["ecosystem"] in ("npm", "yarn", "pnpm")
    return has_switch and command.environment.get("NODE_ENV") == "production"


def _production_command(entry: Mapping[str, Any], arguments: Arguments, words: Sequence[str]) -> str | None:
    for flag, instead in entry.get("production_instead", {}).items():
        if flag in arguments.flags:
            return str(instead)
    added = entry.get("production_add")
    if added is None or not all(word and set(word) <= _PLAIN for word in words):
        return None
    switched_off = {"--production=false", "--prod=false"}
    return " ".join([*(word for word in words if word not in switched_off), *added])


def dependency_step(ecosystem: str, *, with_lock: bool = True) -> InstallCommand | None:
    """The usual install step of an ecosystem, for a build that has none of its own (`go mod download`).

    Its `command` is the text to run; `with_lock` False asks for one that works without a lock file. None when the
    ecosystem is not known.
    """
    for entry in table("install-commands")["commands"]:
        if entry["ecosystem"] == ecosystem:
            text: str = entry["command"] if with_lock else entry.get("command_without_lock", entry["command"])
            found = install_command(text.split())
            return None if found is None else found._replace(command=text)
    return None
