"""An option of Java that is the default by now, or that newer versions do not know any more.

`-XX:+UseContainerSupport`, by which the heap follows the memory of the container, is on since Java 10 and 8u191, and so
does nothing. `-XX:+UseCGroupMemoryLimitForHeap`, which came before it, is gone since Java 11: the JVM ends at once with
“Unrecognized VM option”. The same happens with the options of collectors that Java 17 does not have.

The image's version of Java decides; where it is not known, only the options for containers are told. Nothing is said
beside `-XX:+IgnoreUnrecognizedVMOptions`. Tried with Java 17.0.15; sources: bugs.openjdk.org/browse/JDK-8146115,
JDK-8194086.

```dockerfile
FROM eclipse-temurin:25-jre
COPY app.jar /app.jar
CMD ["java", "-XX:+UseContainerSupport", "-jar", "/app.jar"]
              ^^^^^^^^^^^^^^^^^^^^^^^^ hint: `-XX:+UseContainerSupport` is the default and can be left out
```

->

```dockerfile
FROM eclipse-temurin:25-jre
COPY app.jar /app.jar
CMD ["java", "-jar", "/app.jar"]
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.syntax import Instruction, Place
from dockls.text import Span

_LOOKED_AT = ("CMD", "ENTRYPOINT", "ENV")
_START = "-XX:"
_ENDS = frozenset(" \t\r\n\"',;|&\\)")
_JAVA = frozenset(("amazoncorretto", "distroless/java", "eclipse-temurin", "openjdk"))
_DEFAULT = "+UseContainerSupport"
_FORMER = "+UseCGroupMemoryLimitForHeap"
_FORMER_GONE = 11
#: what Java 17 refuses; the versions that only warn lie between
_REFUSED = frozenset((
    "AggressiveOpts", "CMSClassUnloadingEnabled", "CMSInitiatingOccupancyFraction", "CMSParallelRemarkEnabled",
    "FailOverToOldVerifier", "MaxPermSize", "PermSize", "PrintGCDateStamps", "PrintGCTimeStamps",
    "UseCMSInitiatingOccupancyOnly", "UseConcMarkSweepGC", "UseGCLogFileRotation", "UseParNewGC", "UseParallelOldGC",
))  # fmt: skip
_REFUSED_SINCE = 17
_FIRST_DEFAULT_OF_8 = 191
#: words of ``ENV NAME VALUE`` of which one can be left out
_FORMER_FORM = 4


@stage_rule(severity=Severity.HINT, theme="compatibility")
def obsolete_java_option(stage: Stage) -> Iterator[Finding]:
    """Look for options in what the stage starts, and in its variables."""
    for instruction in stage.instructions:
        looked_at = instruction.keyword in _LOOKED_AT and _START in instruction.text
        if looked_at and "-XX:+IgnoreUnrecognizedVMOptions" not in instruction.text:
            yield from _in(instruction, _java(stage))


def _in(instruction: Instruction, java: str | None) -> Iterator[Finding]:
    text = instruction.text
    position = text.find(_START)
    while position >= 0:
        end = next((at for at in range(position, len(text)) if text[at] in _ENDS), len(text))
        told = None if _is_comment(text, position) else _told(text[position + len(_START) : end], java)
        if told is not None:
            message, severity = told
            option = text[position:end]
            removed = _removed(instruction, position, end)
            fixes: tuple[Fix, ...] = ()
            if removed is not None:
                removing = edits.replacing(Place(instruction, removed), "")
                fixes = (Fix(f"Remove `{option}`", removing, safe=severity is None and java is not None),)
            place = Place(instruction, Span(position, end))
            yield Finding(place, f"`{option}` {message}", fixes=fixes, severity=severity, unnecessary=severity is None)
        position = text.find(_START, end)


def _told(option: str, java: str | None) -> tuple[str, Severity | None] | None:
    """What there is to say of an option, and how grave it is."""
    major, update = _numbers(java)
    if option == _DEFAULT:
        old = major is not None and (major in (7, 9) or (major == 8 and update is not None))
        return None if old and (update or 0) < _FIRST_DEFAULT_OF_8 else ("is the default and can be left out", None)
    name = option.lstrip("+-").partition("=")[0]
    if option == _FORMER and (major is None or major < _FORMER_GONE):
        return "is replaced by the default since Java 10, and refused by Java 11", None
    gone = _FORMER_GONE if option == _FORMER else _REFUSED_SINCE if name in _REFUSED else None
    if gone is None or major is None or major < gone:
        return None
    return f"is not known to Java {major}, which does not start", Severity.WARNING


def _java(stage: Stage) -> str | None:
    """The version of Java of the image: `25`, `8u181`."""
    known = base_facts(stage)
    if known is None:
        return None
    if known.family in _JAVA:
        return known.version
    from dockls.knowledge.variants import jdk_version

    return jdk_version(known)


def _numbers(java: str | None) -> tuple[int | None, int | None]:
    """The major version and the update of `8u181`; None where not told."""
    first, _, update = (java or "").partition("u")
    major = first.partition(".")[0].partition("_")[0].partition("-")[0]
    digits = update[: len(update) - len(update.lstrip("0123456789"))]
    return (int(major) if major.isdecimal() else None), (int(digits) if digits else None)


def _is_comment(text: str, position: int) -> bool:
    line = text.rfind("\n", 0, position) + 1
    return text[line:position].lstrip().startswith("#")


def _removed(instruction: Instruction, start: int, end: int) -> Span | None:
    """What goes with an option: the blank in front of it, in JSON its quotes and a comma; None where too much would."""
    text = instruction.text
    if instruction.is_json and text[start - 1] == '"' and text[end : end + 1] == '"':
        before = text[: start - 1].rstrip(" \t")
        if before.endswith(","):
            return Span(len(before) - 1, end + 1)
        behind = text[end + 1 :].lstrip(" \t")
        return Span(start - 1, len(text) - len(behind[1:].lstrip(" \t"))) if behind.startswith(",") else None
    if instruction.keyword == "ENV" and "=" not in text[:start] and len(text.split()) < _FORMER_FORM:
        return None
    line, following = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1
    if line and following and text[line:start].isspace() and text[end:following].strip() == instruction.escape:
        return Span(line, following)
    before = text[:start].rstrip(" \t")
    if len(before) < start:
        return Span(len(before), end)
    return Span(start, len(text) - len(text[end:].lstrip(" \t")))
