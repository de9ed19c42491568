"""Copies a Spring Boot jar as layers: dependencies, loader, snapshots, and the application itself.

A jar holds all dependencies, so that every change of a line makes a new layer of the whole size. Spring Boot can take
its jar apart; each part is then copied by an instruction of its own, those that change seldom first, and a push sends
little more than the program. CMD or ENTRYPOINT stays `java -jar` of a jar of the same name.

That the jar is one of Spring Boot 3.3 or newer is known from a build file, or told as an assumption. It is refused
where the jar is named by a pattern, or does not go to the working directory.

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /app
COPY . .
RUN mvn -B package

FROM eclipse-temurin:21-jre
WORKDIR /app
COPY --from=build /app/target/shop.jar app.jar<|>
CMD ["java", "-jar", "app.jar"]
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /app
COPY . .
RUN mvn -B package
RUN cp /app/target/shop.jar /tmp/app.jar && \\
    java -Djarmode=tools -jar /tmp/app.jar extract --layers --destination /tmp/layers

FROM eclipse-temurin:21-jre
WORKDIR /app
COPY --from=build /tmp/layers/dependencies/ ./
COPY --from=build /tmp/layers/spring-boot-loader/ ./
COPY --from=build /tmp/layers/snapshot-dependencies/ ./
COPY --from=build /tmp/layers/application/ ./
CMD ["java", "-jar", "app.jar"]
```
"""

import posixpath

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage, contract
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import Copy, copy_of
from dockls.text import Edit, Span

_LAYERS = ("dependencies", "spring-boot-loader", "snapshot-dependencies", "application")
_BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")


@refactoring(title="Split the Spring Boot jar into layers", kind="refactor.rewrite.copy", grade="equivalent")
def split_spring_boot_layers(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on a COPY of a jar from another stage that the image starts with `java -jar`."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction.keyword != "COPY" or ".jar" not in instruction.text:
        return None
    copy = copy_of(stage, instruction)
    if copy is None or copy.stage is None or len(copy.sources) != 1 or copy.destination is None or instruction.is_json:
        return None
    builder, name = model.stages[copy.stage], _builder_name(model, copy)
    told = _is_spring(builder)
    if told is False or not _is_java(builder) or name is None:
        return None
    reason = _reason(stage, copy)
    if reason is not None:
        return Refused(reason)
    return Plan(_edits(model, builder, copy, name), () if told else ("the jar is one of Spring Boot 3.3 or newer",))


def _builder_name(model: Model, copy: Copy) -> str | None:
    """How the stage that files come from is named; its number where it has no name."""
    node = model.graph.nodes[copy.stage or 0]
    return node.interface.written_name or str(node.number)


def _is_java(stage: Stage) -> bool:
    known = base_facts(stage)
    return known is not None and known.language == "java"


def _is_spring(stage: Stage) -> bool | None:
    """Whether the build files of a known context name Spring Boot; None where none is known."""
    texts = [stage.context.read(name) for name in _BUILD_FILES] if stage.context.known else []
    known = [text for text in texts if text is not None]
    return any("spring-boot" in text or "springframework.boot" in text for text in known) if known else None


def _reason(stage: Stage, copy: Copy) -> str | None:
    source, path = copy.sources[0], copy.destination or "/"
    if set(source) & set("*?[$") or not source.startswith("/"):
        return f"which jar `{source}` finds is not known"
    name = posixpath.join(path, posixpath.basename(source)) if copy.is_folder else path
    if posixpath.dirname(name) != stage.final_state.workdir:
        return "the jar does not go to the working directory"
    promised = contract(stage)
    command = promised.entrypoint or promised.command
    words = () if command is None else (*command.words, *(promised.command.words if promised.command else ()))
    text = " ".join(words)
    if "-jar" not in text or posixpath.basename(name) not in text:
        return "the image does not start the jar with `java -jar`"
    return None


def _edits(model: Model, builder: Stage, copy: Copy, name: str) -> tuple[Edit, ...]:
    source, path = copy.sources[0], copy.destination or "/"
    jar = posixpath.basename(source if copy.is_folder else path)
    lines = [
        f"{edits.keyword(model, 'RUN')} cp {source} /tmp/{jar} && {builder.declaration.escape}",
        f"    java -Djarmode=tools -jar /tmp/{jar} extract --layers --destination /tmp/layers",
    ]
    flags = " ".join([flag.text for flag in copy.instruction.flags])
    copies = [f"{copy.instruction.raw_keyword} {flags} /tmp/layers/{layer}/ ./" for layer in _LAYERS]
    added = edits.insert_after(model, builder.instructions[-1], lines)
    start = model.start_of(copy.instruction)
    text = edits.lines(model, copies).rstrip("\r\n")
    return (added, Edit(copy.instruction.span.shifted(start), text))
