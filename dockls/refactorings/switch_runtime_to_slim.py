"""Puts the slim variant of the same image under a stage.

A full image such as `node:24` holds compilers, headers and version control that a running program has no use for; the
slim variant has the same version of the same system without them. Tools of the full image that the stage calls by name
(`curl` in a HEALTHCHECK) are installed; what needs a compiler is refused. An Alpine image becomes its Debian
counterpart, the packages and users in RUN translated.

What cannot be seen in the Dockerfile, such as a Node package that is compiled while it is installed, is listed for you
to check. Not offered where the image is slim already or has no slim variant.

```dockerfile
FROM node:24<|>
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
```
->
```dockerfile
FROM node:24-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD ["node", "server.js"]
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes import CannotSwitchError, subject_at
from dockls.semantics import Model
from dockls.text import Span


@refactoring(title="Switch runtime to slim", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_slim(model: Model, selection: Span) -> Plan | Refused | None:
    """Switch the stage at the selection."""
    subject = subject_at(model, selection)
    if subject is None:
        return None
    from dockls.runtimes.system import to_slim

    try:
        switch = to_slim(subject)
    except CannotSwitchError as error:
        return Refused(error.reason)
    return switch and Plan(switch.edits, switch.assumptions, switch.title, switch.changes)
