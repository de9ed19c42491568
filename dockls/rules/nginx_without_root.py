"""The nginx image, started as a user who is not root.

The official image is made to start as root; only its workers run as `nginx`. Behind USER it cannot write its pid file in
`/run` nor make its folders in `/var/cache/nginx`, and ends at once: “[emerg] open() "/run/nginx.pid" failed (13:
Permission denied)”. `nginxinc/nginx-unprivileged` is the same server made for that; it listens on port 8080.

Nothing is said where the file brings a main configuration of its own, mentions those places in a RUN, or starts something
else. A file in `conf.d` changes neither. Source: hub.docker.com/_/nginx, “Running nginx as a non-root user”.

```dockerfile
FROM nginx:1.30-alpine
COPY dist /usr/share/nginx/html
USER nginx
     ^^^^^ warning: nginx cannot start here as user `nginx`: it writes to `/run` and `/var/cache/nginx`; use nginxinc/nginx-unprivileged
```

->

```dockerfile
FROM nginxinc/nginx-unprivileged:1.30-alpine
COPY dist /usr/share/nginx/html
USER nginx
```
"""  # noqa: E501  the example's line of the message

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Span

_UNPRIVILEGED = "nginxinc/nginx-unprivileged"
_CONFIGURATIONS = ("/", "/etc", "/etc/nginx", "/etc/nginx/nginx.conf", "/docker-entrypoint.sh", "/docker-entrypoint.d")
#: what a RUN mentions that may make those places writable, or others used
_MENTIONS = ("pid", "/run", "/var", "nginx.conf", "/etc/nginx/*", "setcap", ".sh", "$", "sudo")


@file_rule(severity=Severity.WARNING, theme="compatibility")
def nginx_without_root(model: Model) -> Iterator[Finding]:
    """Look at the user of the stage that is built by default."""
    stage = model.target
    if stage is None or stage.final_state.user in (None, "root", "0"):
        return
    users = [one for one in stage.instructions if one.keyword == "USER" and one.words]
    user = (stage.final_state.user or "").partition(":")[0]
    if not users or user in ("root", "0", "") or "$" in user:
        return
    known = base_facts(stage)
    if known is None or known.family != "nginx" or not _starts_nginx(stage) or _may_be_prepared(stage):
        return
    message = f"nginx cannot start here as user `{user}`: it writes to `/run` and `/var/cache/nginx`"
    place = on_first_line(users[-1], users[-1].words[0].span)
    yield Finding(place, f"{message}; use {_UNPRIVILEGED}", fixes=_fixes(stage))


def _starts_nginx(stage: Stage) -> bool:
    promised = contract(stage)
    if promised.entrypoint is not None and promised.entrypoint.origin is not None:
        return False
    command = promised.command
    if command is None or command.origin is None:
        return True
    words = " ".join(command.words)
    return words.startswith("nginx") and "pid" not in words and "-c" not in command.words and " -c " not in words


def _may_be_prepared(stage: Stage) -> bool:
    from dockls.semantics.files import copies_of

    for each in stage.chain:
        for one in each.instructions:
            if one.keyword in ("VOLUME", "ONBUILD") or (
                one.keyword == "RUN" and any(word in one.text for word in _MENTIONS)
            ):
                return True
        for copy in copies_of(each):
            place = copy.destination
            if place is None or place in _CONFIGURATIONS or place.startswith(("/run", "/var", "/docker-entrypoint.d/")):
                return True
    return False


def _fixes(stage: Stage) -> tuple[Fix, ...]:
    declaration = stage.root.declaration
    if not declaration.words:
        return ()
    word = declaration.words[0]
    for name in ("docker.io/library/nginx", "docker.io/nginx", "library/nginx", "nginx"):
        if (word.value + ":").startswith(name + ":") and "@" not in word.value:
            place = Place(declaration, Span(word.span.start, word.span.start + len(name)))
            return (Fix(f"Start from {_UNPRIVILEGED}", edits.replacing(place, _UNPRIVILEGED), safe=False),)
    return ()
