r"""Maven is asked to fetch everything in advance, of which `dependency:go-offline` leaves something out.

It does not know what plugins fetch while they run (the provider of Surefire, say), nor what a profile adds; and when
one line of `pom.xml` changes, the layer is made anew and everything is fetched again. A cache mount of Maven's
repository keeps whatever was ever fetched.

Told is such a step without a cache mount where a later step of the stage builds without one. Nothing is said where the
repository is put elsewhere, and of a step that nothing builds after.

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml .
RUN mvn -B dependency:go-offline
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: what plugins fetch as they run is left out; a cache mount keeps it
COPY src src
RUN mvn -B package

FROM eclipse-temurin:25-jre
COPY --from=build /src/target/app.jar /app.jar
CMD ["java", "-jar", "/app.jar"]
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY pom.xml .
RUN --mount=type=cache,target=/root/.m2/repository \
    mvn -B dependency:go-offline
COPY src src
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
from dockls.rooms import Finding, Fix, Related, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Instruction
from dockls.text import Edit

_REPOSITORY = "/root/.m2/repository"
_BUILDING = frozenset(("compile", "test", "package", "verify", "install", "deploy"))


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def incomplete_download(stage: Stage) -> Iterator[Finding]:
    """Look for the step, then for a build below it."""
    if not any(one.keyword == "RUN" and "go-offline" in one.text for one in stage.instructions):
        return
    commands = [one for one in executed(stage) if one.command.program in ("mvn", "mvnw")]
    if any("repo.local" in one.text or "type=cache" in one.text for one in _runs(commands)):
        return
    for number, command in enumerate(commands):
        if not any(_is_download(word) for word in command.words):
            continue
        build = next((one for one in commands[number + 1 :] if not _BUILDING.isdisjoint(one.words)), None)
        if build is not None and build.instruction is not command.instruction:
            yield _finding(stage, command, build, _runs(commands))
        return


def _is_download(word: str) -> bool:
    return word.endswith(":go-offline") and (word.startswith("dependency:") or "maven-dependency-plugin:" in word)


def _runs(commands: list[Executed]) -> tuple[Instruction, ...]:
    return tuple(dict.fromkeys([one.instruction for one in commands]))


def _finding(stage: Stage, command: Executed, build: Executed, runs: tuple[Instruction, ...]) -> Finding:
    message = "what plugins fetch as they run is left out; a cache mount keeps it"
    users = {stage.state_before(run).user for run in runs}
    fixes: tuple[Fix, ...] = ()
    if users <= {"root", "0"} and not any(run.heredocs or run.is_json for run in runs):
        fixes = (Fix("Mount a cache in every step of Maven", partial(_mounted, runs), safe=False),)
    return Finding(command.place, message, (Related(build.place, "fetches the rest"),), fixes)


def _mounted(runs: tuple[Instruction, ...], model: Model) -> list[Edit]:
    return [edits.mount_caches(model, run, [_REPOSITORY]) for run in runs]
