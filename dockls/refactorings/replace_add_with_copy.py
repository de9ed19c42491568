"""Replaces ADD with COPY where both do the same.

ADD also downloads and unpacks; who reads it has to ask which of that is meant here. COPY says that files are copied and
nothing else, which is why Docker's guides ask for it wherever ADD is not needed. The image stays the same, flags
(`--chown`, `--chmod`, `--link`) stay.

It is refused where a source may be a URL, a Git repository or an archive, which ADD unpacks, and where a flag is for
ADD only (`--checksum`, `--unpack`, `--keep-git-dir`).

```dockerfile
FROM node:24-slim
ADD<|> package.json ./
```

->

```dockerfile
FROM node:24-slim
COPY package.json ./
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.adding import doubt_of
from dockls.syntax import Place
from dockls.text import Span


@refactoring(title="Replace ADD with COPY", kind="refactor.rewrite.copy", grade="preserving", improves=15)
def replace_add_with_copy(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on an ADD of local files."""
    instruction, stage = model.instruction_at(selection.start), model.stage_at(selection.start)
    if instruction is None or stage is None or instruction.keyword != "ADD" or len(instruction.words) < 2:
        return None
    doubt = doubt_of(stage, instruction)
    if doubt is not None:
        return Refused(f"`{doubt.source}` {doubt.reason}")
    word = "copy" if instruction.raw_keyword.islower() else "COPY"
    return Plan((edits.replace(model, Place(instruction, instruction.keyword_span), word),))
