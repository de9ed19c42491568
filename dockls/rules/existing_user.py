"""The stage makes a user of its own although the base image brings one.

`node`, `gradle` and `bun` images have an ordinary user for exactly this, with a home and a number that stays the same:
`USER node` needs no RUN. Two users also make it easy to give files to the wrong one.

Told is a user who is then named by USER, where the image is known to have another. Source:
github.com/nodejs/docker-node/blob/main/docs/BestPractices.md, “Non-root User”.

```dockerfile
FROM node:24-slim
RUN groupadd -r app && useradd -r -g app app
                       ^^^^^^^^^^^^^^^^^^^^^ hint: `node:24-slim` brings a user for this: `USER node`
USER app
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line


@stage_rule(severity=Severity.HINT, theme="security", group="strict")
def existing_user(stage: Stage) -> Iterator[Finding]:
    """Look for accounts that USER names."""
    if not any(one.keyword == "USER" for one in stage.instructions):
        return
    from dockls.semantics.accounts import accounts, changes_accounts, own_users

    known = base_facts(stage)
    if known is None or known.role == "server" or known.role == "distro":
        return
    found = [one for one in accounts(stage) if not one.is_group]
    users = own_users(stage) if found else {}
    if not users or changes_accounts(stage):
        return
    user = (stage.final_state.user or "").partition(":")[0]
    for account in found:
        taken = account.name in users or account.number in users.values()
        if account.name and user == account.name and not taken:
            message = f"`{stage.base_image}` brings a user for this: `USER {next(iter(users))}`"
            yield Finding(on_first_line(account.command.instruction, account.command.place.span), message)
            return
