"""Commands that only make sense while developing: watchers, development servers, `go run`."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .builds import script_name
from .command_words import Command, base_name, sort_arguments, unwrap
from .installs import starts_with
from .tables import table


def development_command(words: Sequence[str]) -> bool:
    """Whether a command starts a development server, a watcher or the toolchain instead of a built program.

    `words` are the literal words of one simple command, its program first. `npm start` is not counted: what it does
    stands in package.json.
    """
    command = unwrap(words)
    if command is None:
        return False
    data = table("development-commands")
    script = script_name(command)
    if script is not None:
        return script in data["scripts"] or script.partition(":")[0] in ("dev", "watch")
    position = _script_position(command.words)
    if command.program.rstrip("0123456789.") in data["script_interpreters"] and position is not None:
        words = command.words[position:]
        inner = Command(base_name(words[0]), words[1:], command.start + position + 1, command.environment)
        if any(_fits(entry, inner) for entry in data["commands"]):
            return True
    return any(_fits(entry, command) for entry in data["commands"])


def _script_position(words: Sequence[str]) -> int | None:
    """The index of the script that an interpreter is given behind options without values (`-u`)."""
    for position, word in enumerate(words):
        if not word.startswith("-"):
            return position
        if word in ("-c", "-m", "-e", "-r", "-W", "-X") or word.startswith("--"):
            return None
    return None


def _fits(entry: Mapping[str, Any], command: Command) -> bool:
    if command.program not in entry["programs"]:
        return False
    arguments = sort_arguments(command.words, entry.get("value_options", ()))
    if "flags" in entry and not arguments.has(entry["flags"]):
        return False
    if "goals" in entry:
        goals = {*arguments.rest, *(":" + goal.rpartition(":")[2] for goal in arguments.rest)}
        return any(goal in goals for goal in entry["goals"])
    if "subcommands" not in entry:
        return True
    return starts_with(arguments.rest, entry["subcommands"]) is not None


class StaticServer(NamedTuple):
    """A command that serves files: the directory (relative to the working directory) and the port it listens on."""

    directory: str
    port: str


def static_server(words: Sequence[str]) -> StaticServer | None:
    """What a command such as `serve -s build` or `vite preview` serves; None when it is no such command.

    `words` are the literal words of one simple command, its program first.
    """
    command = unwrap(words)
    if command is None:
        return None
    for entry in table("development-commands")["static_servers"]:
        if command.program not in entry["programs"]:
            continue
        flags = entry.get("flags", ())
        plain = [word for word in command.words if word not in flags]
        # `--host` takes a value or none.
        plain = [
            word
            for word, following in zip(plain, [*plain[1:], "-"], strict=False)
            if word != "--host" or not following.startswith("-")
        ]
        arguments = sort_arguments(plain, entry["value_options"])
        wanted = entry.get("subcommands")
        if wanted is not None and starts_with(arguments.rest[:1], wanted) is None:
            continue
        operands = arguments.rest[1:] if wanted is not None else arguments.rest
        directory = arguments.value(entry.get("directory_options", ())) or (operands or (entry["directory"],))[0]
        port = arguments.value(entry["port_options"]) or entry["port"]
        return StaticServer(directory, port.rpartition(":")[2])
    return None


def test_command(ecosystem: str) -> str | None:
    """How the tests of a project are run by custom; None where there is no custom (`data/test-commands.json`)."""
    commands: Mapping[str, str] = table("test-commands")["commands"]
    return commands.get(ecosystem)


def development_server(ecosystem: str) -> tuple[str, ...] | None:
    """The words that start a server for development by custom; None where there is no custom."""
    commands: Mapping[str, Sequence[str]] = table("test-commands")["development"]
    found = commands.get(ecosystem)
    return None if found is None else tuple(found)
