"""A second CMD, ENTRYPOINT or HEALTHCHECK in a stage.

Only the last one of each counts; the others are left-overs that look as if they did something. The fix removes the one
that has no effect. What a stage inherits from the stage in its FROM may well be replaced, and is no matter of this
rule. The check is BuildKit's `MultipleInstructionsDisallowed`
(docs.docker.com/reference/build-checks/multiple-instructions-disallowed).

```dockerfile
FROM python:3.14
CMD ["python", "app.py"]
^^^^^^^^^^^^^^^^^^^^^^^^ warning: this CMD has no effect: another one follows in the same stage
CMD ["python", "serve.py"]
```

->

```dockerfile
FROM python:3.14
CMD ["python", "serve.py"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place

_ALIASES = ("MultipleInstructionsDisallowed", "DL4003", "DL4004", "DL3012")


@stage_rule(severity=Severity.WARNING, theme="stages", aliases=_ALIASES)
def repeated_instruction(stage: Stage) -> Iterator[Finding]:
    """Look for what a later instruction of the same stage replaces."""
    last: dict[str, Instruction] = {}
    for instruction in stage.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            continue
        before = last.get(instruction.keyword)
        if before is not None:
            yield _finding(before, instruction)
        last[instruction.keyword] = instruction


def _finding(useless: Instruction, effective: Instruction) -> Finding:
    name = useless.keyword
    return Finding(
        on_first_line(useless, useless.head_span),
        f"this {name} has no effect: another one follows in the same stage",
        related=(Related(Place(effective, effective.head_span), "replaces it"),),
        fixes=(Fix(f"Remove this {name}", edits.deleting(useless), safe=False),),
        unnecessary=True,
    )
