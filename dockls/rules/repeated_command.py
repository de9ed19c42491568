"""CMD says what the base image starts anyway.

CMD is inherited, from an image as well as from the stage that FROM names. Without this line the image starts the same,
and goes on doing so when the base image changes how.

Nothing is said where an ENTRYPOINT stands in the same stage, for that makes the base image's CMD void, and of commands
that differ in anything. Source: docs.docker.com/reference/dockerfile, “Understand how CMD and ENTRYPOINT interact”.

```dockerfile
FROM nginx:1.30-alpine
COPY dist /usr/share/nginx/html
CMD ["nginx", "-g", "daemon off;"]
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: `nginx:1.30-alpine` starts this anyway
```

->

```dockerfile
FROM nginx:1.30-alpine
COPY dist /usr/share/nginx/html
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.contract import Command
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit


@stage_rule(severity=Severity.HINT, theme="style", group="style")
def repeated_command(stage: Stage) -> Iterator[Finding]:
    """Compare CMD with what the stage inherits."""
    commands = [one for one in stage.instructions if one.keyword == "CMD"]
    if len(commands) != 1 or any(one.keyword == "ENTRYPOINT" for one in stage.instructions):
        return
    instruction = commands[0]
    inherited = _inherited(stage)
    if inherited is None or not instruction.words or "$" in instruction.text:
        return
    words = tuple([word.value for word in instruction.words])
    if inherited.words == words and inherited.shell is not instruction.is_json:
        if inherited.shell and stage.states[0].shell != stage.state_before(instruction).shell:
            return
        source = f"`{stage.base_image}`" if stage.parent is None else stage.parent.title
        fix = Fix("Remove this CMD", partial(_without, instruction))
        place = on_first_line(instruction, instruction.head_span)
        yield Finding(place, f"{source} starts this anyway", fixes=(fix,), unnecessary=True)


def _inherited(stage: Stage) -> Command | None:
    """What the base starts; None if that is nothing, or not known."""
    if stage.parent is not None:
        return (
            None
            if any(one.keyword == "ONBUILD" for one in stage.parent.instructions)
            else contract(stage.parent).command
        )
    from dockls.knowledge import facts

    known = facts(stage.base_image) if stage.base_image else None
    return None if known is None or not known.cmd else Command(tuple(known.cmd), False, None)


def _without(instruction: Instruction, model: Model) -> Iterable[Edit] | None:
    """Comments stay: where one is about the instruction, a person decides."""
    inside = instruction.text.count("#") > 0
    return None if inside or edits.leading_comments(model, instruction) else [edits.delete(model, instruction)]
