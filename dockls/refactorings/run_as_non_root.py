"""Runs the program of the last stage as a user without special rights.

A program that is broken into as root owns the container, and a mistake in what is mounted then owns the machine. The
image's own user is taken where there is one (`node`), distroless images get their tag `nonroot`, else a user `app` with
the number 10001 is made by the commands of the distribution, above the files, so that no edit makes it anew. USER
stands directly above ENTRYPOINT or CMD, below everything that needs root. The setting `user` asks for another name.

It is refused where the image drops rights by itself (nginx, databases), where a port below 1024 is exposed, where a
VOLUME belongs to root or the program lies in `/root`, and where the file says USER already. Where else the program
writes is not known: that it does so in no folder of root's is told as an assumption.

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
EXPOSE 3000
CMD<|> ["node", "server.js"]
```

->

```dockerfile
FROM node:24-slim
WORKDIR /app
COPY . .
EXPOSE 3000
USER node
CMD ["node", "server.js"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_NUMBER = "10001"
_CREATING = {
    "apt": "groupadd --gid {number} {name} && useradd --no-log-init --uid {number} --gid {name} {name}",
    "dnf": "groupadd --gid {number} {name} && useradd --no-log-init --uid {number} --gid {name} {name}",
    "apk": "addgroup -g {number} {name} && adduser -D -H -u {number} -G {name} {name}",
}
_ROLES = frozenset(("server", "database", "tool"))


@refactoring(title="Run as a non-root user", kind="refactor.rewrite.user", grade="changing", settings=("user",))
def run_as_non_root(model: Model, selection: Span, user: str = "") -> Plan | Refused | None:
    """Offered on CMD and ENTRYPOINT of the last stage where it runs as root."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or stage is not model.target or instruction is None:
        return None
    if instruction.keyword not in ("CMD", "ENTRYPOINT") or instruction not in stage.instructions:
        return None
    if (stage.final_state.user or "root").partition(":")[0] not in ("root", "0"):
        return None
    reason = _reason(stage)
    if reason is not None:
        return Refused(reason)
    return _plan(model, stage, user)


def _reason(stage: Stage) -> str | None:
    known = base_facts(stage)
    if stage.base_image is None or known is None:
        return "which users the base image has is not known"
    if known.role in _ROLES:
        return f"`{stage.base_image}` starts as root and gives its rights away by itself"
    promised = contract(stage)
    for port in promised.ports:
        number = port.partition("/")[0]
        if number.isdigit() and int(number) < 1024:
            return f"port {number} may be closed to other users than root"
    if promised.volumes:
        return f"the volume `{promised.volumes[0]}` belongs to root"
    if (stage.final_state.workdir or "/").startswith("/root"):
        return "the working directory is root's own"
    if any(instruction.keyword == "USER" for instruction in stage.instructions):
        return "the file says by USER that it runs as root"
    return None


def _plan(model: Model, stage: Stage, user: str) -> Plan | Refused:
    known = base_facts(stage)
    assert known is not None
    assumed = ("the program writes to no folder that is root's",)
    changes = frozenset(("user",))
    word = stage.declaration.words[0]
    if known.family.startswith("distroless/") and stage.parent is None and "$" not in word.text:
        if ":" in word.text:
            return Refused(f"`{word.text}` has a tag of its own; take its `nonroot`")
        edit = edits.replace(model, Place(stage.declaration, word.span), f"{word.text}:nonroot")
        return Plan((edit,), assumed, "Run as nonroot", changes | {"base"})
    own = [name for name, number in known.users.items() if number >= 1000 and name not in ("nobody", "nogroup")]
    if own and not user:
        return Plan((_said(model, stage, own[0]),), assumed, f"Run as {own[0]}", changes)
    line = _CREATING.get(known.package_manager or "")
    if line is None or known.shell is None:
        return Refused(f"how a user is made in `{stage.base_image}` is not known")
    name = user or "app"
    created = f"{edits.keyword(model, 'RUN')} {line.format(number=_NUMBER, name=name)}"
    end = model.start_of(stage.declaration) + len(stage.declaration.text)
    made = Edit(Span(end, end), edits.lines(model, [created]))
    return Plan((made, _said(model, stage, name)), assumed, f"Run as {name}", changes)


def _said(model: Model, stage: Stage, name: str) -> Edit:
    return edits.insert_before(model, _first_command(stage), [f"{edits.keyword(model, 'USER')} {name}"])


def _first_command(stage: Stage) -> Instruction:
    """The first CMD or ENTRYPOINT below the last step."""
    steps = [n for n, one in enumerate(stage.instructions) if one.keyword in ("RUN", "COPY", "ADD", "WORKDIR")]
    below = stage.instructions[steps[-1] + 1 if steps else 0 :]
    commands = [one for one in below if one.keyword in ("CMD", "ENTRYPOINT")]
    return commands[0] if commands else stage.instructions[-1]
