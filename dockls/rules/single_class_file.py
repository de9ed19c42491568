"""Of what `javac` writes, only one class is copied.

The compiler writes a `.class` file for every nested, inner and anonymous class (`Main$1.class`), for every enumeration
and record in the file, and for every other source it compiles. Without them the program ends with
`NoClassDefFoundError`, maybe only where it first needs one. Write the classes to a folder, and copy that.

Nothing is told where the build context is known and the one source that is compiled holds a single class.

```dockerfile
FROM eclipse-temurin:25 AS build
WORKDIR /src
COPY Main.java .
RUN javac Main.java

FROM eclipse-temurin:25-jre
WORKDIR /app
COPY --from=build /src/Main.class .
                  ^^^^^^^^^^^^^^^ hint: files for nested classes and other sources stay in stage `build`
CMD ["java", "Main"]
```
"""

import posixpath
import re
from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Stage
from dockls.semantics.first_line import on_first_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.semantics.execution import Executed
    from dockls.semantics.files import Copy

_ENDING = ".class"
#: what begins another class, or makes a class without a name (a body behind `new Name()`, a `switch` of an enumeration)
_TYPE = re.compile(r"\b(?:class|interface|enum|record|switch)\b|\)\s*\{\s*@Override")


@linked_rule(severity=Severity.HINT, theme="files")
def single_class_file(linked: Linked) -> Iterator[Finding]:
    """Look for a COPY from a stage that takes classes by name, and a `javac` in that stage."""
    from dockls.semantics.files import copies_of

    copies = [copy for copy in copies_of(linked.stage) if copy.stage is not None]
    taken = [(copy, number) for copy in copies for number, one in enumerate(copy.sources) if one.endswith(_ENDING)]
    if len(taken) != 1 or set(taken[0][0].sources[taken[0][1]]) & set("*?[$"):
        # Who names several knows that there are several.
        return
    copy, number = taken[0]
    assert copy.stage is not None
    source = linked.stages[copy.stage]
    folder = posixpath.dirname(posixpath.normpath("/" + copy.sources[number]))
    compiler = _compiler(source)
    if compiler is None or _is_all(source, compiler) or _takes_folder(copies, copy.stage, folder):
        return
    message = f"files for nested classes and other sources stay in stage {source.title}"
    related = (Related(compiler.place, "compiles here"),)
    yield Finding(on_first_line(copy.instruction, copy.instruction.words[number].span), message, related)


def _compiler(stage: Stage) -> "Executed | None":
    from dockls.semantics.execution import executed

    found = [command for each in stage.chain for command in executed(each) if command.command.program == "javac"]
    return found[0] if found else None


def _takes_folder(copies: "list[Copy]", number: int, folder: str) -> bool:
    """Whether another COPY takes the folder, one above it, or a pattern in it."""
    for copy in copies:
        for source in copy.sources if copy.stage == number else ():
            path = posixpath.normpath("/" + source)
            if folder == path or folder.startswith(path.rstrip("/") + "/") or "*" in source:
                return True
    return False


def _is_all(stage: Stage, compiler: "Executed") -> bool:
    """Whether the one source that is compiled is known and holds a single class."""
    sources = [word for word in compiler.operands if word.endswith(".java")]
    if len(sources) != 1 or not stage.context.known or set(sources[0]) & set("*?[$"):
        return False
    text = stage.context.read(sources[0])
    return text is not None and len(_TYPE.findall(text)) <= 1
