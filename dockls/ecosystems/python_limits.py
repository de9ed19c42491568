"""Why a Python program cannot be taken out of its stage: what would not find its packages, or another Python."""

from dockls.ecosystems import Obstacle
from dockls.ecosystems.accounts import Account
from dockls.ecosystems.cuts import shown
from dockls.ecosystems.programs import Running
from dockls.ecosystems.python_commands import TOOLS
from dockls.ecosystems.python_context import Scripts
from dockls.ecosystems.python_installs import INSTALLERS, Places, PythonInstall
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage
from dockls.semantics.execution import executed
from dockls.semantics.files import made

#: what one works with, rather than having it do something by itself
_WORKPLACES = frozenset((
    "bash", "sh", "fish", "zsh", "ipython", "jupyter", "jupyter-lab", "jupyter-notebook", "tox", "nox", "pip",
))  # fmt: skip
_IDLE = (("python",), ("python3",), ("sleep", "infinity"), ("tail", "-f", "/dev/null"))
#: programs that start others without the PATH of the image
_WITHOUT_PATH = frozenset(("cron", "sudo", "apache2", "openssh-server"))


def obstacle_of(
    stage: Stage,
    runs: tuple[Running, ...],
    places: Places,
    installs: tuple[PythonInstall, ...],
    scripts: Scripts,
    user: Account,
) -> Obstacle | None:
    """The first reason against it that is found."""
    tool = next((name for name in scripts.programs if name in TOOLS | {"pip", "pip3"}), None)
    if tool is not None:
        return Obstacle(f"a script that the image starts calls `{tool}`")
    if any(install.path == "/root/.local" for install in installs) and not user.is_root:
        return Obstacle("`/root/.local` cannot be read by the user that the program runs as")
    if not _is_accounted_for(stage, user):
        return Obstacle(f"how user `{user.name}` is created is not known")
    return _hidden(stage, runs) if places.converts else None


def unfit(stage: Stage, run: Running) -> Obstacle | None:
    """Why a command shows that the image is there to develop in."""
    from dockls.knowledge import development_command

    if development_command(list(run.words)) or _debugs(stage, run):
        return Obstacle(f"`{' '.join(run.words)}` starts a server for development")
    if run.name in _WORKPLACES or run.words in _IDLE:
        return Obstacle(f"`{' '.join(run.words)}` is there to work with, so what is needed cannot be told")
    return None


def other_python(stage: Stage, places: Places, installs: tuple[PythonInstall, ...]) -> Obstacle | None:
    """Why the environment's Python would be another one than the image's."""
    from dockls.knowledge import facts, python_beneath

    known = facts(python_beneath(stage.base_image or "") or stage.base_image or "")
    version = "" if known is None else known.version or ""
    platform = stage.declaration.parsed.flag("platform")
    if platform is not None and "BUILD" in (platform.value or ""):
        return Obstacle("packages are installed for the machine that builds, whatever the image is built for")
    if places.converts and (version == "2" or version.startswith("2.")):
        return Obstacle("Python 2 cannot make a virtual environment by itself")
    file = stage.context.read(".python-version") if any(one.tool == "uv" for one in installs) else None
    asked = (file or "").strip()
    same = (asked + ".").startswith(version + ".") or (version + ".").startswith(asked + ".")
    if asked and version and not same:
        return Obstacle(f"`.python-version` asks for Python {asked}, which uv downloads: the image has {version}")
    return None


def _debugs(stage: Stage, run: Running) -> bool:
    """Whether the environment makes Flask's server one for development."""
    debug = (stage.final_state.lookup("FLASK_DEBUG") or "0").lower() not in ("0", "false", "")
    return "flask" in (run.name, *run.words[2:3]) and (debug or stage.final_state.lookup("FLASK_ENV") == "development")


def _hidden(stage: Stage, runs: tuple[Running, ...]) -> Obstacle | None:
    """Why the program would not see an environment that takes the place of the system's packages."""
    for run in runs:
        entry = None if run.path is None else made(stage, run.path)
        own = run.name.startswith(("python", "pip")) or (run.path or "").startswith("/usr/local/")
        if run.path is not None and own and run.path.startswith("/usr/") and entry is None:
            return Obstacle(f"`{run.path}` is called by its path, so it would not see a virtual environment")
    for found in (_named_folder(stage), _named_program(stage)):
        if found is not None:
            return found
    for package in packages(stage):
        if package.name in _WITHOUT_PATH:
            return Obstacle(f"`{package.name}` starts programs without the PATH that a virtual environment needs")
    return None


def _named_folder(stage: Stage) -> Obstacle | None:
    for instruction in stage.instructions:
        if "site-packages" in instruction.text or "dist-packages" in instruction.text:
            return Obstacle(f"`{shown(instruction)}` names the folder of the system's packages")
        if instruction.keyword == "ENV":
            for pair in instruction.pairs:
                if pair.name == "PATH" and "$PATH" not in (pair.value or "").replace("{", "").replace("}", ""):
                    return Obstacle(f"`{shown(instruction)}` says all of PATH anew")
    return None


def _named_program(stage: Stage) -> Obstacle | None:
    for command in executed(stage):
        first = next((word for word in command.words[1:] if not word.startswith("-")), "")
        known = first.rpartition("/")[2] in INSTALLERS or made(stage, first) is not None
        if command.words[0] in ("ln", "cp", "mv") and first.startswith("/usr/local/bin/") and not known:
            return Obstacle(f"`{' '.join(command.words)}` names a program of the system's packages")
    return None


def _is_accounted_for(stage: Stage, user: Account) -> bool:
    """Whether it is known how the user came to be: by commands of the stage, or by its base image alone."""
    creates = any(command.command.program in ("useradd", "adduser") for command in executed(stage))
    return user.is_root or user.is_number or bool(user.commands) or not creates
