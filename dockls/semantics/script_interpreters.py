"""Folders of scripts of Python packages whose first line names an interpreter that lies elsewhere in an image."""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics.compatibility import base_facts
from dockls.semantics.contract import contract
from dockls.semantics.execution import executed
from dockls.semantics.files import Copy, copies_of, source_path
from dockls.semantics.first_line import on_first_line
from dockls.semantics.interpreters import ENVIRONMENTS, PYTHON_INSTALLERS, installs_below
from dockls.semantics.stage import Stage
from dockls.syntax import Place

_DOCKER, _SYSTEM = "/usr/local/bin/python", "/usr/bin/python3"
_USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DISTRIBUTIONS = frozenset(("debian", "ubuntu", "alpine"))
_ELSEWHERE = frozenset(("distroless/python3", *_DISTRIBUTIONS))
#: words that tell that the interpreter may be put in its place, or the scripts changed
_SETTLING = ("/usr/local/bin", "/usr/bin/", "ln -", "ln /", "sed ", "--copies", "relocatable", "PYTHON_INSTALL",
             "pyenv", "conda", "deadsnakes", "uv python", "update-alternatives")  # fmt: skip
_INSTALLERS = PYTHON_INSTALLERS | {"virtualenv"}


class Scripts(NamedTuple):
    """Where a COPY puts scripts: their folder, whether it is one of a virtual environment, and the place to tell it."""

    folder: str
    is_environment: bool
    interpreter: str
    place: Place


def scripts_copied(stages: tuple[Stage, ...], stage: Stage) -> Iterator[Scripts]:
    """The folders of scripts that a stage takes and whose interpreter lies elsewhere in it; `stages` are the file's."""
    own = _interpreter(stage, final=True)
    for copy in copies_of(stage) if own is not None else ():
        if copy.stage is None or copy.destination is None:
            continue
        built = stages[copy.stage]
        other = _interpreter(built, final=False)
        if other is None or other == own or len(copy.sources) != 1:
            continue
        path = source_path(copy.sources[0])
        name = posixpath.basename(path)
        is_environment = name in ENVIRONMENTS or _is_made_environment(built, path)
        is_home = is_environment or name == ".local" or installs_below(built, path)
        if is_home and _installs(built) and not is_settled(built):
            place = on_first_line(copy.instruction, copy.instruction.words[0].span)
            yield Scripts(posixpath.join(copy.destination, "bin"), is_environment, other, place)


def is_settled(stage: Stage) -> bool:
    """Whether anything may put the interpreter in its place, or change the scripts."""
    return stage.folded(_also_settled, lambda root: False)


def starts_python(stage: Stage) -> bool:
    """Whether the image starts Python itself, which minds no first line."""
    starting = contract(stage).entrypoint or contract(stage).command
    words = () if starting is None else starting.words
    return starting is None or posixpath.basename((*words, "")[0]).startswith("python")


def is_on_path(stage: Stage, scripts: Scripts) -> bool:
    """Whether PATH leads to the scripts when the image starts."""
    return scripts.folder in (stage.final_state.lookup("PATH") or _USUAL_PATH).split(":")


def _interpreter(stage: Stage, final: bool) -> str | None:
    """Where an image has its Python, or the one that `pip` runs with; None where that is not known."""
    known = base_facts(stage)
    if known is None:
        return None
    if known.family == "python":
        # The full image has Debian's Python as well.
        return _DOCKER if known.slim or known.distribution == "alpine" or not final else None
    return _SYSTEM if known.family in _ELSEWHERE else None


def _installs(stage: Stage) -> bool:
    """Whether a stage, or one that it starts from, installs packages of Python."""
    return stage.folded(_also_installs, lambda root: False)


def _also_installs(stage: Stage, below: bool) -> bool:
    if below or not any("install" in one.text or "sync" in one.text for one in stage.instructions):
        return below
    commands = [one for one in executed(stage) if one.command.program in _INSTALLERS]
    return any({"install", "sync"} & set(command.words) for command in commands)


def _is_made_environment(stage: Stage, path: str) -> bool:
    """Whether a command makes a virtual environment at a path."""
    commands = [one for one in executed(stage) if one.command.program in _INSTALLERS]
    return any({"venv", "virtualenv"} & set(one.words[:3]) and path in one.words for one in commands)


def _also_settled(stage: Stage, below: bool) -> bool:
    if below:
        return True
    texts = [one.text for one in stage.instructions if one.keyword in ("RUN", "COPY", "ADD")]
    if any(word in text for text in texts for word in _SETTLING):
        return True
    return any(map(_brings_interpreter, copies_of(stage)))


def _brings_interpreter(copy: Copy) -> bool:
    if copy.destination == "/usr/local":
        return copy.stage is None or any(source.strip("/").startswith("usr") for source in copy.sources)
    if copy.destination == "/":
        # A file by its own name does not go any deeper.
        names = [posixpath.basename(source) for source in copy.sources]
        return not all(name.strip(".").count(".") and set(name).isdisjoint("*?[$") for name in names)
    return copy.destination in (None, "/usr", "/usr/bin")
