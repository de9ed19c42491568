"""A download over TLS in an image without CA certificates.

`curl`, `wget` and `git` check the server against the certificates in `/etc/ssl/certs`. The plain images of Debian and
Ubuntu have none, and who installs these programs with `--no-install-recommends` gets none with them: the download is
refused, and the build fails.

Nothing is said where anything above may bring certificates: a package that needs them, a script, a copied folder of the
system, any word like “cert”. Source: packages.debian.org (`ca-certificates` is recommended by `wget`, `git` and the
library of `curl`, and needed by none of them).

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN curl -fsSLO https://example.com/tool.tar.gz
    ^^^^ warning: `curl` finds no CA certificates in this image, so it refuses `https://example.com`
```

->

```dockerfile
FROM debian:trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates curl
RUN curl -fsSLO https://example.com/tool.tar.gz
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.certificates import (
    CLIENTS,
    brings_no_certificates,
    may_bring_certificates,
    may_have_got_certificates,
    speaks_of_certificates,
    starts_without_certificates,
)
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import PackageInstall


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def missing_certificates(stage: Stage) -> Iterator[Finding]:
    """Follow the commands of a stage to the first download that certainly fails."""
    if not any(one.keyword == "RUN" for one in stage.instructions) or not starts_without_certificates(stage):
        return
    if stage.parent is None or not (stage.fired or may_have_got_certificates(stage.parent)):
        yield from _download(stage)


def _download(stage: Stage) -> Iterator[Finding]:
    """The first command that certainly fails."""
    below = {} if stage.parent is None else stage.parent.folded(_with_installs, _no_installs)
    installs = dict(below)
    for instruction in stage.instructions:
        if instruction.keyword != "RUN":
            if may_bring_certificates(stage, instruction):
                return
            continue
        commands = executed_by(stage, instruction)
        if not commands or speaks_of_certificates(instruction):
            return
        for command in commands:
            found = _refused(command, installs)
            if found is not None:
                yield found
            if found is not None or not brings_no_certificates(command):
                return
            _note(command, installs)


def _refused(command: Executed, installs: "_Installs") -> Finding | None:
    program = command.command.program
    address = _address(command)
    if address is None or program not in installs or command.conditional:
        return None
    message = f"`{program}` finds no CA certificates in this image, so it refuses `{address}`"
    installing, fixes = installs[program]
    related = (Related(installing, f"installs `{program}`"),)
    return Finding(on_first_line(command.instruction, command.word_span(0)), message, related, fixes)


#: where a client is installed, and how the certificates could be as well
_Installs = dict[str, tuple[Place, tuple[Fix, ...]]]


def _no_installs(stage: Stage) -> _Installs:
    return {}


def _with_installs(stage: Stage, below: _Installs) -> _Installs:
    found = dict(below)
    for command in executed(stage):
        _note(command, found)
    return found if len(found) > len(below) else below


def _note(command: Executed, found: _Installs) -> None:
    from dockls.knowledge import package_install

    install = package_install(command.words)
    if install is None or command.conditional:
        return
    for number, name in zip(install.indexes, install.packages, strict=True):
        if name in CLIENTS:
            found.setdefault(name, (command.place, (_along(command, install, number),)))


def _along(command: Executed, install: "PackageInstall", number: int) -> Fix:
    start = command.word_span(number).start
    adding = edits.replacing(Place(command.instruction, Span(start, start)), "ca-certificates ")
    return Fix("Install `ca-certificates` as well", adding, safe=False)


def _address(command: Executed) -> str | None:
    """The server that a command speaks to by TLS, checking its certificate: ``https://example.com``."""
    program = command.command.program
    words = command.words[1:]
    if program not in CLIENTS or (program == "git" and "clone" not in words):
        return None
    if program == "curl" and any(_is_insecure(word) for word in words):
        return None
    for word in words:
        bare = word.strip("\"'")
        if bare.startswith("https://"):
            host = bare.removeprefix("https://").partition("/")[0]
            return f"https://{host}" if host and "$" not in host else "https"
    return None


def _is_insecure(word: str) -> bool:
    return word in ("--insecure", "--cacert", "--capath") or (word[:1] == "-" and word[1:2] != "-" and "k" in word)
