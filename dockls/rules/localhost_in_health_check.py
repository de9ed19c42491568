"""A health check that asks `localhost` by BusyBox's `wget`.

In a container `localhost` stands for `::1` as well as for 127.0.0.1. Alpine's `wget` tries one of them only, mostly
`::1`; a server that listens on 0.0.0.0 is not there, and the container is shown as unhealthy although it works.

Other programs, and the `wget` of a package, go on to the next address: of them nothing is said. A server that listens
on `::` answers both ways, so that many files get along with the name. The fix changes the header Host that the server
sees.

```dockerfile
FROM node:24-alpine
HEALTHCHECK CMD wget -q --spider http://localhost:3000/health
                                        ^^^^^^^^^ hint: `wget` may ask `::1` alone here, where few servers listen
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
HEALTHCHECK CMD wget -q --spider http://127.0.0.1:3000/health
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
from dockls.syntax import Instruction, Place
from dockls.text import Span

_NAME = "localhost"


@stage_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def localhost_in_health_check(stage: Stage) -> Iterator[Finding]:
    """Look at the address of `wget`."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword == "HEALTHCHECK"), None)
    if instruction is None or _NAME not in instruction.text or "wget" not in instruction.text:
        return
    known = base_facts(stage)
    if known is None or known.distribution != "alpine" or stage.folded(_has_another_wget, lambda root: False):
        return
    for span in _places(instruction):
        message = "`wget` may ask `::1` alone here, where few servers listen"
        fix = Fix("Write 127.0.0.1", edits.replacing(Place(instruction, span), "127.0.0.1"), safe=False)
        yield Finding(on_first_line(instruction, span), message, fixes=(fix,))


def _has_another_wget(stage: Stage, below: bool) -> bool:
    """Whether a package may have replaced BusyBox's."""
    found = (one for one in stage.instructions if "wget" in one.text)
    return below or any(one.keyword in ("RUN", "COPY", "ADD") for one in found)


def _places(instruction: Instruction) -> Iterator[Span]:
    """Where the name stands as a host in the words of `wget`."""
    for word in _words(instruction):
        text = instruction.text[word.start : word.end]
        start = text.find(_NAME)
        before, behind = text[:start].strip("\"'"), text[start + len(_NAME) :][:1]
        if start >= 0 and (not before or before.endswith("://")) and behind in ("", "/", ":", '"', "'"):
            yield Span(word.start + start, word.start + start + len(_NAME))


def _words(instruction: Instruction) -> Iterator[Span]:
    if instruction.is_json:
        values = [word.value.rpartition("/")[2] for word in instruction.words[:2]]
        if "wget" in values:
            yield from [word.span for word in instruction.words]
        return
    for piece in scripts(instruction):
        for command in piece.script.commands:
            if command.program == "wget":
                yield from [word.span.shifted(piece.offset) for word in command.words]
