"""The finished image installs a C compiler because packages of a language may have to be compiled.

The compiler and what it brings make 150 to 300 MB, and nobody calls it when the program runs. A builder stage that
installs the packages, into a virtual environment or a folder, leaves it behind: the finished image copies what was
installed. Removing the compiler helps only in the RUN that installs it.

Told is the stage that is built by default, where it starts a program, installs a compiler and then packages by pip,
gem or npm. Nothing is said where the same RUN removes the compiler again, of images to work in (a shell, a notebook, a
stage named for development), of images that have a compiler anyway, and where another command may call it.

```dockerfile
FROM python:3.14-slim
RUN apt-get update && apt-get install -y gcc
                                         ^^^ hint: `gcc` serves `pip install` alone: a builder stage leaves it behind
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py .
CMD ["python", "app.py"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_COMPILERS = frozenset(("gcc", "g++", "build-essential", "build-base", "clang", "gfortran", "alpine-sdk"))
_INSTALLERS = frozenset(
    ("pip", "pip3", "python", "python3", "uv", "poetry", "pipenv", "pdm", "gem", "bundle", "npm", "yarn", "pnpm")
)
_INSTALLING = frozenset(("install", "sync", "add", "ci"))
_TOOLS = frozenset(
    ("pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "bundler", "npm", "pnpm", "yarn", "corepack")
)
#: what calls a compiler by itself, or may
_BUILDING = frozenset(
    ("make", "cmake", "ninja", "meson", "gcc", "g++", "cc", "c++", "clang", "go", "cargo", "rustup", "bash",
     "sh", "source", ".", "eval", "perl", "cpanm", "Rscript", "R", "luarocks", "docker-php-ext-install", "pecl")
)  # fmt: skip
_REMOVING = frozenset(("del", "remove", "purge", "autoremove"))
#: what one works with rather than having it do something by itself
_WORKPLACES = frozenset(
    ("bash", "sh", "zsh", "fish", "ipython", "jupyter", "jupyter-lab", "jupyter-notebook", "sleep", "tail", "python",
     "python3", "irb", "node", "tox", "nox", "pytest", "code-server", "make")
)  # fmt: skip
#: what compiles while it runs
_AT_RUN_TIME = (
    "numba",
    "torch",
    "triton",
    "cython",
    "cffi",
    "pyximport",
    "Rcpp",
    "jax",
    "tensorflow",
    "pystan",
    "cmdstan",
)


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def compiler_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at what the stage that is built by default installs before packages of a language."""
    stage = model.target
    if stage is None or not any(name in one.text for one in stage.instructions for name in _COMPILERS):
        return
    if not _starts_program(stage):
        return
    known = base_facts(stage)
    if known is None or (known.family in ("python", "ruby", "node") and not known.slim and known.libc != "musl"):
        return
    if known.role == "sdk" or any(word in one.text for one in stage.instructions for word in _AT_RUN_TIME):
        return
    commands = executed(stage)
    if any(_may_call_compiler(command) for command in commands):
        return
    for number, command in enumerate(commands):
        found = _compiler(command)
        user = next((other for other in commands[number + 1 :] if _installs(other)), None)
        if found is None or user is None or _is_removed(commands, command):
            continue
        place, name = found
        message = f"`{name}` serves `{_shown(user)}` alone: a builder stage leaves it behind"
        yield Finding(place, message, (Related(user.place, "may compile"),))
        return


def _starts_program(stage: Stage) -> bool:
    """Whether the image is there to start a program."""
    from dockls.knowledge import names_purpose

    if stage.name is not None and names_purpose(stage.name) and "prod" not in stage.name:
        return False
    promised = contract(stage)
    starting = promised.entrypoint or promised.command
    if starting is None or starting.origin is None or starting.origin not in stage.instructions or not starting.words:
        return False
    words = starting.words
    return posixpath.basename(words[0]) not in _WORKPLACES or len(words) > 1


def _compiler(command: Executed) -> tuple[Place, str] | None:
    """The word of a command that installs a compiler, and the compiler."""
    from dockls.knowledge import package_install

    install = package_install(command.words)
    if install is None:
        return None
    for name, number in zip(install.packages, install.indexes, strict=True):
        if name in _COMPILERS:
            return Place(command.instruction, command.word_span(number)), name
    return None


def _installs(command: Executed) -> bool:
    """Whether a command installs packages of a language, more than the tools that install others."""
    if command.command.program not in _INSTALLERS or not _INSTALLING & set(command.words):
        return False
    return not command.operands[1:] or not set(command.operands) <= _INSTALLING | _TOOLS


def _may_call_compiler(command: Executed) -> bool:
    """Whether a command builds something else, or may do anything."""
    program = command.command.name
    return program.startswith(("./", "$")) or program in _BUILDING


def _shown(command: Executed) -> str:
    words = command.operands[1:] if "-m" in command.words else command.operands
    program = command.operands[0] if "-m" in command.words else command.command.program
    return " ".join([program, *words[:1]])


def _is_removed(commands: tuple[Executed, ...], installing: Executed) -> bool:
    """Whether the RUN that installs it removes packages again."""
    same = [other for other in commands if other.instruction is installing.instruction]
    return any(_REMOVING & set(other.words[1:4]) for other in same)
