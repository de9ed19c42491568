"""Puts the Alpine variant of the same image under a stage, and translates its RUN instructions.

Alpine is small, but another system: its C library is musl, its packages are installed by `apk`, its users made by
BusyBox. Every command is translated with certainty or the whole is refused by naming the one that is not. Programs
copied from other stages must be static or made for musl; `node_modules` installed on glibc take the stage that
installed them along.

What cannot be seen in the Dockerfile is listed for you to check. Not offered where the image is built on Alpine, or is
distroless.

```dockerfile
FROM node:24-slim<|>
RUN apt-get update && apt-get install -y --no-install-recommends curl tzdata && rm -rf /var/lib/apt/lists/*
RUN groupadd -g 1001 app && useradd -u 1001 -g app -m -s /bin/bash app
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
USER app
CMD ["node", "server.js"]
```
->
```dockerfile
FROM node:24-alpine
RUN apk add --no-cache curl tzdata
RUN addgroup -g 1001 app && adduser -D -u 1001 -G app -s /bin/sh app
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
USER app
CMD ["node", "server.js"]
```
"""

from dockls.rooms import Plan, Refused, refactoring
from dockls.runtimes import CannotSwitchError, subject_at
from dockls.semantics import Model
from dockls.text import Span


@refactoring(title="Switch runtime to Alpine", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_alpine(model: Model, selection: Span) -> Plan | Refused | None:
    """Switch the stage at the selection."""
    subject = subject_at(model, selection)
    if subject is None:
        return None
    from dockls.runtimes.system import to_alpine

    try:
        switch = to_alpine(subject)
    except CannotSwitchError as error:
        return Refused(error.reason)
    return switch and Plan(switch.edits, switch.assumptions, switch.title, switch.changes)
