"""The container is started by a package manager.

`npm start` runs a shell, which runs the program: three processes, of which the first gets the signals. `docker stop`
then waits ten seconds and kills, and the image needs npm where it runs. `node server.js` gets the signals itself.

If the build context has a package.json whose script is a plain `node …`, the fix writes that; it is for you to see that
no `prestart` is needed. Source: github.com/nodejs/docker-node/blob/main/docs/BestPractices.md#cmd.

```json package.json
{"scripts": {"start": "node server.js"}}
```

```dockerfile
FROM node:24-slim
COPY . .
CMD ["npm", "start"]
      ^^^^^^^^^^^^ hint: npm does not hand signals on as the program needs them; start the program itself
```

->

```dockerfile
FROM node:24-slim
COPY . .
CMD ["node", "server.js"]
```
"""

import json
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Span

_MANAGERS = frozenset(("npm", "yarn", "pnpm"))
_KEYWORDS = ("CMD", "ENTRYPOINT")
#: a script with any of these needs a shell, or is no single program
_SPECIAL = frozenset("&|;<>$`'\"*?(){}\\=")


@stage_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def package_manager_as_command(stage: Stage) -> Iterator[Finding]:
    """Look at the last CMD and ENTRYPOINT, in both forms."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword in _KEYWORDS), None)
    if instruction is None or not instruction.words:
        return
    words = [word.value for word in instruction.words]
    if not instruction.is_json:
        words = instruction.words[0].text.split() if len(instruction.words) == 1 else words
    if not words or words[0] not in _MANAGERS or "dev" in words or any("$" in word for word in words):
        return
    script = words[-1] if words[1:2] == ["run"] or len(words) == 2 else None
    span = Span(instruction.words[0].span.start, instruction.words[-1].span.end)
    message = f"{words[0]} does not hand signals on as the program needs them; start the program itself"
    yield Finding(on_first_line(instruction, span), message, fixes=_fixes(stage, instruction, script, span))


def _fixes(stage: Stage, instruction: Instruction, script: str | None, span: Span) -> tuple[Fix, ...]:
    text = stage.context.read("package.json") if stage.context.known and script is not None else None
    if text is None or not instruction.is_json:
        return ()
    try:
        command = json.loads(text)["scripts"][script]
    except (ValueError, KeyError, TypeError):
        return ()
    if not isinstance(command, str) or not command.startswith("node ") or _SPECIAL & {*command}:
        return ()
    # The span begins and ends within the quotes.
    fix = edits.replacing(Place(instruction, span), '", "'.join(command.split()))
    return (Fix(f"Start `{command}`", fix, safe=False),)
