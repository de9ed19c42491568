"""pip's cache stays in the image.

pip keeps every package that it downloads in `~/.cache/pip`, for the next install that never comes in an image.
`--no-cache-dir` keeps nothing; a cache mount keeps it for the next build, outside of the image.

Only the stage that is built by default and those that it starts from are looked at. Nothing is said where
PIP_NO_CACHE_DIR is set, where a cache mount takes the packages, and where the cache is deleted.

```dockerfile
FROM python:3.14-slim
RUN pip install flask
    ^^^^^^^^^^^ hint: pip keeps what it downloads in this layer; `--no-cache-dir` leaves it out
```

->

```dockerfile
FROM python:3.14-slim
RUN pip install --no-cache-dir flask
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed_by
from dockls.syntax import Instruction, Place
from dockls.text import Span

_SIGNS = ("--no-cache-dir", "PIP_NO_CACHE_DIR", "type=cache", ".cache", "pip cache purge", "--mount=type=tmpfs")


@file_rule(severity=Severity.HINT, theme="size", aliases=("DL3042",), group="strict")
def pip_cache_kept(model: Model) -> Iterator[Finding]:
    """Look at the installs by pip of the finished image."""
    for stage in model.target_chain:
        for instruction in stage.instructions:
            if instruction.keyword == "RUN" and "pip" in instruction.text:
                yield from _of_run(stage, instruction)


def _of_run(stage: Stage, instruction: Instruction) -> Iterator[Finding]:
    if any(sign in instruction.text for sign in _SIGNS) or stage.state_before(instruction).variable("PIP_NO_CACHE_DIR"):
        return
    for command in executed_by(stage, instruction):
        number = command.subcommand
        words = command.words
        if words[:3] in (("python", "-m", "pip"), ("python3", "-m", "pip")):
            number = 3 if len(words) > 3 else None
        elif command.command.program not in ("pip", "pip3"):
            continue
        if number is None or words[number] != "install" or len(words) == number + 1:
            continue
        span = command.span_through(number)
        fix = Fix("Keep nothing", edits.replacing(Place(instruction, Span(span.end, span.end)), " --no-cache-dir"))
        message = "pip keeps what it downloads in this layer; `--no-cache-dir` leaves it out"
        yield Finding(Place(instruction, span), message, fixes=(fix,))
