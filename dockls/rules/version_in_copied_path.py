"""COPY takes files from a folder that has Python's version in its name.

`/usr/local/lib/python3.14/site-packages` is there as long as FROM names Python 3.14. Whoever raises the image has to
think of every such path, and an image that floats (`python:3-slim`) raises itself: the build breaks, or the packages
lie where no Python looks for them. A virtual environment, or `pip install --prefix=/install` and a COPY of `/install`,
has one path for all versions.

It is told once in a stage, and not where the version is a variable.

```dockerfile
FROM python:3.14 AS build
RUN pip install -r requirements.txt

FROM python:3.14-slim
COPY --from=build /usr/local/lib/python3.14 /usr/local/lib/python3.14
                  ^^^^^^^^^^^^^^^^^^^^^^^^^ hint: the path names Python 3.14, so it has to change with the image in FROM
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line

_BEGINNING = "/lib/python3."


@stage_rule(severity=Severity.HINT, theme="files", group="strict")
def version_in_copied_path(stage: Stage) -> Iterator[Finding]:
    """Look at the sources of the first COPY from another stage that names a version."""
    for instruction in stage.instructions:
        flag = instruction.parsed.flag("from") if instruction.keyword == "COPY" else None
        if flag is None or not flag.value:
            continue
        for word in instruction.words[:-1]:
            version = _version(word.value)
            if version is not None:
                message = f"the path names Python {version}, so it has to change with the image in FROM"
                yield Finding(on_first_line(instruction, word.span), message)
                return


def _version(path: str) -> str | None:
    """The version in a path of Python's own folder."""
    before, found, rest = path.partition(_BEGINNING)
    minor = rest.partition("/")[0]
    if not found or before not in ("/usr", "/usr/local") or not minor.isdigit():
        return None
    return f"3.{minor}"
