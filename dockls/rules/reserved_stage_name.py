"""A stage named `scratch` or `context`.

Both words mean something already: `FROM scratch` is the empty image, and `context` the build context. A stage of that
name is found in some places and not in others.

Other words that are also names of images (`FROM golang AS golang`) are fine.

```dockerfile
FROM alpine AS scratch
               ^^^^^^^ warning: `scratch` is reserved: it means the empty image
FROM scratch
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, instruction_rule
from dockls.syntax import Instruction, Place

#: BuildKit frontend/dockerfile/dockerfile2llb/convert.go, ``reservedStageNames``
_MEANING = {"scratch": "the empty image", "context": "the build context"}


@instruction_rule(severity=Severity.WARNING, theme="stages", aliases=("ReservedStageName", "DL3063"))
def reserved_stage_name(instruction: Instruction) -> Iterator[Finding]:
    """Look at the name in a FROM."""
    words = instruction.words
    if instruction.keyword != "FROM" or len(words) != 3 or words[1].text.upper() != "AS":
        return
    meaning = _MEANING.get(words[2].text.lower())
    if meaning is not None:
        message = f"`{words[2].text}` is reserved: it means {meaning}"
        yield Finding(Place(instruction, words[2].span), message)
