"""COPY of a jar by another name than the build tool gives it.

Maven calls it after `artifactId` and `version`, Gradle after `rootProject.name` and `version`, and both let the project
say otherwise (`finalName`, `archiveFileName`). A name that neither says is not there: the build ends with “not found”.

It is told where the build files are copied into the stage and say the name plainly. Nothing is said of modules below
the project, where a step moves or names the jar, where options of the command or plugins may set name or version, and
of names with more behind the expected one (`app-1.0-all.jar`).

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
COPY --from=build /src/target/app.jar /app.jar
                  ^^^^^^^^^^^^^^^^^^^ warning: Maven calls the jar `shop-1.4.0.jar`, as `pom.xml` says
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

from dockls import edits
from dockls.ecosystems.java_archives import jar_copies
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Place


@linked_rule(severity=Severity.WARNING, theme="files")
def wrong_jar_name(linked: Linked) -> Iterator[Finding]:
    """Hold the jars that a stage copies against the names that the build files of the other stage say."""
    for found in jar_copies(linked.stages, linked.stage):
        name = posixpath.basename(found.path)
        if found.names is None or name in found.names or name.startswith(found.names[0].removesuffix(".jar") + "-"):
            continue
        said = f", as `{found.source}` says" if found.source is not None else ""
        message = f"{found.tool} calls the jar `{found.names[0]}`{said}"
        instruction = found.copy.instruction
        right = posixpath.join(posixpath.dirname(found.path), found.names[0])
        replaced = edits.replacing(Place(instruction, instruction.words[0].span), right)
        fix = Fix(f"Copy `{found.names[0]}`", replaced, safe=False)
        related = (Related(found.build.place, "makes it"),)
        yield Finding(on_first_line(instruction, instruction.words[0].span), message, related, (fix,))
