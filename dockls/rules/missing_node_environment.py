"""NODE_ENV is not set where a Node program runs.

Express then renders every view anew and shows its stack traces to visitors, React and many others run their slow checks
for developers: libraries take an unset NODE_ENV for development.

Looked at is the stage built by default, on an image of Node, where it starts `node`, or a script of `package.json`.
Nothing is said where the start sets it, and in images for development. The fix puts ENV right above CMD, so that
installs above it still bring what the build needs.

```dockerfile
FROM node:24
COPY . .
CMD ["node", "server.js"]
    ^^^^^^^^^^^^^^^^^^^^^ hint: nothing sets NODE_ENV, which libraries take for development
```

->

```dockerfile
FROM node:24
COPY . .
ENV NODE_ENV=production
CMD ["node", "server.js"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.contract import contract
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit, Span

_STARTING = frozenset(("node", "npm", "yarn", "pnpm", "next", "nest", "nodejs", "pm2-runtime"))
_DEVELOPMENT = ("dev", "test", "watch", "debug", "ci", "lint")


@file_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def missing_node_environment(model: Model) -> Iterator[Finding]:
    """Look at what the stage that is built by default starts."""
    target = model.target
    if target is None:
        return
    known = base_facts(target)
    if known is None or known.family != "node" or target.final_state.environment.get("NODE_ENV") is not None:
        return
    from dockls.ecosystems.development import for_development

    started = _started(target)
    if started is None or for_development(target):
        return
    words = " ".join([word.value for word in started.words])
    if "NODE_ENV" in words or not _is_program(words.split()) or _sets_itself(target, words):
        return
    place = on_first_line(started, Span(*started.body_span))
    yield Finding(place, "nothing sets NODE_ENV, which libraries take for development", fixes=_fixes(target, started))


def _started(target: Stage) -> Instruction | None:
    """The instruction of the stage, or of one that it starts from, that says what runs; ENTRYPOINT wins."""
    promised = contract(target)
    for command in (promised.entrypoint, promised.command):
        if command is not None and command.origin is not None and _STARTING & set(" ".join(command.words).split()):
            return command.origin if command.origin.keyword in ("CMD", "ENTRYPOINT") else None
    return None


def _is_program(words: list[str]) -> bool:
    from dockls.knowledge import development_command

    if development_command(words) or not _STARTING & set(words):
        return False
    return not any(word.startswith(_DEVELOPMENT) or ":dev" in word for word in words)


def _sets_itself(target: Stage, words: str) -> bool:
    """Whether the script of package.json sets the variable."""
    if not any(manager in words.split() for manager in ("npm", "yarn", "pnpm")):
        return False
    return "NODE_ENV" in (target.context.read("package.json") or "")


def _fixes(target: Stage, started: Instruction) -> tuple[Fix, ...]:
    if started not in target.instructions:
        return ()
    behind = target.instructions[target.instructions.index(started) :]
    if any(one.keyword == "RUN" for one in behind):
        return ()

    def insertion(model: Model) -> list[Edit]:
        return [edits.insert_before(model, started, [f"{edits.keyword(model, 'ENV')} NODE_ENV=production"])]

    return (Fix("Set NODE_ENV to production", insertion, safe=False),)
