"""Maven or Gradle is run in a build as if somebody sat in front of it.

Maven may ask questions, and writes lines about each download, unless `-B` (`--batch-mode`) tells that nobody is there.
Gradle starts a daemon for the next build, which does not come: it ends with the step, and has cost time and memory;
`--no-daemon` leaves it out.

Nothing is said where the option, or a like one (`-ntp`, `-q`), is given by `MAVEN_ARGS`, `GRADLE_OPTS`,
`.mvn/maven.config` or `gradle.properties`, and where a variable stands among the arguments. Sources:
maven.apache.org/ref/current/maven-embedder/cli.html, docs.gradle.org/current/userguide/gradle_daemon.html.

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
COPY . .
RUN mvn package
    ^^^ hint: `mvn` is run without `-B`, as if somebody could answer its questions
```

->

```dockerfile
FROM maven:3.9-eclipse-temurin-25 AS build
COPY . .
RUN mvn -B package
```
"""

from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place
from dockls.text import Span


class _Tool(NamedTuple):
    """What is added, what makes it needless, and where that may stand; `without` are calls that build nothing."""

    option: str
    instead: frozenset[str]
    variables: tuple[str, ...]
    file: str
    setting: str
    without: frozenset[str]
    consequence: str


_MAVEN = _Tool(
    "-B",
    frozenset(
        ("-B", "--batch-mode", "-ntp", "--no-transfer-progress", "-q", "--quiet", "--non-interactive", "-Bq", "-qB")
    ),
    ("MAVEN_ARGS", "MAVEN_CONFIG"),
    ".mvn/maven.config",
    "",
    frozenset(("-v", "--version", "-h", "--help")),
    "as if somebody could answer its questions",
)
_GRADLE = _Tool(
    "--no-daemon",
    frozenset(("--no-daemon", "-Dorg.gradle.daemon=false")),
    ("GRADLE_OPTS", "JAVA_OPTS"),
    "gradle.properties",
    "org.gradle.daemon=false",
    frozenset(("-v", "--version", "-h", "--help", "--stop", "--status")),
    "and starts a daemon that ends with this step",
)
_TOOLS = {"mvn": _MAVEN, "mvnw": _MAVEN, "gradle": _GRADLE, "gradlew": _GRADLE}


@stage_rule(severity=Severity.HINT, theme="style", group="strict")
def interactive_build_tool(stage: Stage) -> Iterator[Finding]:
    """Look at the options of Maven and Gradle."""
    for command in executed(stage):
        tool = _TOOLS.get(command.command.program)
        if tool is None or not command.command.name or len(command.words) < 2 or _is_told(stage, command, tool):
            continue
        word = command.word_span(0)
        place = Place(command.instruction, word)
        behind = Place(command.instruction, Span(word.end, word.end))
        fixes: tuple[Fix, ...] = ()
        if not command.instruction.is_json:
            fixes = (Fix(f"Add `{tool.option}`", edits.replacing(behind, f" {tool.option}")),)
        message = f"`{command.words[0]}` is run without `{tool.option}`, {tool.consequence}"
        yield Finding(place, message, fixes=fixes)


def _is_told(stage: Stage, command: Executed, tool: _Tool) -> bool:
    """Whether the tool knows that it is alone, or that cannot be seen."""
    words = command.words[1:]
    if tool.instead.intersection(words) or tool.without.intersection(words):
        return True
    if any(word.startswith("$") and not word.startswith("$(") for word in words):
        return True
    variables = [word.text for word in command.command.assignments]
    before = stage.state_before(command.instruction)
    for name in tool.variables:
        value = before.lookup(name)
        variables += [value] if value is not None else [name] * (before.variable(name) is not None)
    if any(_holds(one, tool) for one in variables) or any(name in variables for name in tool.variables):
        return True
    text = stage.context.read(tool.file) if stage.context.known else None
    return text is not None and (_holds(text, tool) if not tool.setting else tool.setting in text.replace(" ", ""))


def _holds(text: str, tool: _Tool) -> bool:
    words = text.replace('"', " ").replace("'", " ").replace("=-", " -").split()
    return bool(tool.instead.intersection(words)) or any(word.endswith("daemon=false") for word in words)
