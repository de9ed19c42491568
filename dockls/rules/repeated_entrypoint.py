"""CMD begins with the program that the base image's ENTRYPOINT starts already.

Distroless and Chainguard images for an interpreter start it by their ENTRYPOINT. `CMD ["node", "server.js"]` there runs
`node node server.js`, which looks for a script called `node`. CMD holds the arguments alone.

Nothing is said where the stage has an ENTRYPOINT of its own. Source: https://github.com/GoogleContainerTools/distroless
(nodejs, python3 and java README).

```dockerfile
FROM gcr.io/distroless/nodejs24-debian13
COPY server.js /app/
CMD ["node", "/app/server.js"]
      ^^^^ error: the image starts `/nodejs/bin/node` by itself, so this runs `node node /app/server.js`
```

->

```dockerfile
FROM gcr.io/distroless/nodejs24-debian13
COPY server.js /app/
CMD ["/app/server.js"]
```
"""

from collections.abc import Iterable, Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Edit

_INTERPRETERS = frozenset(("node", "python", "python3", "java", "ruby", "php", "bun", "deno"))


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def repeated_entrypoint(stage: Stage) -> Iterator[Finding]:
    """Compare CMD with the entrypoint of the base image."""
    instruction = next((one for one in reversed(stage.instructions) if one.keyword == "CMD"), None)
    if instruction is None or not instruction.is_json or not instruction.words:
        return
    entrypoint = contract(stage).entrypoint
    if entrypoint is None or entrypoint.origin is not None or not entrypoint.words:
        return
    words = [word.value for word in instruction.words]
    program = _name(entrypoint.words[0])
    if _name(words[0]) != program or program not in _INTERPRETERS:
        return
    count = 1
    while count < min(len(words) - 1, len(entrypoint.words)) and words[count] == entrypoint.words[count]:
        count += 1
    started = " ".join([entrypoint.words[0].rpartition("/")[2], *entrypoint.words[1:], *words])
    message = f"the image starts `{' '.join(entrypoint.words)}` by itself, so this runs `{started}`"
    fix = Fix("Leave it to the image", partial(_without, instruction, words[count:]), safe=False)
    yield Finding(on_first_line(instruction, instruction.words[0].span), message, fixes=(fix,))


def _name(program: str) -> str:
    """The interpreter that a path or a name with a version stands for."""
    name = program.rpartition("/")[2]
    return "python" if name.rstrip("0123456789.") == "python" else name


def _without(instruction: Instruction, words: list[str], model: Model) -> Iterable[Edit] | None:
    from dockls.runtimes.programs import written_as

    edit = written_as(instruction, tuple(words)) if words else None
    return None if edit is None else [Edit(edit.span.shifted(model.start_of(instruction)), edit.text)]
