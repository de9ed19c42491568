"""ADD where COPY does the same.

ADD also downloads and unpacks; who reads it has to ask which of that is meant. COPY says that files are copied, and
nothing else.

Nothing is said of URLs, Git repositories, archives, patterns that may match one, options that only ADD has, and where a
variable may stand for one of these. Source: docs.docker.com/build/building/best-practices/#add-or-copy.

```dockerfile
FROM node:24-slim
ADD package.json ./
^^^ hint: this ADD only copies; COPY says so
```

->

```dockerfile
FROM node:24-slim
COPY package.json ./
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.adding import doubt_of
from dockls.syntax import Place


@stage_rule(severity=Severity.HINT, theme="style", aliases=("DL3020",))
def add_instead_of_copy(stage: Stage) -> Iterator[Finding]:
    """Look at every ADD."""
    for instruction in stage.instructions:
        if instruction.keyword == "ADD" and len(instruction.words) > 1 and doubt_of(stage, instruction) is None:
            place = Place(instruction, instruction.keyword_span)
            word = "copy" if instruction.raw_keyword.islower() else "COPY"
            fix = Fix("Use COPY", edits.replacing(place, word))
            yield Finding(place, "this ADD only copies; COPY says so", fixes=(fix,))
