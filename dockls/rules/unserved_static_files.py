"""Files for browsers, copied beside a Spring Boot jar to where the program does not look.

Spring Boot serves `static`, `public` and `resources` from the class path, that is from within the jar. A program with
a servlet container (`spring-boot-starter-web`) also takes the folder `public` or `static` of its working directory for
the root of its documents, one with WebFlux does not. What lies elsewhere is served only if the program itself or
`spring.web.resources.static-locations` names it. Copied to `src/main/resources/static` before the jar is made, the
files are in the jar. Sources: docs.spring.io/spring-boot, “Static Content”; Spring Boot's class `DocumentRoot`.

It is told where the build context has the build files and they name Spring Boot. Nothing is said where the folder is
the working directory's and the program is none of WebFlux, and where anything sets the locations.

```xml pom.xml
<project>
  <dependencies>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-webflux</artifactId>
    </dependency>
  </dependencies>
</project>
```

```dockerfile
FROM node:24 AS frontend
WORKDIR /frontend
COPY frontend .
RUN npm ci && npm run build

FROM eclipse-temurin:25-jre
WORKDIR /app
COPY --from=frontend /frontend/dist ./public
                                    ^^^^^^^^ info: a program with WebFlux serves `public` from its jar only
COPY target/app.jar app.jar
CMD ["java", "-jar", "app.jar"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage, contract, joined
from dockls.semantics.files import Copy, copies_of
from dockls.semantics.first_line import on_first_line
from dockls.shell.instruction import scripts

_FOLDERS = frozenset(("public", "static", "resources"))
#: what a servlet container takes from the working directory
_ROOTS = frozenset(("public", "static"))
_BUILD_FILES = ("pom.xml", "*/pom.xml", "build.gradle", "*/build.gradle", "build.gradle.kts", "*/build.gradle.kts")
_SETTINGS = ("src/main/resources/application*", "*/src/main/resources/application*", "application*", "config/*")
#: what brings a servlet container, as the names of starters end
_WITH_SERVLETS = ("web<", "web'", 'web"', "web:", "web-services", "webmvc", "jersey", "data-rest", "hateoas", "tomcat",
                  "jetty")  # fmt: skip
_MOST_FILES = 20


@stage_rule(severity=Severity.INFORMATION, theme="files", group="strict")
def unserved_static_files(stage: Stage) -> Iterator[Finding]:
    """Look for folders of such names beside the jar that the image starts."""
    copies = [copy for copy in copies_of(stage) if posixpath.basename(copy.destination or "") in _FOLDERS]
    if not copies or not stage.context.known:
        return
    folder = _folder_of_jar(stage)
    beside = [copy for copy in copies if posixpath.dirname(copy.destination or "") == folder]
    if folder is None or not beside or _sets_locations(stage):
        return
    texts = _texts(stage, _BUILD_FILES)
    if not any("spring-boot" in text or "org.springframework.boot" in text for text in texts):
        return
    servlets = any(f"starter-{word}" in text for text in texts for word in _WITH_SERVLETS)
    reactive = not servlets and any("starter-webflux" in text for text in texts)
    for copy in beside:
        message = _message(stage, copy, reactive)
        if message is not None:
            yield Finding(on_first_line(copy.instruction, copy.instruction.words[-1].span), message)


def _message(stage: Stage, copy: Copy, reactive: bool) -> str | None:
    path = copy.destination or ""
    name = posixpath.basename(path)
    if reactive:
        return f"a program with WebFlux serves `{name}` from its jar only"
    if name not in _ROOTS:
        return f"Spring Boot serves `{name}` from its jar only"
    working = stage.final_state.workdir
    if working is None or posixpath.dirname(path) == working:
        return None
    return f"Spring Boot serves `{name}` from its jar and from the working directory, which is `{working}`"


def _folder_of_jar(stage: Stage) -> str | None:
    """The folder of the jar that the image starts."""
    promised = contract(stage)
    starts = [one.origin for one in (promised.entrypoint, promised.command) if one is not None and one.origin]
    for piece in [piece for origin in starts for piece in scripts(origin)]:
        for command in piece.script.commands:
            words = (command.name, *command.arguments)
            if "java" in map(posixpath.basename, words[:2]) and "-jar" in words[:-1]:
                path = joined(stage.final_state.workdir, words[words.index("-jar") + 1])
                return None if path is None or "$" in path else posixpath.dirname(path)
    return None


def _sets_locations(stage: Stage) -> bool:
    texts = [one.text for each in stage.chain for one in each.instructions]
    said = [text.upper().replace("-", "_").replace(".", "_") for text in (*texts, *_texts(stage, _SETTINGS))]
    return any("STATIC_LOCATIONS" in text or "STATICLOCATIONS" in text for text in said)


def _texts(stage: Stage, patterns: tuple[str, ...]) -> list[str]:
    paths = [path for pattern in patterns for path in stage.context.glob(pattern)]
    return [stage.context.read(path) or "" for path in paths[:_MOST_FILES]]
