r"""A Java build fetches its dependencies again whenever a source file changes.

Maven and Gradle fetch what they need while they build. Where the sources are copied above the build and nothing fetches
before them, every change of a source file costs all downloads again. A cache mount keeps what was ever fetched, and
costs nothing in the image. Source: docs.docker.com/build/cache/optimize/#use-cache-mounts.

Nothing is said where an earlier step of Maven or Gradle has fetched (that `dependency:go-offline` leaves something out
is told by `incomplete-download`), where a mount or an offline build takes care, where the repository is elsewhere, and
where the container is started by Maven or Gradle.
The fix mounts the cache of Maven; Gradle keeps its own in different places.

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B package
    ^^^^^^^^^^^^^^ hint: every change of a source file fetches all dependencies again; a cache mount would keep them

FROM eclipse-temurin:25-jre
COPY --from=build /src/target/app.jar /app.jar
CMD ["java", "-jar", "/app.jar"]
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2/repository \
    mvn -B package

FROM eclipse-temurin:25-jre
COPY --from=build /src/target/app.jar /app.jar
CMD ["java", "-jar", "/app.jar"]
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import copies_of
from dockls.text import Edit

_MAVEN = frozenset(("mvn", "mvnw"))
_GRADLE = frozenset(("gradle", "gradlew"))
_BUILDS = frozenset(
    ("package", "install", "verify", "compile", "build", "assemble", "jar", "bootJar", "shadowJar", "installDist",
     "war", "fatJar", "buildFatJar", "quarkusBuild", "nativeCompile", "distTar", "distZip")
)  # fmt: skip
_ELSEWHERE = (
    "repo.local",
    "GRADLE_USER_HOME",
    "--offline",
    "--project-cache-dir",
    " -o ",
    "-g ",
    "settings.localRepository",
)
_REPOSITORY = "/root/.m2/repository"
_MOST_STAGES = 20


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def dependencies_fetched_with_sources(stage: Stage) -> Iterator[Finding]:
    """Look at the first step of Maven or Gradle of a stage and of those that it starts from."""
    steps = [one for one in executed(stage) if one.command.program in _MAVEN | _GRADLE]
    if not steps or not _BUILDS & {word.rpartition(":")[2] for word in steps[0].words[1:]}:
        return
    first = steps[0]
    texts = [one.text for one in stage.instructions if one.keyword in ("RUN", "ENV", "ARG")]
    if any(word in text + " " for text in texts for word in _ELSEWHERE) or "--mount" in first.instruction.text:
        return
    if any(
        one.keyword in ("CMD", "ENTRYPOINT") and ("mvn" in one.text or "gradle" in one.text)
        for one in stage.instructions
    ):
        # What was fetched must be there when the container starts.
        return
    if _brings_sources(stage, first) and not _fetched_below(stage):
        message = "every change of a source file fetches all dependencies again; a cache mount would keep them"
        alone = len(steps) == 1 and first.command.program in _MAVEN
        is_root = stage.state_before(first.instruction).user in ("root", "0")
        fixes = (Fix("Mount a cache", partial(_mounted, first), safe=False),) if alone and is_root else ()
        yield Finding(first.place, message, fixes=fixes)


def _brings_sources(stage: Stage, first: Executed) -> bool:
    """Whether a COPY of a folder of the build context stands above."""
    above = stage.instructions[: stage.instructions.index(first.instruction)]
    copies = [copy for copy in copies_of(stage) if copy.instruction in above and copy.stage is None]
    return any("." not in source.strip("./") for copy in copies if not copy.from_image for source in copy.sources)


def _fetched_below(stage: Stage) -> bool:
    chain = stage.chain
    below = [one.command.program for each in chain[1:_MOST_STAGES] for one in executed(each)]
    return len(chain) > _MOST_STAGES or bool((_MAVEN | _GRADLE) & {*below})


def _mounted(first: Executed, model: Model) -> list[Edit] | None:
    """None in the JSON form and behind a here-document's mark, where a flag on a line of its own would look odd."""
    run = first.instruction
    return None if run.is_json or run.heredocs else [edits.mount_caches(model, run, [_REPOSITORY])]
