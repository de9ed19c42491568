"""Python: a program, its packages, and nothing that installed them.

Packages that are installed for the whole system cannot be taken out of it, so the builder gets a virtual environment:
`RUN python -m venv /opt/venv` and PATH, after which the same commands install into it. What is in a virtual environment
already (also of Poetry, Pipenv, PDM and uv), in the user's folder (`pip install --user`) or in a folder of its own
(`--target`, `--prefix`) is taken as it is, to the same path: scripts name their interpreter by it.

The last stage starts from the slim variant of the builder's image, or from the same image where that is slim or Alpine
already, so that the interpreter and the C library are the same. Sources are copied from the build context once more,
or from the builder where a step has changed them. Steps below the last installation stay what they are.

Packages of the distribution that are for building are left out, their libraries are installed, all others are installed
again. `poetry run`, `pipenv run` and `uv run` in front of a command fall away with the tool. It is offered only where
something is left behind: build packages, an installer, or the tools of a full image.
"""

import posixpath
from typing import NamedTuple

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, owned, owners
from dockls.ecosystems.programs import Running, running
from dockls.ecosystems.python_commands import TOOLS, Commands, without_tools
from dockls.ecosystems.python_installs import INSTALLERS, PythonInstall, bare_name, python_installs
from dockls.ecosystems.python_runtime import PythonRuntime, build_packages, python_runtime, runtime_image
from dockls.ecosystems.python_steps import PythonSteps, python_steps, shown
from dockls.ecosystems.resources import without_nested
from dockls.ecosystems.steps import packages
from dockls.semantics import Stage, joined
from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of, made
from dockls.syntax import Instruction, Place
from dockls.text import Span

ORDER = 40

_ENVIRONMENT = "/opt/venv"
#: what one works with, rather than having it do something by itself
_WORKPLACES = frozenset((
    "bash", "sh", "fish", "zsh", "ipython", "jupyter", "jupyter-lab", "jupyter-notebook", "tox", "nox", "pip",
))  # fmt: skip
_IDLE = (("python",), ("python3",), ("sleep", "infinity"), ("tail", "-f", "/dev/null"))
_OF_PIP = frozenset(("pip", "setuptools", "wheel"))
#: programs that start others without the PATH of the image
_WITHOUT_PATH = frozenset(("cron", "sudo", "apache2", "openssh-server"))


class _Places(NamedTuple):
    """Where packages are: `homes` to be copied; `converts` tells that the system's are put into an environment."""

    homes: tuple[str, ...]
    converts: bool
    environment: str | None


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Python program without what its packages were installed with."""
    from dockls.knowledge import development_command, facts, python_beneath

    known = facts(stage.base_image or "")
    if known is None or known.language != "python" or stage.parent is not None:
        return None
    if known.family != "python" and python_beneath(stage.base_image or "") is None:
        return None
    runs = running(stage)
    if not any(run.role == "program" for run in runs):
        return None
    installs = python_installs(stage)
    if isinstance(installs, Obstacle):
        return installs
    needed = tuple([install for install in installs if not install.only_tools])
    if not needed:
        return None
    image = runtime_image(stage, wish)
    if isinstance(image, Obstacle):
        return image
    tools = _tools(stage, installs)
    if image == stage.declaration.words[0].text and not tools and not build_packages(stage, _behind(stage, needed)):
        return None
    for run in runs:
        if run.role == "program" and (development_command(list(run.words)) or _debugs(stage, run)):
            return Obstacle(f"`{' '.join(run.words)}` starts a server for development")
        if run.role == "program" and (run.name in _WORKPLACES or run.words in _IDLE):
            return Obstacle(f"`{' '.join(run.words)}` is there to work with, so what is needed cannot be told")
    return _extraction(stage, wish, image, runs, installs, needed)


def _debugs(stage: Stage, run: Running) -> bool:
    """Whether the environment makes Flask's server one for development."""
    debug = (stage.final_state.lookup("FLASK_DEBUG") or "0").lower() not in ("0", "false", "")
    return "flask" in (run.name, *run.words[2:3]) and (debug or stage.final_state.lookup("FLASK_ENV") == "development")


def _behind(stage: Stage, installs: tuple[PythonInstall, ...]) -> tuple[Instruction, ...]:
    last = stage.instructions.index(installs[-1].command.instruction)
    return stage.instructions[last + 1 :]


def _tools(stage: Stage, installs: tuple[PythonInstall, ...]) -> list[str]:
    """The installers that the finished image has besides pip, and would not have any more."""
    # What a step installs for the system besides an installer takes that with it into the environment.
    steps = {one.command.instruction for one in installs if not one.only_tools and one.kind == "system"}
    named = {name for install in installs for name in install.names}
    found = [
        name
        for install in installs
        if install.only_tools and install.command.instruction not in steps
        for name in install.names
        if name in INSTALLERS - {"pip", "virtualenv"}
    ]
    for copy in copies_of(stage):
        names = {posixpath.basename(source) for source in copy.sources}
        found += sorted(names & INSTALLERS) if copy.from_image or copy.stage is not None else []
    # An installer that nothing installs comes from a script of its maker's.
    return found + [one.tool for one in installs if one.tool in ("uv", "poetry", "pdm") and one.tool not in named]


def _places(installs: tuple[PythonInstall, ...]) -> _Places | Obstacle:
    """Where the packages are that the program needs."""
    kinds = {install.kind for install in installs} - {"folder"}
    if len(kinds) > 1:
        return Obstacle("packages are installed to more than one place: for the system, the user or an environment")
    homes = tuple(dict.fromkeys([install.path for install in installs if install.path is not None]))
    if "system" in kinds:
        return _Places((*homes, _ENVIRONMENT), True, _ENVIRONMENT)
    environments = [install.path for install in installs if install.kind == "environment"]
    return _Places(homes, False, environments[-1] if environments else None)


def _extraction(
    stage: Stage,
    wish: Wish,
    image: str,
    runs: tuple[Running, ...],
    installs: tuple[PythonInstall, ...],
    needed: tuple[PythonInstall, ...],
) -> Extraction | Obstacle:
    places = _places(needed)
    if isinstance(places, Obstacle):
        return places
    obstacle = _other_python(stage, places, needed)
    if obstacle is not None:
        return obstacle
    steps = python_steps(stage, needed, places.homes, wish)
    if isinstance(steps, Obstacle):
        return steps
    scripts = _scripts(stage, runs, steps.runtime)
    obstacle = _hidden(stage, runs, places, needed) or _unreadable(scripts)
    if obstacle is not None:
        return obstacle
    user = account(stage)
    if user is None:
        return Obstacle("which user the program runs as is not known")
    if not _is_accounted_for(stage, user):
        return Obstacle(f"how user `{user.name}` is created is not known")
    commands = without_tools(stage, steps.runtime)
    if isinstance(commands, Obstacle):
        return commands
    called = tuple([Running((name,), None, None, False, "script") for name in scripts.programs])
    requirements = _requirements(stage, needed)
    runtime = python_runtime(stage, image, (*runs, *called), steps.runtime, requirements)
    if isinstance(runtime, Obstacle):
        return runtime
    return _split(stage, installs, places, steps, commands, runtime, user, scripts)


class _Scripts(NamedTuple):
    """The scripts that the image or a step starts: what those call that can be read, and the paths of the others."""

    programs: tuple[str, ...]
    unread: tuple[str, ...]


def _scripts(stage: Stage, runs: tuple[Running, ...], steps: tuple[Instruction, ...]) -> _Scripts:
    from dockls.shell import parse

    programs: list[str] = []
    called = [command for command in executed(stage) if command.instruction in steps]
    unread = [command.words[0] for command in called if command.words[0].startswith("./")]
    for run in runs:
        entry = None if run.path is None else made(stage, run.path)
        if run.path is None or entry is None or entry.origin not in ("context", "heredoc"):
            continue
        if run.path.endswith(".py") or (entry.path != run.path and not run.path.endswith((".sh", ".bash"))):
            continue
        text = _read(stage, run.path)
        if text is None:
            unread.append(run.path)
        else:
            programs += [command.program for command in parse(text).commands]
    return _Scripts(tuple(dict.fromkeys(programs)), tuple(dict.fromkeys(unread)))


def _unreadable(scripts: _Scripts) -> Obstacle | None:
    tool = next((name for name in scripts.programs if name in TOOLS | {"pip", "pip3"}), None)
    return None if tool is None else Obstacle(f"a script that the image starts calls `{tool}`")


def _read(stage: Stage, path: str) -> str | None:
    """The text of a file that COPY brings to an absolute path, as far as the context is known."""
    for copy in reversed(copies_of(stage)):
        if copy.stage is not None or copy.from_image or copy.destination is None:
            continue
        for source in copy.sources:
            inside = posixpath.normpath(posixpath.join(source, posixpath.relpath(path, copy.destination)))
            named = posixpath.basename(source) == posixpath.basename(path)
            wanted = source if named and posixpath.dirname(path) in (copy.destination, "/") else inside
            if path == copy.destination:
                wanted = source
            text = None if wanted.startswith("..") else stage.context.read(posixpath.normpath(wanted.lstrip("/")))
            if text is not None:
                return text
    return None


def _requirements(stage: Stage, installs: tuple[PythonInstall, ...]) -> frozenset[str] | None:
    """What is installed, by name and by the beginning of its address; None where a file that lists it is not known."""
    words = [word for install in installs for word in install.command.words]
    if any(install.tool not in ("pip", "uv pip") for install in installs):
        return None
    for install in installs:
        for file in install.files:
            path = joined(install.command.directory, file)
            text = None if path is None else _read(stage, path)
            if text is None:
                return None
            words += text.split("\n")
    addresses = [word[word.find("git+") :].partition("//")[0] for word in words if "git+" in word]
    return frozenset([*[bare_name(word) for word in words], *addresses])


def _hidden(
    stage: Stage, runs: tuple[Running, ...], places: _Places, installs: tuple[PythonInstall, ...]
) -> Obstacle | None:
    """Why the program would not see an environment that takes the place of the system's packages."""
    if any(install.path == "/root/.local" for install in installs) and not _runs_as_root(stage):
        return Obstacle("`/root/.local` cannot be read by the user that the program runs as")
    if not places.converts:
        return None
    for run in runs:
        entry = None if run.path is None else made(stage, run.path)
        own = run.name.startswith(("python", "pip")) or (run.path or "").startswith("/usr/local/")
        if run.path is not None and own and run.path.startswith("/usr/") and entry is None:
            return Obstacle(f"`{run.path}` is called by its path, so it would not see a virtual environment")
    for instruction in stage.instructions:
        if "site-packages" in instruction.text or "dist-packages" in instruction.text:
            return Obstacle(f"`{shown(instruction)}` names the folder of the system's packages")
        if instruction.keyword == "ENV":
            for pair in instruction.pairs:
                if pair.name == "PATH" and "$PATH" not in (pair.value or "").replace("{", "").replace("}", ""):
                    return Obstacle(f"`{shown(instruction)}` says all of PATH anew")
    for package in packages(stage):
        if package.name in _WITHOUT_PATH:
            return Obstacle(f"`{package.name}` starts programs without the PATH that a virtual environment needs")
    return None


def _other_python(stage: Stage, places: _Places, installs: tuple[PythonInstall, ...]) -> Obstacle | None:
    """Why the environment's Python would be another one than the image's."""
    from dockls.knowledge import facts, python_beneath

    known = facts(python_beneath(stage.base_image or "") or stage.base_image or "")
    version = "" if known is None else known.version or ""
    if places.converts and (version == "2" or version.startswith("2.")):
        return Obstacle("Python 2 cannot make a virtual environment by itself")
    asked = (stage.context.read(".python-version") or "").strip() if any(one.tool == "uv" for one in installs) else ""
    if (
        asked
        and version
        and not (asked + ".").startswith(version + ".")
        and not (version + ".").startswith(asked + ".")
    ):
        return Obstacle(f"`.python-version` asks for Python {asked}, which uv downloads: the image has {version}")
    return None


def _runs_as_root(stage: Stage) -> bool:
    return (stage.final_state.user or "root").partition(":")[0] in ("root", "0")


def _split(
    stage: Stage,
    installs: tuple[PythonInstall, ...],
    places: _Places,
    steps: PythonSteps,
    commands: Commands,
    runtime: PythonRuntime,
    user: Account,
    scripts: _Scripts,
) -> Extraction:
    cut = Cut(steps.last, steps.runtime, steps.dropped, *owners(stage))
    owner = None if user.is_root else user.text
    relocated, created = created_by(stage, user, steps.last, bool(cut.owned or cut.copied))
    if any(install.command.instruction in relocated for install in installs):
        relocated = ()
    sources = [step.text.strip() for step in steps.early]
    preparation = [*sources, *runtime.preparation, *([created] if created else [])]
    if places.environment is not None and (places.converts or (commands.texts and not _is_on_path(stage, places))):
        preparation.append(f'ENV PATH="{places.environment}/bin:$PATH"')
    artifacts = [Artifact(home, True) for home in places.homes]
    artifacts = [*artifacts, *steps.artifacts]
    return Extraction(
        runtime.image,
        f"Python → {runtime.title}",
        steps.last,
        without_nested(tuple([owned(artifact, cut, owner) for artifact in artifacts])),
        tuple(preparation),
        steps.repeated,
        relocated,
        _insertions(stage, installs) if places.converts else (),
        dropped=steps.dropped,
        rewritten=commands.texts,
        copies_last=True,
        bound=steps.bound,
        assumptions=_assumed(installs, places, steps, commands, runtime, scripts, stage.declaration.words[0].text)
        + assumed_of(user),
        changes=frozenset(("base", *commands.changes)) | frozenset(("user",) if user.assumed else ()),
    )


def _is_accounted_for(stage: Stage, user: Account) -> bool:
    """Whether it is known how the user came to be: by commands of the stage, or by its base image alone."""
    creates = any(command.command.program in ("useradd", "adduser") for command in executed(stage))
    return user.is_root or user.is_number or bool(user.commands) or not creates


def _is_on_path(stage: Stage, places: _Places) -> bool:
    return f"{places.environment}/bin" in (stage.final_state.lookup("PATH") or "").split(":")


def _insertions(stage: Stage, installs: tuple[PythonInstall, ...]) -> tuple[tuple[Place, str], ...]:
    """The virtual environment above the first installation into it, and `--system` of uv taken away."""
    first = next(install for install in installs if not install.only_tools or set(install.names) <= _OF_PIP)
    before = _above(stage, first.command.instruction)
    ending = "\r\n" if stage.declaration.text.endswith("\r\n") else "\n"
    tools = any(install.tool in ("poetry", "pipenv", "pdm", "uv pip") for install in installs)
    named = f"VIRTUAL_ENV={_ENVIRONMENT} " if tools else ""
    lines: tuple[str, ...] = (f"RUN python -m venv {_ENVIRONMENT}", f'ENV {named}PATH="{_ENVIRONMENT}/bin:$PATH"')
    if stage.declaration.raw_keyword.islower():
        lines = tuple([line[:3].lower() + line[3:] for line in lines])
    end = len(before.text)
    found = [(Place(before, Span(end, end)), "".join([line + ending for line in lines]))]
    for install in installs:
        for number, word in enumerate(install.command.words):
            if install.tool == "uv pip" and word == "--system":
                start = install.command.word_span(number - 1).end
                place = Place(install.command.instruction, Span(start, install.command.word_span(number).end))
                found.append((place, ""))
    return tuple(found)


def _above(stage: Stage, first: Instruction) -> Instruction:
    """The instruction below which the environment is made: not below a COPY, which changes more often."""
    position = stage.instructions.index(first)
    while position and stage.instructions[position - 1].keyword in ("COPY", "ADD", "WORKDIR"):
        position -= 1
    return stage.instructions[position - 1] if position else stage.declaration


def _assumed(
    installs: tuple[PythonInstall, ...],
    places: _Places,
    steps: PythonSteps,
    commands: Commands,
    runtime: PythonRuntime,
    scripts: _Scripts,
    text: str,
) -> tuple[str, ...]:
    """What is taken for granted; `text` is the builder's image as it is written."""
    found: list[str] = []
    if places.converts:
        found.append("nothing calls Python or the programs of its packages by a path of the system's own")
    if any(install.tool == "uv" for install in installs):
        found.append("uv takes the Python of the image and downloads none")
    if runtime.is_other:
        found.append("no package needs a library that the full image alone has")
    if runtime.is_other and "@" in text:
        found.append(f"`{runtime.image}` has the Python of `{text.partition('@')[0]}` with that digest")
    if runtime.left:
        names = ", ".join([f"`{name}`" for name in runtime.left])
        found.append(f"the program does not use {names}")
    found += [f"`{path}` calls nothing that the smaller image does not have" for path in scripts.unread]
    found += [f"what `{tool} run` starts is a program of the virtual environment" for tool in commands.tools]
    return (*found, *steps.assumptions)
