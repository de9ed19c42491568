"""A HEALTHCHECK by `curl` or `wget` in an image that has it not.

The check fails every time, and the container is shown, or restarted, as unhealthy although it works. Slim images of
Debian and Ubuntu have neither; Alpine and BusyBox have `wget`; distroless images have nothing.

Only images are looked at whose programs are well known, and only where no other instruction mentions the program.

```dockerfile
FROM node:24-alpine
COPY server.js .
HEALTHCHECK CMD curl -f http://localhost:3000/health || exit 1
                ^^^^ warning: `curl` is not in `node:24-alpine`, so the check always fails
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
COPY server.js .
HEALTHCHECK CMD wget -q --spider http://localhost:3000/health || exit 1
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.shell.instruction import scripts
from dockls.shell.script import Command
from dockls.syntax import Instruction, Place
from dockls.text import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import ImageFacts

_TOOLS = frozenset(("curl", "wget", "nc"))
#: images whose tables of programs are complete in this respect
_KNOWN = frozenset(
    ("alpine", "busybox", "debian", "ubuntu", "node", "python", "ruby", "golang", "rust", "scratch",
     "mcr.microsoft.com/dotnet/aspnet", "mcr.microsoft.com/dotnet/runtime", "mcr.microsoft.com/dotnet/runtime-deps")
)  # fmt: skip
#: flags of curl that mean nothing beyond quietness, redirects and failing
_PLAIN_FLAGS = frozenset("fsSLIk")
_QUIETING = frozenset(("--fail", "--silent", "--show-error", "--location", "--head", "-o", "--output", "/dev/null"))


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def missing_health_check_tool(stage: Stage) -> Iterator[Finding]:
    """Look for the programs of HEALTHCHECK in the image and in all that is done to it."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword == "HEALTHCHECK"), None)
    if instruction is None:
        return
    known = base_facts(stage)
    if known is None or not (known.family in _KNOWN or known.family.startswith("distroless/")):
        return
    for name, span, command in _programs(instruction):
        program = name.rpartition("/")[2]
        if program in _TOOLS and program not in known.tools and not _is_mentioned(stage, program, instruction):
            message = f"`{program}` is not in `{stage.base_image}`, so the check always fails"
            yield Finding(on_first_line(instruction, span), message, fixes=_fixes(instruction, command, known))
            return


def _programs(instruction: Instruction) -> Iterator[tuple[str, Span, tuple[Command, int] | None]]:
    if instruction.is_json:
        words = instruction.words[1:] if instruction.words[0].value.upper() == "CMD" else instruction.words
        if words:
            yield words[0].value, words[0].span, None
        return
    for piece in scripts(instruction):
        for command in piece.script.commands:
            if command.words:
                yield command.name, command.words[0].span.shifted(piece.offset), (command, piece.offset)


def _is_mentioned(stage: Stage, program: str, healthcheck: Instruction) -> bool:
    """Whether anything else in the stage or in those it starts from names the program."""
    return any(program in one.text for each in stage.chain for one in each.instructions if one is not healthcheck)


def _fixes(instruction: Instruction, found: tuple[Command, int] | None, known: "ImageFacts") -> tuple[Fix, ...]:
    """`wget` for a plain call of `curl` where the image has that."""
    if found is None or found[0].program != "curl" or "wget" not in known.tools:
        return ()
    command, offset = found
    words = [word for word in command.words[1:] if word.text not in _QUIETING]
    addresses = [word for word in words if not word.text.startswith("-")]
    plain = all(not set(word.text[1:]) - _PLAIN_FLAGS for word in words if word not in addresses)
    span = command.span.shifted(offset)
    if not plain or len(addresses) != 1 or command.redirects or "\n" in instruction.text[span.start : span.end]:
        return ()
    place = Place(instruction, span)
    return (Fix("Use wget", edits.replacing(place, f"wget -q --spider {addresses[0].text}"), safe=False),)
