"""A health check by `wget` or `curl` that the base image just happens to have.

Alpine has BusyBox's `wget`, the full images have `curl`; slim and distroless images have neither, and the check fails
from the day the base changes. What the program itself runs on is there in any case: `node` and `python` can ask for an
address too.

Told are images for Node and Python in which no instruction of the file installs the tool. Where the tool is missing
already, `missing-health-check-tool` tells it.

```dockerfile
FROM node:24-alpine
HEALTHCHECK CMD wget -q --spider http://127.0.0.1:3000/health
                ^^^^ hint: `wget` is here by chance; `node`, which the program needs anyway, can ask too
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24-alpine
HEALTHCHECK CMD node -e "fetch('http://127.0.0.1:3000/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "server.js"]
```
"""  # noqa: E501  the example's long command

import re
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

_TOOLS = frozenset(("wget", "curl"))
#: how each interpreter asks for an address; a status of 400 and more is a failure
_ASKING = {
    "node": "node -e \"fetch('{}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\"",
    "python": "python -c \"import urllib.request; urllib.request.urlopen('{}')\"",
}
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:/_-]+")
#: options that mean quietness, failing, redirects and no output
_PLAIN = frozenset(
    ("-q", "--quiet", "--spider", "-qO-", "-O-", "-O", "-", "/dev/null", "-nv", "--no-verbose", "-f", "--fail", "-s",
     "-S", "--silent", "-fs", "-sf", "-fsS", "-sSf", "-fSs", "-L", "-fsSL", "-fL", "-o",
     "--tries=1")
)  # fmt: skip
_FETCH_SINCE = 18


@stage_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def health_check_on_image_tools(stage: Stage) -> Iterator[Finding]:
    """Look at the program of HEALTHCHECK."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword == "HEALTHCHECK"), None)
    if instruction is None or instruction.is_json or not any(tool in instruction.text for tool in _TOOLS):
        return
    known = base_facts(stage)
    if known is None or known.family not in _ASKING:
        return
    version = (known.version or "").partition(".")[0]
    if known.family == "node" and version.isdecimal() and int(version) < _FETCH_SINCE:
        return
    for piece in scripts(instruction):
        for command in piece.script.commands:
            tool = command.program
            if tool in _TOOLS and tool in known.tools and not _is_mentioned(stage, tool, instruction):
                message = f"`{tool}` is here by chance; `{known.family}`, which the program needs anyway, can ask too"
                span = command.words[0].span.shifted(piece.offset)
                fixes = _fixes(instruction, command, piece.offset, known.family)
                yield Finding(on_first_line(instruction, span), message, fixes=fixes)
                return


def _is_mentioned(stage: Stage, tool: str, check: Instruction) -> bool:
    below = stage.parent is not None and tool in stage.parent.folded(_with_mentions, lambda root: frozenset())
    return below or any(tool in one.text for one in stage.instructions if one is not check)


def _with_mentions(stage: Stage, below: frozenset[str]) -> frozenset[str]:
    found = [tool for tool in _TOOLS - below if any(tool in one.text for one in stage.instructions)]
    return below.union(found) if found else below


def _fixes(instruction: Instruction, command: Command, offset: int, family: str) -> tuple[Fix, ...]:
    addresses = [word for word in command.arguments if _PLAIN_ADDRESS.fullmatch(word)]
    others = [word for word in command.arguments if word not in addresses and word not in _PLAIN]
    if len(addresses) != 1 or others or command.redirects:
        return ()
    span = Span(command.span.start, command.span.end).shifted(offset)
    if "\n" in instruction.text[span.start : span.end]:
        return ()
    text = _ASKING[family].format(addresses[0])
    return (Fix(f"Ask by `{family}`", edits.replacing(Place(instruction, span), text), safe=False),)
