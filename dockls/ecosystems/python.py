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

from dockls.ecosystems import Artifact, Extraction, Obstacle, Wish
from dockls.ecosystems.accounts import Account, account, assumed_of, created_by
from dockls.ecosystems.cuts import Cut, owned, owners
from dockls.ecosystems.programs import Running, running
from dockls.ecosystems.python_commands import Commands, without_tools
from dockls.ecosystems.python_context import Scripts, requirements_of, scripts_of
from dockls.ecosystems.python_installs import ENVIRONMENT, INSTALLERS, Places, PythonInstall, places_of, python_installs
from dockls.ecosystems.python_limits import obstacle_of, other_python, unfit
from dockls.ecosystems.python_runtime import PythonRuntime, build_packages, python_runtime, runtime_image
from dockls.ecosystems.python_steps import PythonSteps, python_steps
from dockls.ecosystems.resources import without_nested
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import copies_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

ORDER = 40

_OF_PIP = frozenset(("pip", "setuptools", "wheel"))


def recognize(stage: Stage, wish: Wish) -> Extraction | Obstacle | None:
    """How to run a Python program without what its packages were installed with."""
    from dockls.knowledge import python_beneath

    known = base_facts(stage)
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
    reasons = [unfit(stage, run) for run in runs if run.role == "program"]
    reason = next((reason for reason in reasons if reason is not None), None)
    return reason or _extraction(stage, wish, image, runs, installs, needed)


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


def _extraction(
    stage: Stage,
    wish: Wish,
    image: str,
    runs: tuple[Running, ...],
    installs: tuple[PythonInstall, ...],
    needed: tuple[PythonInstall, ...],
) -> Extraction | Obstacle:
    places = places_of(needed)
    if isinstance(places, Obstacle):
        return places
    obstacle = other_python(stage, places, needed)
    if obstacle is not None:
        return obstacle
    steps = python_steps(stage, installs, places.homes, wish)
    if isinstance(steps, Obstacle):
        return steps
    scripts = scripts_of(stage, runs, steps.runtime)
    user = account(stage)
    if user is None:
        return Obstacle("which user the program runs as is not known")
    obstacle = obstacle_of(stage, runs, places, needed, scripts, user)
    if obstacle is not None:
        return obstacle
    commands = without_tools(stage, steps.runtime)
    if isinstance(commands, Obstacle):
        return commands
    called = tuple([Running((name,), None, None, False, "script") for name in scripts.programs])
    requirements = requirements_of(stage, needed)
    runtime = python_runtime(stage, image, (*runs, *called), steps.runtime, requirements)
    if isinstance(runtime, Obstacle):
        return runtime
    return _split(stage, installs, places, steps, commands, runtime, user, scripts)


def _split(
    stage: Stage,
    installs: tuple[PythonInstall, ...],
    places: Places,
    steps: PythonSteps,
    commands: Commands,
    runtime: PythonRuntime,
    user: Account,
    scripts: Scripts,
) -> Extraction:
    cut = Cut(steps.last, steps.runtime, steps.dropped, *owners(stage))
    owner = None if user.is_root else user.text
    relocated, created = created_by(stage, user, steps.last, bool(cut.owned or cut.copied))
    if any(install.command.instruction in relocated for install in installs):
        relocated = ()
    sources = [step.text.strip() for step in steps.early]
    preparation = [*sources, *runtime.preparation, *([created] if created else [])]
    if places.environment is not None and (places.converts or (commands.tools and not _is_on_path(stage, places))):
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
        dropped=steps.dropped | commands.dropped,
        rewritten=commands.texts,
        copies_last=True,
        bound=steps.bound,
        assumptions=_assumed(installs, places, steps, commands, runtime, scripts, stage.declaration.words[0].text)
        + assumed_of(user),
        changes=frozenset(("base", *commands.changes)) | frozenset(("user",) if user.assumed else ()),
    )


def _is_on_path(stage: Stage, places: Places) -> bool:
    return f"{places.environment}/bin" in (stage.final_state.lookup("PATH") or "").split(":")


def _insertions(stage: Stage, installs: tuple[PythonInstall, ...]) -> tuple[tuple[Place, str], ...]:
    """The virtual environment above the first installation into it, and `--system` of uv taken away."""
    system = [install for install in installs if install.kind == "system"]
    first = next(install for install in system if not install.only_tools or set(install.names) <= _OF_PIP)
    before = _above(stage, first.command.instruction)
    ending = "\r\n" if stage.declaration.text.endswith("\r\n") else "\n"
    tools = any(install.tool in ("poetry", "pipenv", "pdm", "uv pip") for install in installs)
    named = f"VIRTUAL_ENV={ENVIRONMENT} " if tools else ""
    if stage.state_after(before).lookup("UV_SYSTEM_PYTHON") is not None:
        # As `--system` does, it has uv pass over virtual environments.
        named += "UV_SYSTEM_PYTHON=0 "
    lines: tuple[str, ...] = (f"RUN python -m venv {ENVIRONMENT}", f'ENV {named}PATH="{ENVIRONMENT}/bin:$PATH"')
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
    places: Places,
    steps: PythonSteps,
    commands: Commands,
    runtime: PythonRuntime,
    scripts: Scripts,
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
