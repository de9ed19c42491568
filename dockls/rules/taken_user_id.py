"""A user or group is made with a name or number that the base image has given away already.

`useradd -u 1000` in `node:24` ends with “UID 1000 is not unique”, for the image has a user `node` with that number;
`ubuntu` has `ubuntu` with the same since 23.04. Use the user that is there, take another number, or remove the old user
first.

Nothing is said where the stage removes or changes accounts, where the command allows doubles (`-o`), or where it may
fail (`|| true`). Sources: the Dockerfile templates in github.com/nodejs/docker-node, and Ubuntu's bug 2005129
(bugs.launchpad.net/cloud-images).

```dockerfile
FROM node:24-slim
RUN useradd -m -u 1000 app
                  ^^^^ warning: `node` has the number 1000 in `node:24-slim`, so `useradd` fails
USER app
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import is_forgiven
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.accounts import Account


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def taken_user_id(stage: Stage) -> Iterator[Finding]:
    """Compare the accounts that the stage makes with those of its base image."""
    if not any("useradd" in one.text or "adduser" in one.text or "group" in one.text for one in stage.instructions):
        return
    from dockls.semantics.accounts import accounts, changes_accounts, own_users

    found = accounts(stage)
    users = own_users(stage) if found else {}
    if not users or changes_accounts(stage):
        return
    names = {number: name for name, number in users.items()}
    for account in found:
        if account.may_exist or account.command.conditional or is_forgiven(stage, account.command):
            continue
        program = account.command.words[0]
        kind = "group" if account.is_group else "user"
        # Debian's adduser is content with a user of the system that is there.
        if account.name in users and not (account.is_system and program.startswith("add")):
            message = f"`{stage.base_image}` has a {kind} `{account.name}` already, so `{program}` fails"
            yield Finding(_place(account, None), message)
        elif account.number in names:
            name = names[account.number]
            message = f"`{name}` has the number {account.number} in `{stage.base_image}`, so `{program}` fails"
            yield Finding(_place(account, account.number_word), message)


def _place(account: "Account", word: int | None) -> Place:
    command = account.command
    span = Span(command.place.span.start, command.place.span.end) if word is None else command.word_span(word)
    return on_first_line(command.instruction, span)
