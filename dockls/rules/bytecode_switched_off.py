"""The final image keeps Python from saving bytecode, and none is made in the build.

With PYTHONDONTWRITEBYTECODE every start of a container compiles the program's sources again. In an image nothing is
gained by that: `python -m compileall` in the build spares the work for good, also where the container may not write.

Looked at is the stage built by default. Nothing is said where a step compiles, where Python does not run in it, and
where the variable is empty. Packages that pip installs are compiled in any case.

```dockerfile
FROM python:3.14-slim
ENV PYTHONDONTWRITEBYTECODE=1
    ^^^^^^^^^^^^^^^^^^^^^^^ hint: every start compiles all sources again; `python -m compileall` in the build spares it
COPY . /app
CMD ["python", "/app/main.py"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.contract import contract
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place

_NAME = "PYTHONDONTWRITEBYTECODE"
_COMPILING = ("compileall", "py_compile", "--compile", "UV_COMPILE_BYTECODE", "PYTHONPYCACHEPREFIX", "pyinstaller")


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def bytecode_switched_off(model: Model) -> Iterator[Finding]:
    """Look at the variable in the finished image."""
    target = model.target
    if target is None:
        return
    variable = target.final_state.environment.get(_NAME)
    if variable is None or variable.origin is None or not variable.value or not _runs_python(target):
        return
    # What another stage has compiled may be copied.
    text = "".join([one.text for stage in model.stages for one in stage.instructions if one.keyword in ("RUN", "ENV")])
    place = _place(variable.origin)
    if place is not None and not any(sign in text for sign in _COMPILING):
        message = "every start compiles all sources again; `python -m compileall` in the build spares it"
        yield Finding(place, message)


def _runs_python(target: Stage) -> bool:
    """Whether CMD or ENTRYPOINT of the file starts something, and that is not for development."""
    from dockls.ecosystems.development import for_development
    from dockls.knowledge import development_command

    if for_development(target):
        return False
    promised = contract(target)
    commands = [one for one in (promised.entrypoint, promised.command) if one is not None]
    words = [word for one in commands for text in one.words for word in text.split()]
    return any(one.origin is not None for one in commands) and not development_command(words)


def _place(origin: Instruction) -> Place | None:
    pair = next((pair for pair in origin.parsed.pairs if pair.name == _NAME), None)
    return None if pair is None or origin.keyword != "ENV" else on_first_line(origin, pair.name_span)
