"""A final image that runs as root.

Whoever breaks out of the program is then root in the container, and may write everything in it. Most servers need no
such rights: an ordinary user will do, and many images bring one along.

The stage that is built by default is looked at. Nothing is said where the user of the base image is not known, and of
servers and databases that start as root and give their rights away (PostgreSQL). Of nginx only the workers do so; its
master process stays root, but for the image `nginxinc/nginx-unprivileged`. Distroless images have a tag `nonroot`,
which the fix takes; whether the program may then read and write what it has to is for its tests to say.

```dockerfile
FROM node:24-alpine
     ^^^^^^^^^^^^^^ hint: the image runs as root
COPY server.js .
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Place

#: what images start as root that then run their work as another user: postgres
_GIVING_RIGHTS_AWAY = frozenset(("server", "database"))
_NGINX = "the master process of nginx runs as root; that of `nginxinc/nginx-unprivileged` does not (port 8080)"
_ROOT = frozenset(("root", "0", "root:root", "0:0"))


@file_rule(severity=Severity.HINT, theme="security", aliases=("DL3002",), group="strict")
def root_user(model: Model) -> Iterator[Finding]:
    """Look at the user of the stage that is built by default."""
    stage = model.target
    if stage is None or stage.final_state.user not in _ROOT:
        return
    known = base_facts(stage)
    is_nginx = known is not None and known.family == "nginx" and _starts_nginx(stage)
    if known is not None and known.role in _GIVING_RIGHTS_AWAY and not is_nginx:
        return
    users = [one for one in stage.instructions if one.keyword == "USER"]
    instruction = users[-1] if users else stage.declaration
    if not instruction.words:
        return
    place = Place(instruction, instruction.words[0].span)
    image = None if users else _without_rights(stage)
    fixes = () if image is None else (Fix(f"Use `{image}`", edits.replacing(place, image), safe=False),)
    yield Finding(place, _NGINX if is_nginx else "the image runs as root", fixes=fixes)


def _starts_nginx(stage: Stage) -> bool:
    """Whether nothing but the server of the image is started, by which script ever."""
    promised = contract(stage)
    entrypoint, command = promised.entrypoint, promised.command
    if entrypoint is not None and entrypoint.origin is not None:
        return "nginx" in " ".join(entrypoint.words)
    return command is None or command.origin is None or "nginx" in " ".join(command.words)


def _without_rights(stage: Stage) -> str | None:
    """The distroless image of FROM with the user `nonroot`; None for other images."""
    from dockls.knowledge import parse_reference

    known = base_facts(stage)
    if stage.parent is not None or stage.base is None or stage.base.mention.has_variable:
        return None
    reference = parse_reference(stage.base.value)
    if reference is None or known is None or not known.family.startswith("distroless/") or reference.digest:
        return None
    tag = {None: "nonroot", "latest": "nonroot", "debug": "debug-nonroot"}.get(reference.tag)
    return None if tag is None else reference.with_tag(tag)
