"""COPY of a jar by a plain name, which the build tool gives it only if the project says so.

By themselves, Maven and Gradle put the version into the name: `shop-1.4.0.jar`. `app.jar` is there only if the project
sets `finalName` or `archiveFileName`, or, with Gradle, has that name and no version. Who reads the Dockerfile cannot
tell, and whoever adds a version breaks the build.

It is told where the build files are not known. Nothing is said where a step names or moves the jar, where the name
holds a version, and where Gradle's project is called like its folder.

```dockerfile
FROM gradle:9-jdk25 AS build
WORKDIR /src
COPY . .
RUN gradle --no-daemon bootJar

FROM eclipse-temurin:25-jre
COPY --from=build /src/build/libs/app.jar /app.jar
                  ^^^^^^^^^^^^^^^^^^^^^^^ hint: Gradle calls the jar `app.jar` only if the build files say so
```
"""

import posixpath
from collections.abc import Iterator

from dockls.ecosystems.java_archives import jar_copies
from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics.first_line import on_first_line


@linked_rule(severity=Severity.HINT, theme="files", group="strict")
def guessed_jar_name(linked: Linked) -> Iterator[Finding]:
    """Look for jars without a version in their names where nothing is known of the project."""
    for found in jar_copies(linked.stages, linked.stage):
        name = posixpath.basename(found.path)
        project = posixpath.basename(found.build.directory or "")
        if not found.silent or any(character.isdigit() for character in name):
            continue
        if found.tool == "Gradle" and name.startswith((f"{project}.", f"{project}-")):
            continue
        instruction = found.copy.instruction
        message = f"{found.tool} calls the jar `{name}` only if the build files say so"
        related = (Related(found.build.place, "makes it"),)
        yield Finding(on_first_line(instruction, instruction.words[0].span), message, related)
