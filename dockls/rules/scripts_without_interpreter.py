"""Scripts of Python packages that nobody can start in the image, although nothing starts them now.

Who installs `flask` gets a script `flask` whose first line is the path of the Python that installed it. In an image
whose Python lies elsewhere, as `/usr/bin/python3` in the distroless one, each of these scripts ends with “no such file
or directory”: a migration, a worker, a shell that somebody starts by `docker exec` or as another service of the same
image. `python3 -m flask` does without the script, and so does a library that is copied without them
(`pip install --target`).

Nothing is said where `foreign-script-interpreter` has more to tell, because the image starts such a script or PATH
leads to them, where the command shows the way around (`-m`, the script given to Python), and where anything may put the
interpreter in its place.

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user flask

FROM gcr.io/distroless/python3-debian13
COPY --from=build /root/.local /root/.local
                  ^^^^^^^^^^^^ hint: no script in `/root/.local/bin` starts: this image lacks `/usr/local/bin/python`
COPY app.py /app/
CMD ["/app/app.py"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.contract import contract
from dockls.semantics.script_interpreters import Scripts, is_on_path, is_settled, scripts_copied, starts_python


@linked_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def scripts_without_interpreter(linked: Linked) -> Iterator[Finding]:
    """Look at folders of Python packages that a stage takes from others and that its command leaves alone."""
    stage = linked.stage
    if stage.fired:
        return
    for scripts in scripts_copied(linked.stages, stage):
        if is_settled(stage):
            return
        if not _is_minded(stage, scripts):
            told = f"no script in `{scripts.folder}` starts: this image lacks `{scripts.interpreter}`"
            yield Finding(scripts.place, told)


def _is_minded(stage: Stage, scripts: Scripts) -> bool:
    """Whether the command starts one of them, or does it in another way, or may do so by PATH."""
    promised = contract(stage)
    parts = [one.words for one in (promised.entrypoint, promised.command) if one is not None]
    words = [word for part in parts for word in part]
    if "-m" in words or any(posixpath.dirname(word) == scripts.folder for word in words):
        return True
    return is_on_path(stage, scripts) and (scripts.is_environment or not starts_python(stage))
