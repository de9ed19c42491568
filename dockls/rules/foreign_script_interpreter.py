"""Scripts of Python packages whose first line names an interpreter that the image does not have.

Who installs `gunicorn` gets a script that begins with the path of the Python that installed it: `/usr/local/bin/python`
in Docker's images of Python, `/usr/bin/python3` where a distribution brings it. In an image whose Python lies elsewhere
the script ends with “no such file or directory”, although the file is there. A virtual environment links to that path
as well, so that its own `python` is gone with it. `python3 -m gunicorn` does without the script.

It is a warning where the image starts such a script, a hint where PATH leads to the scripts. Nothing is said where
anything may put the interpreter in its place: a link, a copy of `/usr/local`, a script.

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user gunicorn

FROM gcr.io/distroless/python3-debian13
COPY --from=build /root/.local /root/.local
ENTRYPOINT ["/root/.local/bin/gunicorn", "app:app"]
             ^^^^^^^^^^^^^^^^^^^^^^^^^ warning: `gunicorn` is run by `/usr/local/bin/python`, which this image lacks
```

->

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user gunicorn

FROM gcr.io/distroless/python3-debian13
COPY --from=build /root/.local /root/.local
ENTRYPOINT ["python3", "-m", "gunicorn", "app:app"]
```
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.contract import contract
from dockls.semantics.execution import executed
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

_DOCKER, _SYSTEM = "/usr/local/bin/python", "/usr/bin/python3"
_USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DISTRIBUTIONS = frozenset(("debian", "ubuntu", "alpine"))
_ELSEWHERE = frozenset(("distroless/python3", *_DISTRIBUTIONS))
_ENVIRONMENTS = frozenset(("venv", ".venv", "virtualenv", "env"))
#: words that tell that the interpreter may be put in its place, or the scripts changed
_SETTLING = ("/usr/local/bin", "/usr/bin/", "ln -", "ln /", "sed ", "--copies", "relocatable", "PYTHON_INSTALL",
             "pyenv", "conda", "deadsnakes", "uv python", "update-alternatives")  # fmt: skip
_INSTALLERS = frozenset(("pip", "pip3", "python", "python3", "uv", "poetry", "pipenv", "pdm", "virtualenv"))
#: packages that start the same way by `python3 -m`
_MODULES = frozenset(("gunicorn", "uvicorn", "hypercorn", "flask", "celery", "daphne", "streamlit", "fastapi"))


class _Scripts(NamedTuple):
    """Where a COPY puts scripts: their folder, whether it is one of a virtual environment, and the place to tell it."""

    folder: str
    is_environment: bool
    interpreter: str
    place: Place


@linked_rule(severity=Severity.WARNING, theme="compatibility")
def foreign_script_interpreter(linked: Linked) -> Iterator[Finding]:
    """Look at folders of Python packages that a stage takes from others."""
    stage = linked.stage
    for scripts in _copied(linked):
        if stage.fired or _is_settled(stage):
            return
        started = _started(stage, scripts)
        if started is not None:
            yield started
        elif _is_on_path(stage, scripts) and not _starts_python(stage):
            told = f"the scripts in `{scripts.folder}` are run by `{scripts.interpreter}`"
            message = f"{told}, which this image lacks"
            yield Finding(scripts.place, message, severity=Severity.HINT)
        else:
            continue
        return


def _copied(linked: Linked) -> Iterator[_Scripts]:
    """The folders of scripts whose interpreter lies elsewhere in the image."""
    own = _interpreter(linked.stage, final=True)
    for copy in copies_of(linked.stage) if own is not None else ():
        if copy.stage is None or copy.destination is None:
            continue
        built = linked.stages[copy.stage]
        other = _interpreter(built, final=False)
        if other is None or other == own or len(copy.sources) != 1:
            continue
        path = posixpath.normpath("/" + copy.sources[0].lstrip("/"))
        name = posixpath.basename(path)
        is_environment = name in _ENVIRONMENTS or _made_as(built, path, "venv")
        is_home = is_environment or name == ".local" or _made_as(built, path, "prefix")
        if is_home and _installs(built) and not _is_settled(built):
            place = on_first_line(copy.instruction, copy.instruction.words[0].span)
            yield _Scripts(posixpath.join(copy.destination, "bin"), is_environment, other, place)


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


def _made_as(stage: Stage, path: str, kind: str) -> bool:
    """Whether a command makes a virtual environment at a path, or installs below it (``--prefix=/install``)."""
    for command in executed(stage):
        if command.command.program not in _INSTALLERS:
            continue
        if kind == "venv" and {"venv", "virtualenv"} & set(command.words[:3]) and path in command.words:
            return True
        if kind == "prefix" and (f"--prefix={path}" in command.words or _follows(command.words, "--prefix", path)):
            return True
    return False


def _follows(words: tuple[str, ...], option: str, value: str) -> bool:
    return option in words and words[words.index(option) + 1 :][:1] == (value,)


def _is_settled(stage: Stage) -> bool:
    """Whether anything may put the interpreter in its place, or change the scripts."""
    return stage.folded(_also_settled, lambda root: False)


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
    if copy.instruction.keyword == "COPY" and copy.is_folder and all(map(_is_file, copy.sources)):
        return copy.destination in (None, "/usr/bin")
    return copy.destination in (None, "/", "/usr", "/usr/bin")


def _is_file(source: str) -> bool:
    """Whether a source is a file by its name, and no folder."""
    return posixpath.splitext(source)[1] != ""


def _started(stage: Stage, scripts: _Scripts) -> Finding | None:
    """The script among them that the image starts."""
    starting = contract(stage).entrypoint or contract(stage).command
    if starting is None or starting.shell or starting.origin not in stage.instructions or not starting.words:
        return None
    program = starting.words[0]
    name = posixpath.basename(program)
    is_python = name in ("python", "python3")
    by_name = "/" not in program and (is_python or name in _MODULES) and _is_on_path(stage, scripts)
    if not (by_name or posixpath.dirname(program) == scripts.folder) or (is_python and not scripts.is_environment):
        return None
    assert starting.origin is not None
    word = starting.origin.words[0]
    message = f"`{name}` is run by `{scripts.interpreter}`, which this image lacks"
    if is_python:
        message = f"`{program}` is a link to `{scripts.interpreter}`, which this image lacks"
    fixes: tuple[Fix, ...] = ()
    if name in _MODULES and scripts.folder.endswith("/.local/bin"):
        # What is installed elsewhere, the other Python does not find.
        instead = edits.replacing(Place(starting.origin, word.span), f'python3", "-m", "{name}')
        fixes = (Fix(f"Start it by `python3 -m {name}`", instead, safe=False),)
    return Finding(on_first_line(starting.origin, word.span), message, (Related(scripts.place, "brings it"),), fixes)


def _starts_python(stage: Stage) -> bool:
    """Whether the image starts Python itself, which minds no first line."""
    starting = contract(stage).entrypoint or contract(stage).command
    words = () if starting is None else starting.words
    return starting is None or posixpath.basename((*words, "")[0]).startswith("python")


def _is_on_path(stage: Stage, scripts: _Scripts) -> bool:
    return scripts.folder in (stage.final_state.lookup("PATH") or _USUAL_PATH).split(":")
