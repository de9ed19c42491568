"""A password, key or token in ARG or ENV.

Both are written into the image: `docker inspect` shows ENV, `docker history` the ARGs of every RUN, and whoever can
pull the image can read them. `RUN --mount=type=secret` gives a step a secret that leaves no trace.

Judged by the name, as BuildKit does (`SecretsUsedInArgOrEnv`,
docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env): `apikey`, `auth`, `credential`, `credentials`,
`key`, `password`, `pword`, `passwd`, `secret` or `token` as a part between underscores, unless `public`, `file` or
`version` is one, too. ARGs above the first FROM are in no image.

```dockerfile
FROM node:24
ARG NPM_TOKEN
    ^^^^^^^^^ warning: whoever has the image can read ARG `NPM_TOKEN`; use `RUN --mount=type=secret`
RUN npm ci
```
"""

import re
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

_SECRET = re.compile(
    r"(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)", re.IGNORECASE | re.ASCII
)
_HARMLESS = re.compile(r"(?:_|^)(?:public|file|version)(?:_|$)", re.IGNORECASE | re.ASCII)


@stage_rule(severity=Severity.WARNING, theme="security", aliases=("SecretsUsedInArgOrEnv",))
def secret_in_argument(stage: Stage) -> Iterator[Finding]:
    """Judge every ARG and ENV of a stage by its name."""
    for instruction in stage.instructions:
        if instruction.keyword in ("ARG", "ENV"):
            yield from _told(instruction)


def _told(instruction: Instruction) -> Iterator[Finding]:
    for pair in instruction.pairs:
        if _SECRET.search(pair.name) and not _HARMLESS.search(pair.name):
            message = (
                f"whoever has the image can read {instruction.keyword} `{pair.name}`; use `RUN --mount=type=secret`"
            )
            yield Finding(on_first_line(instruction, pair.name_span), message)
