"""How a stage installs Python packages, and the folders that they are put into."""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Obstacle
from dockls.semantics import Stage, expanded, joined
from dockls.semantics.execution import Executed, executed, executed_by, named_path
from dockls.syntax import Instruction

#: where the builder makes a virtual environment
ENVIRONMENT = "/opt/venv"
#: tools that install packages and are of no use to a program
INSTALLERS = frozenset(("flit", "hatch", "pdm", "pip", "pip-tools", "pipenv", "poetry", "uv", "virtualenv"))
_BESIDE = frozenset(("build", "setuptools", "wheel", "cython", "poetry-core", "poetry-plugin-export", "hatchling"))
_PIP_VALUES = (
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-t", "--target", "--prefix", "--root", "-i"),
    *("--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--platform", "--python-version"),
    *("--cache-dir", "--src", "--timeout", "--retries", "--python", "-p", "--default-timeout", "--proxy"),
    *("--global-option", "--install-option", "--config-settings", "--only-binary", "--no-binary", "--progress-bar"),
    *("--upgrade-strategy", "--implementation", "--abi", "--group", "--root-user-action", "--use-feature"),
)
#: programs of packages that call pip for the Python that runs them
_CALLING_PIP = frozenset((("opentelemetry-bootstrap", "-a"), ("spacy", "download")))
#: what setup.py installs, or builds among the sources
_SETUP = frozenset(("install", "develop", "build", "build_ext"))
_SYSTEM = frozenset(("/usr", "/usr/local", ""))


class Places(NamedTuple):
    """Where packages are: `homes` to be copied; `converts` tells that the system's are put into an environment."""

    homes: tuple[str, ...]
    converts: bool
    environment: str | None


class PythonInstall(NamedTuple):
    """A command that installs packages.

    `tool` is ``pip``, ``uv pip``, ``uv``, ``poetry``, ``pipenv``, ``pdm`` or ``setup.py``. `kind` tells where to:
    ``system``, ``user``, ``environment`` (a virtual one) or ``folder``; `path` is the place, None for the system's.
    `names` are the packages that its words name, `files` the requirements files. `only_tools` tells that it installs
    nothing but installers; `editable` that packages stay where their sources are.
    """

    command: Executed
    tool: str
    kind: str
    path: str | None
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    only_tools: bool = False
    editable: bool = False


def python_installs(stage: Stage) -> tuple[PythonInstall, ...] | Obstacle:
    """Every command of the stage that installs Python packages, in order."""
    made = _environments(stage)
    found: list[PythonInstall] = []
    for command in executed(stage):
        install = _install(stage, command, made)
        if isinstance(install, Obstacle):
            return install
        if install is not None:
            found.append(install)
    return tuple(found)


def places_of(installs: tuple[PythonInstall, ...]) -> Places | Obstacle:
    """Where the packages are that the program needs."""
    kinds = {install.kind for install in installs} - {"folder"}
    if len(kinds) > 1:
        return Obstacle("packages are installed to more than one place: for the system, the user or an environment")
    homes = tuple(dict.fromkeys([install.path for install in installs if install.path is not None]))
    if "system" in kinds:
        return Places((*homes, ENVIRONMENT), True, ENVIRONMENT)
    environments = [install.path for install in installs if install.kind == "environment"]
    return Places(homes, False, environments[-1] if environments else None)


def _install(stage: Stage, command: Executed, made: tuple[str, ...]) -> PythonInstall | Obstacle | None:
    from dockls.knowledge.command_words import unwrap

    inner = unwrap(command.words)
    if inner is None:
        return None
    program, words = inner.program, inner.words
    if program.rstrip("0123456789.") == "python" and words[:1] == ("-m",) and len(words) > 1:
        program, words = words[1], words[2:]
    if program == "uv" and words[:1] == ("pip",):
        program, words = "uv pip", words[1:]
    if program == "uv pip" or program.rstrip("0123456789.") == "pip":
        tool = "pip" if program != "uv pip" else program
        return _pip(stage, command, tool, words, made) if words[:1] == ("install",) else None
    if program in ("poetry", "uv", "pipenv", "pdm") and words[:1] and words[0] in ("install", "sync", "add"):
        if (program, words[0]) in (("uv", "install"), ("uv", "add"), ("poetry", "add"), ("pdm", "add")):
            return None
        return _project(stage, command, program, words, made)
    if (program, *words[:1]) in _CALLING_PIP:
        return PythonInstall(command, "pip", *_scope(stage, command, made))
    if program.rstrip("0123456789.") == "python" and words[:1] == ("setup.py",) and _SETUP & set(words):
        return PythonInstall(command, "setup.py", *_scope(stage, command, made), editable="install" not in words)
    return None


def _pip(
    stage: Stage, command: Executed, tool: str, words: tuple[str, ...], made: tuple[str, ...]
) -> PythonInstall | Obstacle | None:
    from dockls.knowledge.command_words import sort_arguments

    arguments = sort_arguments(words, _PIP_VALUES)
    operands = arguments.rest[1:]
    files = tuple([file for option in ("-r", "--requirement") for file in arguments.values.get(option, ())])
    editable = arguments.has(("-e", "--editable"))
    names = tuple([bare_name(word) for word in operands])
    # `${PIP_PACKAGES}` and the like may be anything.
    tools = bool(names) and not files and not editable and set(names) <= INSTALLERS | _BESIDE
    target = arguments.value(("-t", "--target", "--prefix"))
    if arguments.has(("--root",)):
        return Obstacle("where `pip install --root` puts packages to is not looked for by Python")
    if target is not None:
        path = joined(command.directory, target) if "$" not in target else None
        if path is None or path in _SYSTEM:
            return Obstacle(f"where `{' '.join(command.words)}` puts the packages to is not known")
        kind = "folder"
    elif "--user" in arguments.flags:
        kind, path = "user", user_folder(stage, command.instruction)
        if path is None:
            return Obstacle("the home of the user that packages are installed for is not known")
    elif tool == "uv pip" and not arguments.has(("--system",)):
        kind, path = _scope(stage, command, made)
        if kind == "system" and stage.state_before(command.instruction).lookup("UV_SYSTEM_PYTHON") is None:
            own = joined(command.directory, ".venv")
            kind, path = ("environment", own) if own in made else ("system", None)
    else:
        kind, path = _scope(stage, command, made)
        if kind == "system" and tool == "uv pip" and path is not None:
            path = None
    if kind == "system" and not tools and _by_path(command):
        return Obstacle(f"`{command.words[0]}` is called by its path, so it installs for the system alone")
    return PythonInstall(command, tool, kind, path, names, files, tools, editable)


def _by_path(command: Executed) -> bool:
    return command.words[0].startswith("/")


def _project(
    stage: Stage, command: Executed, program: str, words: tuple[str, ...], made: tuple[str, ...]
) -> PythonInstall | Obstacle | None:
    """Tools that read the project's lock file and by custom make a virtual environment of their own."""
    state = stage.state_before(command.instruction)
    if any(word in ("-C", "--directory", "--project", "-P") or word.startswith("--directory=") for word in words):
        return Obstacle(f"`{' '.join(command.words)}` works in another folder than its own")
    plain = [word for word in words[1:] if not word.startswith("-")]
    if program == "pipenv" and words[0] == "install" and plain:
        return None
    inside = None if command.directory is None else posixpath.join(command.directory, ".venv")
    kind, path = _scope(stage, command, made)
    if program == "uv":
        chosen = _setting(stage, command, "UV_PROJECT_ENVIRONMENT")
        place = inside if chosen is None else joined(command.directory, chosen)
        if place is None or place in _SYSTEM or "$" in place:
            return Obstacle("uv installs for the system, and where that is cannot be changed here")
        return PythonInstall(command, program, "environment", place)
    if kind == "environment" and state.lookup("VIRTUAL_ENV") is not None:
        return PythonInstall(command, program, kind, path)
    if program == "pipenv" and "--system" in words:
        return PythonInstall(command, program, kind, path)
    if inside is not None and _is_inside(stage, command, program):
        return PythonInstall(command, program, "environment", inside)
    return PythonInstall(command, program, "system", None)


def _is_inside(stage: Stage, command: Executed, program: str) -> bool:
    """Whether the tool is told, or does by itself, to put the virtual environment into the project's folder."""
    if program == "pdm":
        return not any("python.use_venv" in other.words for other in executed(stage))
    if program == "pipenv":
        return _setting(stage, command, "PIPENV_VENV_IN_PROJECT") not in (None, "0", "false")
    told = _setting(stage, command, "POETRY_VIRTUALENVS_IN_PROJECT")
    if told is not None:
        return told.lower() in ("1", "true")
    return any(
        other.words[:2] == ("poetry", "config") and other.words[2:4] == ("virtualenvs.in-project", "true")
        for other in executed(stage)
    )


def _setting(stage: Stage, command: Executed, name: str) -> str | None:
    for assignment in command.command.assignments:
        key, _, value = (assignment.value or assignment.text).partition("=")
        if key == name:
            return value
    return stage.state_before(command.instruction).lookup(name)


def _environments(stage: Stage) -> tuple[str, ...]:
    """The virtual environments that the stage makes."""
    from dockls.knowledge import build_command

    found: list[str] = []
    for command in executed(stage):
        build = build_command(list(command.words))
        if build is None or build.ecosystem != "python" or not _makes_environment(command):
            continue
        for output in build.outputs:
            path = named_path(stage, command, output.path)
            if path is not None:
                found.append(path)
    return tuple(found)


def _makes_environment(command: Executed) -> bool:
    return bool({"venv", "virtualenv"} & {word.rpartition("/")[2] for word in command.words[:3]})


def _scope(stage: Stage, command: Executed, made: tuple[str, ...]) -> tuple[str, str | None]:
    """Where a plain `pip install` installs to: by the path of its program, what is active, PATH, or its user."""
    state = stage.state_before(command.instruction)
    activated: list[str] = []
    for other in executed_by(stage, command.instruction):
        if other is command:
            break
        if other.words[0] in (".", "source") and len(other.words) > 1 and other.piece == command.piece:
            activated.insert(0, posixpath.dirname(other.words[1]))
    named = [posixpath.dirname(word) for word in command.words[:1] if "/" in word]
    folders = named or [*activated, (state.lookup("PATH") or "").partition(":")[0]]
    for folder in folders:
        value = expanded(folder, state, command.instruction.escape) if "$" in folder else folder
        path = None if not value else joined(command.directory, value)
        if path is not None and posixpath.basename(path) == "bin" and posixpath.dirname(path) in made:
            return "environment", posixpath.dirname(path)
    if (state.user or "root").partition(":")[0] not in ("root", "0"):
        return "user", user_folder(stage, command.instruction)
    return "system", None


def user_folder(stage: Stage, instruction: Instruction) -> str | None:
    """Where the user in force has packages of its own; None if its home is not known."""
    state = stage.state_before(instruction)
    chosen = state.lookup("PYTHONUSERBASE")
    if chosen is not None:
        return chosen
    home = state.lookup("HOME")
    name = (state.user or "root").partition(":")[0]
    if home is None and name in ("root", "0"):
        home = "/root"
    if home is None:
        home = _home(stage, name)
    return None if home is None else posixpath.join(home, ".local")


def _home(stage: Stage, name: str) -> str | None:
    """The home of a user that the stage creates."""
    for command in executed(stage):
        if command.command.program not in ("useradd", "adduser") or name not in command.words:
            continue
        for number, word in enumerate(command.words):
            option, equals, value = word.partition("=")
            if option in ("-d", "--home", "--home-dir", "-h") and (equals or number + 1 < len(command.words)):
                return value if equals else command.words[number + 1]
        return f"/home/{name}"
    return None


def bare_name(word: str) -> str:
    """The name of the package that a requirement names, as package indexes compare names; "" if it names none."""
    name = word.strip()
    for mark in " \t<>=~!;[@#":
        name = name.partition(mark)[0]
    name = name.replace("_", "-").replace(".", "-").lower()
    return "" if "/" in name or "$" in name or name.startswith("-") else name
