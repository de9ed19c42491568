"""A command line for the shell in an image that has none.

Images such as `scratch` and distroless have no shell. RUN then fails in the build with “no such file or
directory”; CMD, ENTRYPOINT and HEALTHCHECK fail when the container starts. The JSON form starts a program without a
shell.

Nothing is said where the stage copies a shell, or whatever lies in its folder, from somewhere, and of images of which
nothing is known. Source: https://github.com/GoogleContainerTools/distroless, “Entrypoints”.

```dockerfile
FROM gcr.io/distroless/static-debian13
COPY server /server
CMD /server --port 8080
    ^^^^^^^^^^^^^^^^^^^ error: the image of this stage has no shell, so this CMD cannot start
```

->

```dockerfile
FROM gcr.io/distroless/static-debian13
COPY server /server
CMD ["/server", "--port", "8080"]
```
"""

from collections.abc import Iterator
from functools import partial

from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction
from dockls.text import Span

_RUNNING = frozenset(("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"))


@stage_rule(severity=Severity.ERROR, theme="compatibility")
def no_shell(stage: Stage) -> Iterator[Finding]:
    """Look at the shell forms of a stage whose base image has no shell."""
    forms = [one for one in stage.instructions if one.keyword in _RUNNING and _is_shell_form(one)]
    if not forms:
        return
    known = base_facts(stage)
    if known is None or known.shell is not None or not _is_sure(known.family):
        return
    from dockls.semantics.files import brings

    for instruction in forms:
        shell = stage.state_before(instruction).shell[:1]
        if shell and not brings(stage, shell[0]) and not brings(stage, "/bin/sh"):
            yield _finding(stage, instruction)


def _is_sure(family: str) -> bool:
    """Whether every tag of the image is without a shell; some of Chainguard's have one."""
    return family in ("scratch", "chainguard/static") or family.startswith("distroless/")


def _is_shell_form(instruction: Instruction) -> bool:
    if instruction.keyword == "HEALTHCHECK" and instruction.words[:1] and instruction.words[0].value.upper() == "NONE":
        return False
    return bool(instruction.words) and not instruction.is_json


def _finding(stage: Stage, instruction: Instruction) -> Finding:
    from dockls.runtimes.programs import exec_form_edits

    whose = f"stage {stage.title}" if stage.name else "this stage"
    end = "it cannot run" if instruction.keyword == "RUN" else f"this {instruction.keyword} cannot start"
    fixes: tuple[Fix, ...] = ()
    if instruction.keyword != "RUN":
        fixes = (Fix("Use the exec form", partial(exec_form_edits, instruction), safe=False),)
    place = on_first_line(instruction, Span(*instruction.body_span))
    return Finding(place, f"the image of {whose} has no shell, so {end}", fixes=fixes)
