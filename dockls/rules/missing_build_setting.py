"""A command of Django's in the build, whose settings read a variable that nothing sets.

`manage.py collectstatic` and its like load `settings.py`. What that takes by `os.environ["SECRET_KEY"]`, or by `env`
and `config` without a default, must be there in the build as well, or the step fails: “KeyError: 'SECRET_KEY'”. A value
that is good for nothing serves, in front of this one command; in ENV a real one would be given away with the image.

Told is only what is certain: the build context has one `settings.py` and no `.env`, the line is not part of a
condition, and neither ENV, ARG, the step itself nor a secret mount sets the variable.

`app/settings.py`:

```python app/settings.py
import os

SECRET_KEY = os.environ["SECRET_KEY"]
```

```dockerfile
FROM python:3.14-slim
COPY . .
RUN python manage.py collectstatic --noinput
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ warning: `app/settings.py` reads SECRET_KEY, which nothing sets in the build
```

->

```dockerfile
FROM python:3.14-slim
COPY . .
RUN SECRET_KEY=build-only python manage.py collectstatic --noinput
```
"""  # noqa: E501  the example's line of the message

import re
from collections.abc import Iterable, Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.first_line import on_first_line
from dockls.text import Edit, Span

_COMMANDS = frozenset(("collectstatic", "compress", "migrate", "check"))
#: what must be set, in a line of the module itself: os, django-environ, python-decouple
_READING = (
    re.compile(r"""os\.environ\[["']([A-Z][A-Z0-9_]*)["']\]"""),
    re.compile(r"""(?<![\w.])env(?:\.str)?\(["']([A-Z][A-Z0-9_]*)["']\)"""),
    re.compile(r"""(?<![\w.])config\(["']([A-Z][A-Z0-9_]*)["'](?:, ?cast=\w+)?\)"""),
)
_LIBRARIES = ("os", "environ", "decouple")


@stage_rule(severity=Severity.WARNING, theme="variables")
def missing_build_setting(stage: Stage) -> Iterator[Finding]:
    """Read the settings of a Django project that the build loads."""
    if not any(one.keyword == "RUN" and "manage.py" in one.text for one in stage.instructions):
        return
    needed: tuple[str, list[str]] | None = None
    for command in executed(stage):
        if not _loads_settings(command) or _may_be_set(stage, command):
            continue
        needed = needed or _needed(stage)
        if needed is None:
            return
        path, names = needed
        missing = [name for name in names if not _is_set(stage, command, name)]
        if missing:
            message = f"`{path}` reads {' and '.join(missing)}, which nothing sets in the build"
            fix = Fix("Set it for this step", partial(_with_values, command, missing), safe=False)
            fixes = () if command.instruction.is_json else (fix,)
            yield Finding(on_first_line(command.instruction, command.place.span), message, fixes=fixes)


def _loads_settings(command: Executed) -> bool:
    words = command.words
    scripts = [number for number, word in enumerate(words[:3]) if word.rpartition("/")[2] == "manage.py"]
    return bool(scripts) and any(word in _COMMANDS for word in words[scripts[0] + 1 : scripts[0] + 2])


def _may_be_set(stage: Stage, command: Executed) -> bool:
    """Whether the step may have variables, or other settings, that are not seen here, or may fail."""
    instruction = command.instruction
    if command.conditional or "--settings" in instruction.text or "||" in instruction.text:
        return True
    if any(flag.name == "mount" and "bind" not in (flag.value or "bind") for flag in instruction.flags):
        return True
    module = stage.state_before(instruction).variable("DJANGO_SETTINGS_MODULE")
    if module is not None or "DJANGO_SETTINGS_MODULE" in instruction.text:
        return True
    return any(one.words[0] in (".", "source", "set") for one in executed(stage) if one.instruction is instruction)


def _needed(stage: Stage) -> tuple[str, list[str]] | None:
    """The only settings module of the build context, and the variables that it cannot do without."""
    from dockls.ecosystems.django import settings_files

    found = settings_files(stage)
    if len(found) != 1 or not found[0].endswith("settings.py") or stage.context.exists(".env") is not False:
        return None
    text = stage.context.read(found[0]) or ""
    names: list[str] = []
    for line in text.splitlines():
        if not line[:1].isalpha() or line.startswith(("if ", "try", "with ")) or " if " in line or " or " in line:
            continue
        for pattern, library in zip(_READING, _LIBRARIES, strict=True):
            names += pattern.findall(line) if f"import {library}" in text or f"from {library}" in text else []
    # A scheme of django-environ, or a line of the module, may set it.
    given = [name for name in names if f"{name}=(" in text or "setdefault" in text or "load_dotenv" in text]
    return found[0], [name for name in dict.fromkeys(names) if name not in given]


def _is_set(stage: Stage, command: Executed, name: str) -> bool:
    state = stage.state_before(command.instruction)
    return name in state.environment or name in state.arguments or name in command.instruction.text


def _with_values(command: Executed, names: list[str], model: Model) -> Iterable[Edit]:
    start = model.absolute(command.place).start
    return [Edit(Span(start, start), "".join([f"{name}=build-only " for name in names]))]
