"""A password file or private key is copied into the image.

Whoever can pull the image can read it, also if a later layer deletes it. A step that needs it gets it by
`RUN --mount=type=secret` or `--mount=type=ssh`, a program when its container starts.

Judged by the name: `.netrc`, `.pypirc`, `.git-credentials`, private SSH keys and folders of keys and tokens (`.ssh`,
`.aws`, `.kube`), and `.env` (not `.env.example`). `.npmrc` only where the build context has it with a token in it.
Source: docs.docker.com/build/building/secrets.

```dockerfile
FROM node:24
COPY .netrc /root/.netrc
     ^^^^^^ warning: `.netrc` stays in the image for whoever can read it; use `RUN --mount=type=secret`
RUN npm ci
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line

_FILES = frozenset(
    (".netrc", "_netrc", ".pypirc", ".git-credentials", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".env",
     ".dockercfg", ".pgpass", ".my.cnf")
)  # fmt: skip
_FOLDERS = frozenset((".ssh", ".aws", ".kube", ".gnupg"))
_TOKENS = ("_authToken=", "_password=", "_auth=")


@stage_rule(severity=Severity.WARNING, theme="security")
def copied_secret(stage: Stage) -> Iterator[Finding]:
    """Look at the names of what COPY and ADD take from the build context."""
    for instruction in stage.instructions:
        if instruction.keyword not in ("COPY", "ADD") or instruction.parsed.flag("from") is not None:
            continue
        for word in instruction.words[:-1]:
            if _is_secret(stage, word.value):
                place = on_first_line(instruction, word.span)
                message = f"`{word.value}` stays in the image for whoever can read it; use `RUN --mount=type=secret`"
                yield Finding(place, message)


def _is_secret(stage: Stage, source: str) -> bool:
    path = source.rstrip("/")
    name = posixpath.basename(path)
    if "://" in source or set(source) & set("*?[$") or stage.context.ignored(path).ignored:
        return False
    if name == ".npmrc":
        text = stage.context.read(path) or ""
        return any(token in text and f"{token}$" not in text for token in _TOKENS)
    parts = path.split("/")
    return name in _FILES or bool(
        _FOLDERS & set(parts) and name not in ("known_hosts", "config") and ".pub" not in name
    )
