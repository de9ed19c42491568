"""Gives a base image that floats the version that it stands for.

`node`, `node:latest` and `nginx:alpine` name another image with every release, so that the same file builds another
program tomorrow. The newest version that is known takes their place, the variant stays. What `latest` is on a machine
may be older or newer than that; the table's date is told.

Nothing is offered for images of which nothing is known, for those with a digest, and where a variable stands in the
tag. Digests are not written: finding them needs a registry.

```dockerfile
FROM nginx:alpine<|>
COPY site /usr/share/nginx/html
```

->

```dockerfile
FROM nginx:1.30-alpine
COPY site /usr/share/nginx/html
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution
from dockls.syntax import Place
from dockls.text import Span


@refactoring(title="Pin the tag of the base image", kind="refactor.rewrite.base", grade="changing")
def pin_tag(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a FROM with an image whose tag floats."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage.base is None or not instruction.words:
        return None
    if stage.base.resolution is not Resolution.IMAGE or stage.base.mention.has_variable:
        return None
    from dockls.knowledge import pinned

    found = pinned(instruction.words[0].text)
    if found is None or found.image is None:
        return None
    edit = edits.replace(model, Place(instruction, instruction.words[0].span), found.image)
    sentence = f"`{instruction.words[0].text}` means `{found.image}`, as it did on {found.dated}"
    return Plan((edit,), (sentence,), f"Pin the tag to {found.image}", frozenset(("base",)))
