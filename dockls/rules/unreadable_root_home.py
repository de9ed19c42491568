"""Files in root's home, for a user who is not root.

`/root` can be entered by root alone. What is installed there by `pip install --user`, or copied there from a builder
stage, is not found by a program that runs as another user: “Permission denied”, or a missing module.

Told is what a stage copies below `/root`, if it then runs as another user and the program, PATH or a variable for its
packages points there.

```dockerfile
FROM python:3.14 AS build
RUN pip install --user flask

FROM python:3.14-slim
COPY --from=build /root/.local /root/.local
                               ^^^^^^^^^^^^ warning: user `app` cannot enter `/root`, where `/root/.local` lies
ENV PATH=/root/.local/bin:$PATH
RUN useradd app
USER app
CMD ["flask", "run"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage, contract
from dockls.semantics.files import copies_of
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place

_HOME = "/root/"
_VARIABLES = ("PATH", "PYTHONPATH", "NODE_PATH", "GEM_HOME", "LD_LIBRARY_PATH", "HOME", "PYTHONUSERBASE", "VIRTUAL_ENV")


@stage_rule(severity=Severity.WARNING, theme="compatibility")
def unreadable_root_home(stage: Stage) -> Iterator[Finding]:
    """Compare where COPY puts files with who runs the program."""
    user = (stage.final_state.user or "root").partition(":")[0]
    if user in ("root", "0", "") or not any(one.keyword == "USER" for one in stage.instructions):
        return
    if any("chmod" in one.text and "/root" in one.text for one in stage.instructions):
        return
    changing = [one for one in stage.instructions if one.keyword == "USER" and one.words][-1]
    for copy in copies_of(stage):
        place = copy.destination
        if place is None or not (place + "/").startswith(_HOME) or not _is_used(stage, place):
            continue
        message = f"user `{user}` cannot enter `/root`, where `{place}` lies"
        related = (Related(Place(changing, changing.words[0].span), "who runs the program"),)
        yield Finding(on_first_line(copy.instruction, copy.instruction.words[-1].span), message, related)


def _is_used(stage: Stage, place: str) -> bool:
    """Whether the program or a variable for it points there."""
    promised = contract(stage)
    words = [word for one in (promised.entrypoint, promised.command) if one is not None for word in one.words]
    values = [stage.final_state.lookup(name) or "" for name in _VARIABLES]
    return any(place in text for text in (*words, *values))
