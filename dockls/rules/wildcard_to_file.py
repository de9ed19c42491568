"""COPY of a pattern to the name of one file.

Where several files match (`app.jar` and `app-sources.jar`), BuildKit copies one after the other to the same name, and
the last one wins. Where none matches, it copies nothing and says nothing: the image lacks the file. The exact name, as
the build tool was told to write it, is safe from both.

It does not apply to folders (`COPY target/*.jar /app/`), to patterns for one optional file (`go.su[m]`), nor where the
build context is known and holds one such file. The fix writes the name that Maven or Gradle gives the jar, where the
build files say it plainly.

```xml pom.xml
<project>
  <artifactId>shop</artifactId>
  <version>1.4.0</version>
</project>
```

```dockerfile
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B package

FROM eclipse-temurin:25-jre
COPY --from=build /src/target/*.jar /app.jar
                  ^^^^^^^^^^^^^^^^^ info: if several match, only the last is kept as `/app.jar`; no match is no error
```

->

```dockerfile
FROM maven:3-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B package

FROM eclipse-temurin:25-jre
COPY --from=build /src/target/shop-1.4.0.jar /app.jar
```
"""

import posixpath
from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place
from dockls.text import Edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.files import Copy

_MOST_SHOWN = 3


@stage_rule(severity=Severity.INFORMATION, theme="files", group="strict")
def wildcard_to_file(stage: Stage) -> Iterator[Finding]:
    """Look for COPY with one source, which is a pattern, and a destination that is a file's name."""
    from dockls.semantics.files import copies_of

    for copy in copies_of(stage):
        if len(copy.sources) == 1 and _is_open(copy.sources[0]) and _names_file(stage, copy):
            yield from _told(stage, copy)


def _is_open(source: str) -> bool:
    """Whether files of several names match; a class of characters alone stands for one optional file."""
    if "://" in source or source.startswith("<<") or "$" in source:
        return False
    return "*" in source or "?" in source


def _names_file(stage: Stage, copy: "Copy") -> bool:
    from dockls.semantics.files import files_of

    target = copy.destination
    if target is None or copy.is_folder or copy.instruction.parsed.flag("parents") is not None:
        return False
    folder, name = posixpath.split(target)
    extension = posixpath.splitext(name.lstrip("."))[1]
    ending = posixpath.splitext(posixpath.basename(copy.sources[0]))[1]
    if not (posixpath.basename(folder) in ("bin", "sbin") or (extension and ending in (extension, ".*"))):
        return False
    return not any(entry.path == target and entry.kind == "directory" for entry in files_of(stage))


def _told(stage: Stage, copy: "Copy") -> Iterator[Finding]:
    source = copy.sources[0]
    place = on_first_line(copy.instruction, copy.instruction.words[0].span)
    if copy.stage is None and not copy.from_image and stage.context.known:
        present = [path for path in stage.context.glob(source) if not stage.context.ignored(path).ignored]
        if len(present) == 1:
            return
        if present:
            shown = ", ".join([f"`{path}`" for path in present[:_MOST_SHOWN]])
            message = f"{len(present)} files match ({shown}), and only `{present[-1]}` is kept as `{copy.destination}`"
            yield Finding(place, message, severity=Severity.WARNING)
            return
    message = f"if several match, only the last is kept as `{copy.destination}`; no match is no error"
    fixes = (Fix("Copy the jar by its name", partial(_named, copy), safe=False),) if copy.stage is not None else ()
    yield Finding(place, message, fixes=fixes)


def _named(copy: "Copy", model: Model) -> list[Edit] | None:
    """The name that the build tool gives the jar; None where that is not known or the pattern means another."""
    from dockls.ecosystems.java_archives import jar_copy
    from dockls.project.wildcards import BadPatternError, go_match

    found = jar_copy(model.stages, copy)
    if found is None or found.names is None or copy.instruction.is_json:
        return None
    folder, pattern = posixpath.split(found.path)
    try:
        matches = go_match(pattern).matches(found.names[0])
    except BadPatternError:
        return None
    place = Place(copy.instruction, copy.instruction.words[0].span)
    return [edits.replace(model, place, posixpath.join(folder, found.names[0]))] if matches else None
