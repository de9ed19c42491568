"""A variable that BuildKit expands and nothing sets: it is empty.

`COPY $SOURCE .` behind a FROM does not see the ARG above the first FROM, nor that of another stage: each stage declares
what it uses. A misspelt name is empty as well, and `WORKDIR $APP_HMOE` is `/`.

Only what BuildKit expands itself is looked at, not what the shell of a RUN reads. Since a base image brings variables
of its own, nothing is said where these are not all known, unless the name is that of an ARG above the first FROM or
nearly that of a variable in force. The check is BuildKit's `UndefinedVar`
(docs.docker.com/reference/build-checks/undefined-var).

```dockerfile
ARG VERSION=1.4
FROM alpine:3.24
COPY dist/app-$VERSION.tar /
               ^^^^^^^ warning: `VERSION` is empty here: no `ARG VERSION` stands in this stage
```

->

```dockerfile
ARG VERSION=1.4
FROM alpine:3.24
ARG VERSION
COPY dist/app-$VERSION.tar /
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.semantics.platforms import is_platform_argument
from dockls.semantics.variable_words import VariableWord, variable_words
from dockls.syntax import Instruction, Place

_EXPANDED = frozenset(("ADD", "COPY", "ENV", "ARG", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "RUN"))
#: set by BuildKit outside of the environment (dockerfile2llb/convert.go, ``nonEnvArgs``), or in every image
_INTERNAL = frozenset(("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE", "PATH"))
#: images that set PATH and nothing else
_BARE_IMAGES = frozenset(("alpine", "busybox", "debian", "ubuntu"))


@stage_rule(severity=Severity.WARNING, theme="variables", aliases=("UndefinedVar",))
def undefined_variable(stage: Stage) -> Iterator[Finding]:
    """Look at every variable that BuildKit reads in a stage."""
    for instruction in stage.instructions:
        if instruction.keyword not in _EXPANDED or "$" not in instruction.text:
            continue
        state = stage.state_before(instruction)
        seen: set[str] = set()
        for word in variable_words(instruction):
            if word.role in ("arg", "bare"):
                seen.add(word.name)
            if word.role != "read" or word.name in seen or word.name in _INTERNAL or state.variable(word.name):
                continue
            seen.add(word.name)
            yield from _told(stage, instruction, word)


def _told(stage: Stage, instruction: Instruction, word: VariableWord) -> Iterator[Finding]:
    from dockls.syntax.suggestion import nearest

    name = word.name
    place = on_first_line(instruction, word.span)
    if name in stage.graph_arguments or is_platform_argument(name):
        fix = Fix(f"Declare `{name}` in this stage", partial(edits.declare_argument, instruction, name), safe=False)
        yield Finding(place, f"`{name}` is empty here: no `ARG {name}` stands in this stage", fixes=(fix,))
        return
    state = stage.state_before(instruction)
    near = nearest(name, [*state.environment, *state.arguments]) if len(name) > 2 else None
    if near is not None:
        fix = Fix(f"Write `{near}`", edits.replacing(Place(instruction, word.span), near), safe=False)
        yield Finding(place, f"nothing sets `{name}`, so it is empty; did you mean `{near}`?", fixes=(fix,))
    elif _starts_bare(stage):
        yield Finding(place, f"nothing sets `{name}`, so it is empty")


def _starts_bare(stage: Stage) -> bool:
    """Whether everything in the environment of the image at the bottom is known."""
    base = stage.root.base
    if base is not None and base.resolution is Resolution.SCRATCH:
        return True
    known = base_facts(stage)
    return known is not None and known.family in _BARE_IMAGES
