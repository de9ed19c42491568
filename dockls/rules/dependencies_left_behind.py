"""A stage goes on where another has built, but what that one had downloaded stays behind.

`COPY --from=builder /app /app` brings the sources and what was built of them. Maven, Gradle, Cargo, Go and .NET keep
what they download outside of that folder (`~/.m2`, `~/.gradle`, `$CARGO_HOME`, `/go/pkg/mod`, `~/.nuget`), so the next
command fetches everything again. A stage that starts from the other one, `FROM builder AS test`, has it all and needs
no COPY.

It is told where both stages start from the same image and run the same tool in the folder that is copied. Nothing is
said where the stage copies the tool's folder, too, where a cache mount holds it, or where a variable or an option puts
it elsewhere.

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS builder
WORKDIR /app
COPY . .
RUN mvn -B package -DskipTests

FROM maven:3.9-eclipse-temurin-21 AS test
WORKDIR /app
COPY --from=builder /app /app
RUN mvn -B test
    ^^^^^^^^^^^ hint: `mvn` downloads again what stage `builder` has in `~/.m2`; `FROM builder` would keep it
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-21 AS builder
WORKDIR /app
COPY . .
RUN mvn -B package -DskipTests

FROM builder AS test
WORKDIR /app
RUN mvn -B test
```
"""

import posixpath
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Model, Stage
from dockls.semantics.cache_mounts import has_cache_mount
from dockls.semantics.execution import Executed, executed
from dockls.semantics.files import Copy, copies_of
from dockls.syntax import Place
from dockls.text import Edit

#: how many stages of a FROM chain are looked at
_MOST_STAGES = 20


class _Tool(NamedTuple):
    """A tool that downloads: where to, by which subcommands (none: all), and the words that say it is elsewhere."""

    folder: str
    subcommands: tuple[str, ...]
    marks: tuple[str, ...]


# maven.apache.org/guides/mini/guide-configuring-maven.html, docs.gradle.org "Gradle-managed directories",
# doc.rust-lang.org/cargo/guide/cargo-home.html, go.dev/ref/mod#module-cache, learn.microsoft.com/nuget "Managing the
# global packages" (2026-11)
_MAVEN = _Tool("~/.m2", (), (".m2", "maven.repo.local", "MAVEN_OPTS", "MAVEN_CONFIG", "/usr/share/maven/ref"))
_GRADLE = _Tool("~/.gradle", (), ("/.gradle", "GRADLE_USER_HOME", "gradle-user-home", " -g "))
_CARGO = _Tool(
    "$CARGO_HOME",
    ("build", "test", "run", "check", "clippy", "bench"),
    ("cargo/registry", "CARGO_HOME", "/usr/local/cargo ", "vendor"),
)
_GO = _Tool(
    "/go/pkg/mod",
    ("build", "test", "run", "vet", "install"),
    ("/go/pkg", "/go ", "/go/ ", "GOMODCACHE", "GOPATH", "vendor"),
)
_DOTNET = _Tool(
    "~/.nuget",
    ("build", "test", "publish", "run", "restore", "pack"),
    (".nuget", "NUGET_PACKAGES", "--packages"),
)
_TOOLS = {
    "mvn": _MAVEN,
    "mvnw": _MAVEN,
    "gradle": _GRADLE,
    "gradlew": _GRADLE,
    "cargo": _CARGO,
    "go": _GO,
    "dotnet": _DOTNET,
}


@linked_rule(severity=Severity.HINT, theme="cache")
def dependencies_left_behind(linked: Linked) -> Iterator[Finding]:
    """Look at the first command of each tool that runs in a folder copied from another stage."""
    stage = linked.stage
    copies = [copy for copy in copies_of(stage) if copy.stage is not None and copy.stage < stage.index]
    if not copies or stage.base_image is None:
        return
    seen: set[str] = set()
    for command in executed(stage):
        tool = _tool(command)
        if tool is None or tool.folder in seen or has_cache_mount(command.instruction) or _is_elsewhere(stage, tool):
            continue
        seen.add(tool.folder)
        found = next((copy for copy in copies if _goes_on(linked.stages, stage, copy, command, tool)), None)
        if found is not None and found.stage is not None:
            yield _finding(linked.stages[found.stage], stage, found, command, tool)


def _tool(command: Executed) -> _Tool | None:
    tool = _TOOLS.get(command.command.program)
    if tool is None or (tool.subcommands and command.words[1:2] and command.words[1] not in tool.subcommands):
        return None
    return tool if command.operands else None


def _is_elsewhere(stage: Stage, tool: _Tool) -> bool:
    """Whether something that a stage says speaks of where the tool keeps what it downloads."""
    if tool is _GO and stage.context.kind("vendor") == "directory":
        return True
    return any(
        mark in one.text
        for each in stage.nearest(_MOST_STAGES)
        for one in each.section.instructions
        if one.keyword != "LABEL"
        for mark in tool.marks
    )


def _goes_on(stages: tuple[Stage, ...], stage: Stage, copy: Copy, command: Executed, tool: _Tool) -> bool:
    """Whether the COPY brings the folder in which another stage on the same image ran the tool, to where it runs."""
    assert copy.stage is not None
    other = stages[copy.stage]
    if other.base_image != stage.base_image or other in stage.nearest(_MOST_STAGES) or copy.destination is None:
        return False
    if command.directory is None or not _lies_in(command.directory, copy.destination):
        return False
    folders = [posixpath.normpath(posixpath.join("/", source)) for source in copy.sources]
    ran = [
        one
        for each in other.nearest(_MOST_STAGES)
        for one in executed(each)
        if _tool(one) is tool and one.directory is not None
    ]
    return (
        any(_lies_in(one.directory or "", folder) and folder != "/" for one in ran for folder in folders)
        and not all(has_cache_mount(one.instruction) for one in ran)
        and not _is_elsewhere(other, tool)
    )


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _finding(other: Stage, stage: Stage, copy: Copy, command: Executed, tool: _Tool) -> Finding:
    message = f"`{command.command.program}` downloads again what stage {other.title} has in `{tool.folder}`"
    related = (Related(Place(copy.instruction, copy.instruction.head_span), "brings the folder alone"),)
    if other.name is None or not stage.declaration.words:
        return Finding(command.place, message, related)
    message += f"; `FROM {other.name}` would keep it"
    fix = Fix(f"Start from stage {other.title}", partial(_started, other, stage, copy), safe=False)
    return Finding(command.place, message, related, (fix,))


def _started(other: Stage, stage: Stage, copy: Copy, model: Model) -> list[Edit] | None:
    same = [posixpath.normpath(source) for source in copy.sources] == [copy.destination]
    platforms = [[flag.text for flag in one.declaration.flags] for one in (other, stage)]
    if (platforms[1] and platforms[0] != platforms[1]) or not same or other.name is None:
        return None
    base = edits.replace(model, Place(stage.declaration, stage.declaration.words[0].span), other.name)
    return [base, edits.delete(model, copy.instruction)]
