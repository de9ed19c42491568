"""A package manager is the first process of the container.

`npm start` starts a shell, and that the program: two processes more, which `docker stop` signals instead of the program
and which do not surely pass the signal on. The image also needs npm only for that line. `node server.js` does the same
at once.

Told are CMD and ENTRYPOINT in JSON form that run a script of `package.json` by npm, yarn or pnpm. Nothing is said of
scripts, stages and files for development. Where `package.json` is known and the script is a plain call of `node`, the
fix writes it.

```json package.json
{"scripts": {"start": "node server.js"}}
```

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
CMD ["npm", "start"]
      ^^^ hint: npm is the first process instead of the program, and stands between it and the signals to stop
```

->

```dockerfile
FROM node:24
WORKDIR /app
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

_MANAGERS = ("npm", "yarn", "pnpm")
#: what a shell or npm itself would have to do
_SPECIAL = frozenset("$&|;<>()'\"`\\*?[]{}~#!\n")


@stage_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def package_manager_as_command(stage: Stage) -> Iterator[Finding]:
    """Look at what CMD and ENTRYPOINT start."""
    for instruction in stage.instructions:
        if instruction.keyword not in ("CMD", "ENTRYPOINT") or not instruction.is_json or not instruction.words:
            continue
        words = tuple([word.value for word in instruction.words])
        if words[0] in _MANAGERS and _is_script(stage, words):
            message = f"{words[0]} is the first process instead of the program, and stands between it and the signals"
            place = on_first_line(instruction, instruction.words[0].span)
            yield Finding(place, message + " to stop", fixes=_fixes(stage, instruction, words))


def _is_script(stage: Stage, words: tuple[str, ...]) -> bool:
    from dockls.ecosystems.development import for_development
    from dockls.ecosystems.package_json import script_of
    from dockls.knowledge import development_command

    script = script_of(words)
    if script is None or development_command(words) or for_development(stage):
        return False
    return not script.startswith(("dev", "test", "watch", "storybook", "lint", "build")) and ":dev" not in script


def _fixes(stage: Stage, instruction: Instruction, words: tuple[str, ...]) -> tuple[Fix, ...]:
    from dockls.ecosystems.package_json import package_json, script_of

    manifest = package_json(stage, stage.state_before(instruction).workdir)
    script = script_of(words)
    if manifest is None or script is None or words[-1] != script or len(instruction.text.splitlines()) > 1:
        return ()
    body = manifest.scripts.get(script, "")
    if f"pre{script}" in manifest.scripts or f"post{script}" in manifest.scripts or _SPECIAL & set(body):
        return ()
    started = body.split()
    if len(started) < 2 or started[0] != "node":
        return ()
    place = Place(instruction, Span(*instruction.body_span))
    new = "[" + ", ".join([json.dumps(word, ensure_ascii=False) for word in started]) + "]"
    return (Fix(f"Start `{' '.join(started)}` itself", edits.replacing(place, new), safe=False),)
