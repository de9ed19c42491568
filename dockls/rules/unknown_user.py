"""USER names a user that the image does not have.

The container then does not start: “unable to find user app: no matching entries in passwd file”, and a RUN below fails
in the build. A number needs no entry there.

Only images are looked at whose users are known, and of those with a package manager only where nothing in the stage
could have made the user: no command that makes accounts, no script, no package of that name.

```dockerfile
FROM scratch
COPY server /server
USER app
     ^^^ error: no user `app` is in the image, so nothing can run as `app`; a number needs no entry in /etc/passwd
ENTRYPOINT ["/server"]
```

-> Write `65532:65532`

```dockerfile
FROM scratch
COPY server /server
USER 65532:65532
ENTRYPOINT ["/server"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed
from dockls.semantics.first_line import on_first_line
from dockls.semantics.stage import expanded
from dockls.syntax import Instruction, Place

#: accounts of Debian, Alpine and Red Hat that the tables of images do not list one by one
_SYSTEM = frozenset(
    ("bin", "daemon", "adm", "lp", "sync", "shutdown", "halt", "mail", "news", "uucp", "operator", "man", "postmaster",
     "cron", "ftp", "sshd", "at", "squid", "xfs", "games", "cyrus", "vpopmail", "ntp", "smmsp", "guest", "nobody",
     "proxy", "backup", "list", "irc", "gnats", "sys", "www-data", "_apt", "ubuntu", "root", "systemd-network")
)  # fmt: skip
#: commands that are known to make no account
_HARMLESS = frozenset(
    ("mkdir", "chown", "chmod", "cp", "mv", "rm", "ln", "echo", "cd", "ls", "cat", "touch", "true", "set", "test", "[",
     "npm", "yarn", "pnpm", "npx", "node", "pip", "pip3", "python", "python3", "uv", "poetry", "go", "cargo", "make",
     "sed", "tar", "unzip", "export", "printf", "apt-get", "apk", "find", "gem", "bundle", "composer", "mvn", "gradle")
)  # fmt: skip


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def unknown_user(stage: Stage) -> Iterator[Finding]:
    """Look every user of USER up."""
    for instruction in stage.instructions:
        if instruction.keyword != "USER" or not instruction.words:
            continue
        written = expanded(instruction.words[0].value, stage.state_before(instruction), instruction.escape) or ""
        name = written.partition(":")[0]
        if not name or name.isdecimal() or "$" in instruction.text or not _is_missing(stage, name):
            continue
        message = f"no user `{name}` is in the image, so nothing can run as `{name}`"
        place = on_first_line(instruction, instruction.words[0].span)
        yield Finding(place, message + "; a number needs no entry in /etc/passwd", fixes=_fixes(instruction))


def _is_missing(stage: Stage, name: str) -> bool:
    from dockls.semantics.files import brings

    known = base_facts(stage)
    if known is None or name in known.users or known.role not in ("empty", "distro", "language", "runtime"):
        return False
    if known.package_manager is not None and name in _SYSTEM:
        return False
    return not brings(stage, "/etc/passwd") and not _may_be_made(stage, name)


def _may_be_made(stage: Stage, name: str) -> bool:
    for each in stage.chain:
        runs = [one for one in each.instructions if one.keyword in ("RUN", "ONBUILD")]
        commands = executed(each)
        known = {command.instruction for command in commands}
        if any(run not in known for run in runs):
            return True
        for command in commands:
            installs = command.words[0] in ("apt-get", "apk") and _names_user(command.words[1:], name)
            if command.command.program not in _HARMLESS or command.words[0].startswith("./") or installs:
                return True
    return False


def _names_user(words: tuple[str, ...], name: str) -> bool:
    """Whether a package may make the user: `tor` makes `debian-tor`."""
    return any(word in name or name in word for word in words if len(word) > 2)


def _fixes(instruction: Instruction) -> tuple[Fix, ...]:
    place = Place(instruction, instruction.words[0].span)
    return (Fix("Write `65532:65532`", edits.replacing(place, "65532:65532"), safe=False),)
