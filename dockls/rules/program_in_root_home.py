"""The program, or its packages, lie in root's home.

Only root may enter `/root`. As long as the image runs as root that works; as soon as a USER is added, or someone starts
it by `docker run --user`, nothing below is found: “Permission denied”, or a missing module. A virtual environment in
`/opt/venv`, or a program in `/app`, is there for everybody.

Told is the stage that is built by default, where it runs as root: what COPY puts below `/root` and the program or a
variable for its packages points to, and a WORKDIR there with the program in it. Where another user runs it already,
`unreadable-root-home` tells that it is broken.

```dockerfile
FROM python:3.14-slim
COPY --from=build /root/.local /root/.local
                               ^^^^^^^^^^^^ hint: no user but root can reach `/root/.local`
ENV PATH=/root/.local/bin:$PATH
CMD ["flask", "run"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model, Stage, contract
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place

_VARIABLES = ("PATH", "PYTHONPATH", "NODE_PATH", "GEM_HOME", "LD_LIBRARY_PATH", "PYTHONUSERBASE", "VIRTUAL_ENV")
_ROOT = ("root", "0")


@file_rule(severity=Severity.HINT, theme="security", group="strict")
def program_in_root_home(model: Model) -> Iterator[Finding]:
    """Look at what the stage that is built by default has below `/root`."""
    stage = model.target
    if stage is None or (stage.final_state.user or "").partition(":")[0] not in _ROOT:
        return
    if any("chmod" in one.text and "/root" in one.text for one in stage.instructions):
        return
    found = list(_copied(stage)) or list(_entered(stage))
    for place, path in found[:1]:
        yield Finding(place, f"no user but root can reach `{path}`")


def _copied(stage: Stage) -> Iterator[tuple[Place, str]]:
    """What COPY puts there, if the program or a variable for it points to it."""
    from dockls.semantics.files import copies_of

    used = _used(stage)
    for copy in copies_of(stage):
        path = copy.destination
        if path is not None and path.startswith("/root/") and any(path in text for text in used):
            yield on_first_line(copy.instruction, copy.instruction.words[-1].span), path


def _used(stage: Stage) -> list[str]:
    promised = contract(stage)
    words = [word for one in (promised.entrypoint, promised.command) if one is not None for word in one.words]
    return words + [stage.final_state.lookup(name) or "" for name in _VARIABLES]


def _entered(stage: Stage) -> Iterator[tuple[Place, str]]:
    """A WORKDIR there that the program starts in and that files are copied to."""
    from dockls.semantics.files import copies_of

    workdir = stage.final_state.workdir or ""
    if not (workdir + "/").startswith("/root/"):
        return
    moving = _last_workdir(stage)
    starts = any(one.keyword in ("CMD", "ENTRYPOINT") for one in stage.instructions)
    brings = any(((copy.destination or "") + "/").startswith(workdir + "/") for copy in copies_of(stage))
    if moving is not None and moving.words and starts and brings:
        yield on_first_line(moving, moving.words[0].span), workdir


def _last_workdir(stage: Stage) -> Instruction | None:
    return next((one for one in reversed(stage.instructions) if one.keyword == "WORKDIR"), None)
