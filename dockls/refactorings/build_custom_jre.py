"""Builds a Java runtime of the needed modules alone, and puts it on a slim image in place of a whole one.

`jlink` takes modules of a JDK and makes a runtime of them, half as large as a JRE. It runs in a stage of its own, from
the JDK of the same version; the last stage becomes Debian's slim image, or Alpine where the runtime is Alpine's, with
JAVA_HOME and PATH as they were. The modules are those of Java SE and what servers commonly need beside; `modules` asks
for others (`jdeps` tells which a program needs).

That no module is needed that is not listed is told as an assumption: those that are looked up by name at run time are
found by no tool. It is refused for Java before 11.

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /app
COPY . .
RUN mvn -B package

FROM eclipse-temurin:21-jre<|>
WORKDIR /app
COPY --from=build /app/target/app.jar app.jar
CMD ["java", "-jar", "app.jar"]
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS build
WORKDIR /app
COPY . .
RUN mvn -B package

FROM eclipse-temurin:21-jdk AS jre
RUN jlink --add-modules java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management \\
    --strip-debug --no-man-pages --no-header-files --compress=zip-6 --output /jre

FROM debian:trixie-slim
ENV JAVA_HOME=/opt/java/openjdk
ENV PATH="${JAVA_HOME}/bin:${PATH}"
COPY --from=jre /jre $JAVA_HOME
WORKDIR /app
COPY --from=build /app/target/app.jar app.jar
CMD ["java", "-jar", "app.jar"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.renaming import numbered_name, unusable
from dockls.syntax import Place
from dockls.text import Edit, Span

_MODULES = "java.se,jdk.unsupported,jdk.crypto.ec,jdk.zipfs,jdk.management"
_PATHS = frozenset(("base", "environment", "entrypoint"))


@refactoring(title="Build a custom JRE", kind="refactor.extract.stage", grade="changing", settings=("modules",))
def build_custom_jre(model: Model, selection: Span, modules: str = "") -> Plan | Refused | None:
    """Offered on the FROM of the last stage where it is a JRE of Temurin."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or stage is not model.target or instruction is not stage.declaration or not instruction.words:
        return None
    from dockls.knowledge import facts
    from dockls.knowledge.variants import current_release

    text = instruction.words[0].text
    known = facts(text)
    if known is None or known.family != "eclipse-temurin" or "-jre" not in text or "@" in text or "$" in text:
        return None
    major = (known.version or "").partition(".")[0].partition("_")[0].partition("u")[0]
    if not major.isdigit() or int(major) < 11:
        return Refused("Java before 11 has no jlink that leaves out what is not needed")
    if any(one.keyword == "RUN" for one in stage.instructions):
        return Refused("the steps of the stage are for the distribution of its image")
    is_alpine = known.distribution == "alpine"
    release = current_release("alpine" if is_alpine else "debian")
    image = f"alpine:{release}" if is_alpine else f"debian:{release}-slim"
    name = "jre" if unusable(model, "jre") is None else numbered_name(model, "jre")
    head = [*_stage(model, text.replace("-jre", "-jdk"), name, modules or _MODULES, int(major)), ""]
    start = edits.block_span(model, instruction).start
    env, copy = edits.keyword(model, "ENV"), edits.keyword(model, "COPY")
    opened = [
        f"{env} JAVA_HOME=/opt/java/openjdk",
        f'{env} PATH="${{JAVA_HOME}}/bin:${{PATH}}"',
        f"{copy} --from={name} /jre $JAVA_HOME",
    ]
    changes = (
        Edit(Span(start, start), edits.lines(model, head)),
        *edits.counted_on(model, stage.index),
        edits.replace(model, Place(instruction, instruction.words[0].span), image),
        edits.insert_after(model, instruction, opened),
    )
    return Plan(changes, (f"the program needs no other module than {modules or _MODULES}",), changes=_PATHS)


def _stage(model: Model, image: str, name: str, modules: str, major: int) -> list[str]:
    compression = "--compress=zip-6" if major >= 21 else "--compress=2"
    escape = model.stages[0].declaration.escape
    keyword = edits.keyword(model, "RUN")
    return [
        f"{edits.keyword(model, 'FROM')} {image} {edits.keyword(model, 'AS')} {name}",
        f"{keyword} jlink --add-modules {modules} {escape}",
        f"    --strip-debug --no-man-pages --no-header-files {compression} --output /jre",
    ]
