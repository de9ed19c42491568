"""Replaces a base image that nobody maintains any more by its successor.

An image whose tag is no longer rebuilt gets no security updates. The newest version of the same variant takes its
place, or, for a distribution, its current release. Which tags that are is known from a table, whose date is told;
whether the program runs there is for its tests to say.

It is refused where the variant has no known successor. Nothing is offered for images of which nothing is known, for
those with a digest, and where a variable stands in the tag.

```dockerfile
FROM node:14-alpine<|>
COPY server.js .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
COPY server.js .
CMD ["node", "server.js"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution
from dockls.syntax import Place
from dockls.text import Span


@refactoring(title="Upgrade the base image", kind="refactor.rewrite.base", grade="changing")
def upgrade_base(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a FROM with an image that is out of support."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage.base is None or not instruction.words:
        return None
    if stage.base.resolution is not Resolution.IMAGE or stage.base.mention.has_variable:
        return None
    from dockls.knowledge import successor

    text = instruction.words[0].text
    found = successor(text)
    if found is None:
        return None
    if found.image is None:
        return Refused(found.reason)
    sentences = (found.reason, f"what the file does works with `{found.image}`, the newest of {found.dated}")
    edit = edits.replace(model, Place(instruction, instruction.words[0].span), found.image)
    return Plan((edit,), sentences, f"Upgrade the base image to {found.image}", frozenset(("base",)))
