"""A RUN that reads an ARG which its stage does not declare.

The ARGs above the first FROM, those that BuildKit sets for the platform, and those of other stages are not seen in a
stage before it declares them: the variable is empty, and `GOARCH=$TARGETARCH` builds for whatever the builder runs on.

Nothing is said where the step sets the variable itself or may take it from a script, and where the base image sets it.
What BuildKit expands itself, as the words of COPY, is another matter. Source:
docs.docker.com/reference/dockerfile/#scope.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN GOARCH=$TARGETARCH go build -o /app .
            ^^^^^^^^^^ warning: `TARGETARCH` is empty here: no `ARG TARGETARCH` stands above in this stage
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.25 AS build
WORKDIR /src
COPY . .
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /app .
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed_by
from dockls.semantics.first_line import on_first_line
from dockls.semantics.platforms import PROXY_ARGUMENTS, is_platform_argument
from dockls.semantics.variable_words import VariableWord, variable_words
from dockls.syntax import Instruction

_SCRIPTS = frozenset((".", "source", "eval"))


@stage_rule(severity=Severity.WARNING, theme="variables")
def undeclared_argument(stage: Stage) -> Iterator[Finding]:
    """Look at the variables that the shell of each RUN reads."""
    told: set[str] = set()
    for instruction in stage.instructions:
        if instruction.keyword != "RUN" or "$" not in instruction.text:
            continue
        for word in variable_words(instruction):
            name = word.name
            if word.role != "shell" or name in told or name not in stage.graph_arguments or name in PROXY_ARGUMENTS:
                continue
            if stage.state_before(instruction).variable(name) is None and not _is_set(stage, instruction, name):
                told.add(name)
                yield _finding(instruction, word)


def _is_set(stage: Stage, instruction: Instruction, name: str) -> bool:
    """Whether the step itself or the base image may set the variable."""
    from dockls.knowledge import is_set_by_image
    from dockls.semantics.variable_renaming import doubtful_use

    commands = executed_by(stage, instruction)
    if not commands or doubtful_use(instruction, name) is not None:
        return True
    if any(command.words[0] in _SCRIPTS for command in commands) and not is_platform_argument(name):
        return True
    known = base_facts(stage)
    return known is not None and is_set_by_image(known.family, name)


def _finding(instruction: Instruction, word: VariableWord) -> Finding:
    fix = Fix(
        f"Declare `{word.name}` in this stage", partial(edits.declare_argument, instruction, word.name), safe=False
    )
    message = f"`{word.name}` is empty here: no `ARG {word.name}` stands above in this stage"
    return Finding(on_first_line(instruction, word.span), message, fixes=(fix,))
