"""The finished image holds the toolchain that built the program.

A compiler or build tool is of use in the build only. In the image it makes hundreds of megabytes, and every one of its
packages is one more that has to be kept safe. A second stage that copies what was built leaves all of it behind.

Told are images of toolchains (`golang`, `rust`, `maven`, .NET's SDK ...) in which the last stage itself builds a
program and starts it. Interpreters are needed at run time and are no matter of this rule.

```dockerfile
FROM golang:1.25
     ^^^^^^^^^^^ hint: the finished image holds all of `golang:1.25`, of which only what `go build` makes is needed
WORKDIR /src
COPY . .
RUN go build -o /server .
CMD ["/server"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_COMPILED = frozenset(
    ("go", "cargo", "maven", "gradle", "dotnet", "swift", "haskell", "dart", "crystal", "sbt", "rust")
)


@file_rule(severity=Severity.HINT, theme="size")
def build_tools_in_final_stage(model: Model) -> Iterator[Finding]:
    """Look at the base of the finished image and at what it builds."""
    stage = model.target
    if stage is None or not any(one.keyword in ("CMD", "ENTRYPOINT") for one in stage.instructions):
        return
    known = base_facts(stage)
    if known is None or known.role != "sdk":
        return
    build = next((one for each in stage.chain for one in reversed(executed(each)) if _builds(one)), None)
    word = stage.declaration.words[0] if stage.declaration.words else None
    if build is None or word is None:
        return
    shown = " ".join([build.words[0], *build.operands[:1]])
    message = f"the finished image holds all of `{stage.base_image}`, of which only what `{shown}` makes is needed"
    yield Finding(Place(stage.declaration, word.span), message, (Related(build.place, "builds the program"),))


def _builds(command: Executed) -> bool:
    from dockls.knowledge import build_command

    found = build_command(list(command.words))
    return found is not None and found.ecosystem in _COMPILED
