"""Commands that build something, and where they put it (`data/build-commands.json`)."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .command_words import Arguments, Command, remembered, sort_arguments, unwrap
from .installs import starts_with
from .tables import table


class Output(NamedTuple):
    """What a command writes.

    path: relative to the working directory unless absolute, possibly a glob, without a slash at the end; None when it
    cannot be told from the command (`go build` takes the module's name). kind: `file` or `directory`.
    certainty: `certain` when the command itself says so, `likely` when it is the tool's custom.
    """

    path: str | None
    kind: str
    certainty: str


class BuildCommand(NamedTuple):
    """A command that builds.

    site: True when it makes files for a web server, False when a program, None when that cannot be told.
    script: name of the package.json script it runs; the script tells more than the outputs given here.
    directory: where it runs, relative to the working directory, None for there; already part of the outputs.
    packages: what is built, as written (`./cmd/server`).
    """

    ecosystem: str
    outputs: tuple[Output, ...]
    site: bool | None
    script: str | None
    directory: str | None
    packages: tuple[str, ...]


@remembered
def build_command(words: Sequence[str]) -> BuildCommand | None:
    """What a command builds, or None when it is no known build command.

    `words` are the literal words of one simple command, its program first; wrappers such as `npx` and assignments
    may stand before it.
    """
    command = unwrap(words)
    if command is None:
        return None
    if command.program == "go":
        return _go(command)
    if command.program == "cargo":
        return _cargo(command)
    script = script_name(command)
    if script is not None:
        return _script(command, script)
    for entry in table("build-commands")["commands"]:
        if command.program in entry["programs"]:
            arguments = sort_arguments(command.words, entry.get("value_options", ()))
            operands = _operands(entry, arguments)
            if operands is not None:
                return _from_table(entry, command, arguments, operands)
    return None


def joined(directory: str | None, path: str) -> str:
    """`path` seen from where `directory` is relative to, without `./` and double slashes."""
    text = path if directory is None or path.startswith("/") else f"{directory}/{path}"
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return ("/" if text.startswith("/") else "") + "/".join(parts) or "."


def _output(directory: str | None, text: str, certainty: str, kind: str | None = None) -> Output:
    kind = kind or ("directory" if text.endswith("/") else "file")
    return Output(joined(directory, text), kind, certainty)


def _operands(entry: Mapping[str, Any], arguments: Arguments) -> tuple[str, ...] | None:
    """The operands behind the subcommand when a table entry fits, else None."""
    if arguments.has(entry.get("excluded_flags", ())):
        return None
    if "needs_flag" in entry and not arguments.has(entry["needs_flag"]):
        return None
    if "needs_option" in entry and arguments.value(entry["needs_option"]) is None:
        return None
    rest = arguments.rest
    if any(word in entry.get("excluded_operands", ()) for word in rest):
        return None
    if "goals" in entry:
        goals = {word.rpartition(":")[2] for word in rest}
        return rest if goals.intersection(entry["goals"]) else None
    subcommand = starts_with(rest, entry["subcommands"])
    if subcommand is not None:
        return rest[len(subcommand.split()) :]
    bare = "" in entry["subcommands"] and (rest[:1] and rest[0] not in entry.get("excluded_subcommands", ()))
    return rest if bare else None


def _from_table(
    entry: Mapping[str, Any], command: Command, arguments: Arguments, operands: tuple[str, ...]
) -> BuildCommand:
    directory = arguments.value(entry.get("change_directory", ()))
    if entry.get("root_operand") and operands:
        directory = operands[0]
    file = arguments.value(entry.get("file_options", ()))
    into = arguments.value(entry.get("directory_options", ()))
    variable = command.environment.get(entry.get("output_variable", ""))
    if file is not None:
        outputs = [_output(directory, file, "certain", "file")]
    elif into is not None or variable:
        certainty = "likely" if entry.get("uncertain") else "certain"
        outputs = [_output(directory, into or variable or "", certainty, "directory")]
    else:
        operand = (operands[0] if operands else entry.get("operand_default", ".")).rstrip("/") or "."
        certainty = "certain" if entry.get("certain") else "likely"
        texts = [] if entry.get("no_default") else entry["outputs"]
        outputs = [_output(directory, text.replace("{operand}", operand), certainty) for text in texts]
    return BuildCommand(entry["ecosystem"], tuple(outputs), entry.get("site"), None, directory, operands)


def script_name(command: Command) -> str | None:
    """The package.json script a command runs (`npm run build`, `yarn build`), None when it runs none."""
    data = table("build-commands")["scripts"]
    if command.program not in data["programs"]:
        return None
    rest = sort_arguments(command.words, data["value_options"]).rest
    if rest[:1] and rest[0] in data["run_words"]:
        return rest[1] if len(rest) > 1 else None
    if rest[:1] == ("start",) and command.program != "deno":
        return "start"
    if rest[:1] and command.program in data["bare"] and _is_script_word(rest[0]):
        return rest[0]
    return None


def _is_script_word(word: str) -> bool:
    names = {*table("build-commands")["scripts"]["names"], *table("development-commands")["scripts"]}
    return word in names or word.partition(":")[0] in names


def _script(command: Command, script: str) -> BuildCommand | None:
    data = table("build-commands")["scripts"]
    if script.partition(":")[0] not in data["names"]:
        return None
    arguments = sort_arguments(command.words, data["value_options"])
    directory = arguments.value(data["directory_options"])
    outputs = tuple(_output(directory, text, "likely") for text in data["outputs"])
    ecosystem = command.program if command.program in ("bun", "deno") else "node"
    return BuildCommand(ecosystem, outputs, None, script, directory, ())


def _go(command: Command) -> BuildCommand | None:
    arguments = sort_arguments(command.words, table("build-commands")["go_value_options"])
    subcommand, packages = (arguments.rest[:1] or ("",))[0], arguments.rest[1:]
    directory = arguments.value(("-C",))
    if subcommand == "build":
        outputs = _go_build_outputs(arguments.value(("-o",)), packages, directory, command.environment)
    elif subcommand == "install":
        binaries = command.environment.get("GOBIN") or _go_path(command.environment) + "/bin"
        outputs = tuple(
            Output(None if name is None else f"{binaries}/{name}", "file", "likely")
            for name in map(_go_binary, packages or (".",))
        )
    else:
        return None
    return BuildCommand("go", outputs, False, None, directory, packages)


def _go_path(environment: Mapping[str, str]) -> str:
    return environment.get("GOPATH") or "/go"


def _go_build_outputs(
    target: str | None, packages: tuple[str, ...], directory: str | None, environment: Mapping[str, str]
) -> tuple[Output, ...]:
    suffix = ".exe" if environment.get("GOOS") == "windows" else ""
    names = [None if name is None else name + suffix for name in map(_go_binary, packages or (".",))]
    if target is not None and (target.endswith("/") or len(names) > 1):
        inside = [Output(joined(directory, f"{target}/{name}"), "file", "likely") for name in names if name]
        return (*inside, Output(joined(directory, target), "directory", "certain"))
    if target is not None:
        return (Output(joined(directory, target), "file", "certain"),)
    if len(names) > 1 and not any(package.endswith(".go") for package in packages):
        return ()  # `go build` of several packages only checks them
    name = names[0]
    return (Output(None if name is None else joined(directory, name), "file", "likely"),)


def _go_binary(package: str) -> str | None:
    """The name Go gives the binary of a package; None when it takes the module's or cannot be told."""
    path = package.partition("@")[0].rstrip("/")
    if path.endswith(".go"):
        return path.rpartition("/")[2].removesuffix(".go")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if parts and len(parts) > 1 and parts[-1][:1] == "v" and parts[-1][1:].isdigit():
        parts.pop()  # a major version at the end is no name
    if not parts or parts[-1] in ("..", "...") or "$" in parts[-1]:
        return None
    return parts[-1]


def _cargo(command: Command) -> BuildCommand | None:
    arguments = sort_arguments(command.words, table("build-commands")["cargo_value_options"])
    subcommand = (arguments.rest[:1] or ("",))[0]
    binary = arguments.value(("--bin",))
    if subcommand == "install":
        root = arguments.value(("--root",)) or command.environment.get("CARGO_HOME") or "/usr/local/cargo"
        name = binary or (arguments.rest[1] if len(arguments.rest) > 1 else None)
        path = f"{root}/bin/{name}" if name else f"{root}/bin"
        outputs = (Output(path, "file" if name else "directory", "likely"),)
        return BuildCommand("cargo", outputs, False, None, None, arguments.rest[1:])
    if subcommand not in ("build", "b"):
        return None
    released = "release" if arguments.has(("--release", "-r")) else "debug"
    profile = arguments.value(("--profile",)) or released
    parts = [
        arguments.value(("--target-dir",)) or command.environment.get("CARGO_TARGET_DIR") or "target",
        *filter(None, [arguments.value(("--target",))]),
        "debug" if profile == "dev" else profile,
    ]
    if binary is not None:
        outputs = (Output("/".join([*parts, binary]), "file", "certain"),)
    else:
        outputs = (Output("/".join(parts), "directory", "certain"),)
    return BuildCommand("cargo", outputs, False, None, None, ())
