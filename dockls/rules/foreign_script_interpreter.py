"""Scripts of Python packages whose first line names an interpreter that the image does not have.

Who installs `gunicorn` gets a script that begins with the path of the Python that installed it: `/usr/local/bin/python`
in Docker's images of Python, `/usr/bin/python3` where a distribution brings it. In an image whose Python lies elsewhere
the script ends with “no such file or directory”, although the file is there. A virtual environment links to that path
as well, so that its own `python` is gone with it. `python3 -m gunicorn` does without the script.

It is a warning where the image starts such a script, a hint where PATH leads to the scripts. Nothing is said where
anything may put the interpreter in its place: a link, a copy of `/usr/local`, a script.

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user gunicorn

FROM gcr.io/distroless/python3-debian13
COPY --from=build /root/.local /root/.local
ENTRYPOINT ["/root/.local/bin/gunicorn", "app:app"]
             ^^^^^^^^^^^^^^^^^^^^^^^^^ warning: `gunicorn` is run by `/usr/local/bin/python`, which this image lacks
```

->

```dockerfile
FROM python:3.13-slim AS build
RUN pip install --user gunicorn

FROM gcr.io/distroless/python3-debian13
COPY --from=build /root/.local /root/.local
ENTRYPOINT ["python3", "-m", "gunicorn", "app:app"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.contract import contract
from dockls.semantics.first_line import on_first_line
from dockls.semantics.script_interpreters import Scripts, is_on_path, is_settled, scripts_copied, starts_python
from dockls.syntax import Place

#: packages that start the same way by `python3 -m`
_MODULES = frozenset(("gunicorn", "uvicorn", "hypercorn", "flask", "celery", "daphne", "streamlit", "fastapi"))


@linked_rule(severity=Severity.WARNING, theme="compatibility")
def foreign_script_interpreter(linked: Linked) -> Iterator[Finding]:
    """Look at folders of Python packages that a stage takes from others."""
    stage = linked.stage
    for scripts in scripts_copied(linked.stages, stage):
        if stage.fired or is_settled(stage):
            return
        started = _started(stage, scripts)
        if started is not None:
            yield started
        elif is_on_path(stage, scripts) and not starts_python(stage):
            told = f"the scripts in `{scripts.folder}` are run by `{scripts.interpreter}`"
            message = f"{told}, which this image lacks"
            yield Finding(scripts.place, message, severity=Severity.HINT)
        else:
            continue
        return


def _started(stage: Stage, scripts: Scripts) -> Finding | None:
    """The script among them that the image starts."""
    starting = contract(stage).entrypoint or contract(stage).command
    if starting is None or starting.shell or starting.origin not in stage.instructions or not starting.words:
        return None
    program = starting.words[0]
    name = posixpath.basename(program)
    is_python = name in ("python", "python3")
    by_name = "/" not in program and (is_python or name in _MODULES) and is_on_path(stage, scripts)
    if not (by_name or posixpath.dirname(program) == scripts.folder) or (is_python and not scripts.is_environment):
        return None
    assert starting.origin is not None
    word = starting.origin.words[0]
    message = f"`{name}` is run by `{scripts.interpreter}`, which this image lacks"
    if is_python:
        message = f"`{program}` is a link to `{scripts.interpreter}`, which this image lacks"
    fixes: tuple[Fix, ...] = ()
    if name in _MODULES and scripts.folder.endswith("/.local/bin"):
        # What is installed elsewhere, the other Python does not find.
        instead = edits.replacing(Place(starting.origin, word.span), f'python3", "-m", "{name}')
        fixes = (Fix(f"Start it by `python3 -m {name}`", instead, safe=False),)
    return Finding(on_first_line(starting.origin, word.span), message, (Related(scripts.place, "brings it"),), fixes)
