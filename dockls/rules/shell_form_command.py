"""CMD or ENTRYPOINT as a line for the shell.

The shell is then the first process of the container. `docker stop` signals the shell, which tells its children nothing:
the program is killed after ten seconds instead of ending in order. Arguments that `docker run` adds are lost. In the
JSON form the program is started itself. `exec` in front of the program helps with the signals alone.

Nothing is said behind a SHELL instruction, which shows that the shell is meant. The fix is left out where the line
needs a shell. The check is BuildKit's `JSONArgsRecommended`
(docs.docker.com/reference/build-checks/json-args-recommended).

```dockerfile
FROM node:24
CMD node server.js --port 8080
    ^^^^^^^^^^^^^^^^^^^^^^^^^^ info: CMD starts a shell, which passes no signals on to the program
```

->

```dockerfile
FROM node:24
CMD ["node", "server.js", "--port", "8080"]
```
"""

from collections.abc import Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Span


@stage_rule(severity=Severity.INFORMATION, theme="style", aliases=("JSONArgsRecommended", "DL3025"))
def shell_form_command(stage: Stage) -> Iterator[Finding]:
    """Look at CMD and ENTRYPOINT that no SHELL stands above."""
    shell_is_set: bool | None = None
    for instruction in stage.instructions:
        if instruction.keyword == "SHELL":
            return
        if instruction.keyword not in ("CMD", "ENTRYPOINT") or instruction.is_json or not instruction.words:
            continue
        if shell_is_set is None:
            shell_is_set = _inherits_shell(stage)
        if not shell_is_set:
            yield _finding(instruction)


def _inherits_shell(stage: Stage) -> bool:
    return any(one.keyword == "SHELL" for below in stage.chain[1:] for one in below.instructions)


def _finding(instruction: Instruction) -> Finding:
    from dockls.runtimes.programs import exec_form_edits

    message = f"{instruction.keyword} starts a shell, which passes no signals on to the program"
    if instruction.words[0].value.startswith("exec "):
        message = f"{instruction.keyword} goes through a shell, which the JSON form does without"
    return Finding(
        on_first_line(instruction, Span(*instruction.body_span)),
        message,
        fixes=(Fix("Use the exec form", partial(exec_form_edits, instruction), safe=False),),
    )
