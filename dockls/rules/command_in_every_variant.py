"""Stages that a variable selects among all end with the same CMD.

It is inherited by the stage whose FROM selects one of them. Written once there, it is read where the image is finished,
and no variant can be forgotten when it changes.

Nothing is said where a variant lacks the command or has another one, where it depends on the stage (a variable, the
shell form with another SHELL), where the selecting stage has a CMD or ENTRYPOINT of its own, and where a variant is
also built by its name or used by other stages.

```dockerfile
ARG VARIANT=prod
FROM python:3.14-slim AS app-prod
ENV LEVEL=error
CMD ["python", "app.py"]
^^^^^^^^^^^^^^^^^^^^^^^^ hint: every stage that `FROM app-${VARIANT}` selects says this; it could stand once behind it

FROM python:3.14 AS app-dev
ENV LEVEL=debug
CMD ["python", "app.py"]

FROM app-${VARIANT}
COPY app.py .
```

->

```dockerfile
ARG VARIANT=prod
FROM python:3.14-slim AS app-prod
ENV LEVEL=error

FROM python:3.14 AS app-dev
ENV LEVEL=debug

FROM app-${VARIANT}
COPY app.py .
CMD ["python", "app.py"]
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.semantics.selection import selections
from dockls.syntax import Instruction, Place
from dockls.text import Edit

_STARTING = frozenset(("CMD", "ENTRYPOINT"))


@file_rule(severity=Severity.HINT, theme="style", group="style")
def command_in_every_variant(model: Model) -> Iterator[Finding]:
    """Compare the commands of the stages that a FROM may select."""
    for selection in selections(model.graph):
        end = model.stages[selection.by.number]
        stages = [model.stages[node.number] for node in selection.variants]
        if any(one.keyword in _STARTING for one in end.instructions) or not _are_only_selected(model, stages):
            continue
        commands = [_command(stage) for stage in stages]
        same = [one for one in commands if one is not None]
        if len(same) == len(stages) and len({_meaning(*pair) for pair in zip(stages, same, strict=True)}) == 1:
            yield _finding(end, same)


def _are_only_selected(model: Model, stages: list[Stage]) -> bool:
    """Whether nobody wants one of them for itself, beside the FROM with the variable."""
    from dockls.semantics.outside import built_by_name

    for stage in stages:
        uses = model.graph.dependents[stage.index]
        if built_by_name(model, stage) is not None or any(not use.mention.has_variable for use in uses):
            return False
    return True


def _command(stage: Stage) -> Instruction | None:
    """The only CMD of a stage, if it says the same in other stages."""
    commands = [one for one in stage.instructions if one.keyword == "CMD"]
    return commands[0] if len(commands) == 1 and commands[0].words and "$" not in commands[0].text else None


def _meaning(stage: Stage, command: Instruction) -> tuple[object, ...]:
    shell = None if command.is_json else stage.final_state.shell
    return command.is_json, tuple([word.value for word in command.words]), shell


def _finding(end: Stage, commands: list[Instruction]) -> Finding:
    written = f"FROM {end.declaration.words[0].value}"
    message = f"every stage that `{written}` selects says this; it could stand once behind it"
    related = [Related(Place(one, one.head_span), "the same") for one in commands[1:]]
    fix = Fix("Say it once", partial(_moved, end, commands), safe=False)
    return Finding(on_first_line(commands[0], commands[0].head_span), message, tuple(related), (fix,))


def _moved(end: Stage, commands: list[Instruction], model: Model) -> list[Edit]:
    """The command without its comments, which are about the variants, behind all that the stage does."""
    text = commands[0].text.rstrip("\r\n")
    last = end.instructions[-1] if end.instructions else end.declaration
    return [*[edits.delete(model, one) for one in commands], edits.insert_after(model, last, [text])]
