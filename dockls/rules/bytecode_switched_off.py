"""Python compiles every module again at each start of the container.

`PYTHONDONTWRITEBYTECODE=1` keeps `__pycache__` out of the image, which is meant to save space. But whatever is imported
is then compiled in memory each time a container starts: a larger program takes seconds. Leave the variable out where
pip installs the packages (it compiles them, once), or set it for the steps of the build only.

The stage that is built by default is looked at. Source: docs.python.org/3/using/cmdline.html.

```dockerfile
FROM python:3.14-slim
ENV PYTHONDONTWRITEBYTECODE=1
    ^^^^^^^^^^^^^^^^^^^^^^^^^ hint: every start of the container compiles all modules again
RUN pip install flask==3.1.2
COPY app.py .
CMD ["python", "app.py"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.first_line import on_first_line

_NAME = "PYTHONDONTWRITEBYTECODE"


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def bytecode_switched_off(model: Model) -> Iterator[Finding]:
    """Look at the variable in the finished image."""
    stage = model.target
    variable = None if stage is None else stage.final_state.environment.get(_NAME)
    if stage is None or variable is None or not variable.value or variable.origin is None:
        return
    instruction = next((one for one in reversed(stage.instructions) if one is variable.origin), None)
    starts = any(one.keyword in ("CMD", "ENTRYPOINT") for each in stage.chain for one in each.instructions)
    if instruction is None or not starts:
        return
    word = next((one for one in instruction.words if one.text.startswith(_NAME)), instruction.words[0])
    yield Finding(on_first_line(instruction, word.span), "every start of the container compiles all modules again")
