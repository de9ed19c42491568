"""A server of Node runs without NODE_ENV=production.

Express keeps no templates and shows errors with their traces to every visitor, React and others check everything they
are given: many packages ask this variable whether they run for users or for developers. Source: expressjs.com, “Set
NODE_ENV to production”.

Told is the stage that is built by default, on an image of Node, if its CMD or ENTRYPOINT starts `node` and no
instruction sets the variable. The fix sets it right above that instruction, so that no install is changed by it.

```dockerfile
FROM node:24-slim
COPY server.js .
CMD ["node", "server.js"]
^^^^^^^^^^^^^^^^^^^^^^^^^ hint: NODE_ENV is not set, so packages take this for development
```

->

```dockerfile
FROM node:24-slim
COPY server.js .
ENV NODE_ENV=production
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit

_DEVELOPMENT = ("dev", "test", "debug")


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def missing_node_environment(model: Model) -> Iterator[Finding]:
    """Look at the stage that is built by default."""
    stage = model.target
    if stage is None or any(word in (stage.name or "") for word in _DEVELOPMENT):
        return
    known = base_facts(stage)
    starting = [one for one in stage.instructions if one.keyword in ("CMD", "ENTRYPOINT") and one.words]
    if known is None or known.family not in ("node", "distroless/nodejs") or not starting:
        return
    instruction = starting[0]
    starts_node = known.family != "node" or any(one.words[0].value.split()[0:1] == ["node"] for one in starting)
    if not starts_node or stage.final_state.variable("NODE_ENV") is not None or "NODE_ENV" in instruction.text:
        return
    fix = Fix("Set NODE_ENV", partial(_set, instruction), safe=False)
    message = "NODE_ENV is not set, so packages take this for development"
    yield Finding(on_first_line(instruction, instruction.head_span), message, fixes=(fix,))


def _set(instruction: Instruction, model: Model) -> list[Edit]:
    return [edits.insert_before(model, instruction, [f"{edits.keyword(model, 'ENV')} NODE_ENV=production"])]
