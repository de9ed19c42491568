"""Django's `collectstatic` in the build, without a value for the secrets that its settings read.

The command loads the settings. Where these take SECRET_KEY or the address of a database from the environment, and have no
value to fall back on, the step fails; whoever then writes the real key into ENV gives it away with the image. A value
that is good for nothing serves, in front of this one command.

Nothing is said where such a variable is set, by ENV, ARG, in front of the command, by `export` or a secret mount, nor
where the settings lie in the build context: they are read then, and `missing-build-setting` tells what is missing.

```dockerfile
FROM python:3.14-slim
COPY . /app
RUN python /app/manage.py collectstatic --noinput
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: this loads Django's settings, which mostly need SECRET_KEY; nothing sets it here
```

->

```dockerfile
FROM python:3.14-slim
COPY . /app
RUN SECRET_KEY=build-only python /app/manage.py collectstatic --noinput
```
"""  # noqa: E501  the example's line of the message

from collections.abc import Iterable, Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.first_line import on_first_line
from dockls.text import Edit, Span

_WORDS = ("SECRET", "DJANGO", "SETTINGS", "DATABASE_URL", "_KEY")


@stage_rule(severity=Severity.HINT, theme="variables", group="strict")
def build_time_settings(stage: Stage) -> Iterator[Finding]:
    """Look for `manage.py collectstatic`."""
    for instruction in stage.instructions:
        if instruction.keyword == "RUN" and "collectstatic" in instruction.text:
            break
    else:
        return
    from dockls.ecosystems.django import settings_files

    for command in executed(stage):
        if "collectstatic" not in command.words or not _is_django(command) or command.conditional:
            continue
        if _is_set(stage, command) or settings_files(stage):
            continue
        message = "this loads Django's settings, which mostly need SECRET_KEY; nothing sets it here"
        fix = Fix("Set SECRET_KEY for this step", partial(_with_value, command), safe=False)
        fixes = () if command.instruction.is_json else (fix,)
        yield Finding(on_first_line(command.instruction, command.place.span), message, fixes=fixes)
        return


def _is_django(command: Executed) -> bool:
    names = [word.rpartition("/")[2] for word in command.words[:3]]
    return "manage.py" in names or "django-admin" in names


def _is_set(stage: Stage, command: Executed) -> bool:
    """Whether something gives the settings what they may ask for."""
    if any(word in command.instruction.text for word in _WORDS) or "--settings" in command.instruction.text:
        return True
    if any(flag.name == "mount" and "secret" in (flag.value or "") for flag in command.instruction.flags):
        return True
    if any(one.words[0] in (".", "source") for one in executed(stage) if one.instruction is command.instruction):
        return True
    state = stage.state_before(command.instruction)
    return any(word in name for name in (*state.environment, *state.arguments) for word in _WORDS)


def _with_value(command: Executed, model: Model) -> Iterable[Edit]:
    start = model.absolute(command.place).start
    return [Edit(Span(start, start), "SECRET_KEY=build-only ")]
