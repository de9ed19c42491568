"""The finished image starts from an image with a toolchain, though another stage built the program.

The program is copied from a stage that has been made for building it, and then the compiler comes along with the base
image all the same: hundreds of megabytes, and packages that have to be kept safe, for nothing.

Told are images of compiled languages (`golang`, `rust`, `maven`, `gradle`, .NET's SDK, `dart`, `crystal`), where the
last stage starts a program that it names by its path, by `java -jar` or by `dotnet X.dll`. Nothing is said where it
runs the toolchain itself or brings sources, where it starts a script, which may run it, or where its name speaks of
development or tests.
Images with CUDA's compiler are no matter of this rule: many programs compile kernels when they run.

```dockerfile
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN go build -o /app .

FROM golang:1.25
     ^^^^^^^^^^^ info: the finished image holds the toolchain of `golang:1.25`, but only starts `/app`
COPY --from=build /app /app
CMD ["/app"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.files import copies_of
from dockls.semantics.first_line import on_first_line

#: the toolchains whose programs need nothing of them at run time, and what runs them
_TOOLS = {
    "golang": ("go",),
    "rust": ("cargo", "rustc", "rustup"),
    "maven": ("mvn",),
    "gradle": ("gradle",),
    "mcr.microsoft.com/dotnet/sdk": ("dotnet",),
    "dart": ("dart",),
    "crystallang/crystal": ("crystal", "shards"),
}
_DEVELOPMENT = ("build", "check", "ci", "debug", "dev", "lint", "sdk", "test", "tool", "watch")
_SCRIPTS = (".sh", ".bash", "entrypoint", "start", "run")


@file_rule(severity=Severity.INFORMATION, theme="size")
def build_image_as_final_base(model: Model) -> Iterator[Finding]:
    """Look at the base of the last stage and at what that starts."""
    stage = model.target
    if stage is None or len(model.stages) < 2 or (stage.name or "").startswith(_DEVELOPMENT):
        return
    known = base_facts(stage)
    if known is None or known.family not in _TOOLS or not stage.declaration.words:
        return
    program = _started(stage)
    if program is None or not _only_takes(stage, _TOOLS[known.family]):
        return
    place = on_first_line(stage.declaration, stage.declaration.words[0].span)
    image = stage.base_image
    yield Finding(place, f"the finished image holds the toolchain of `{image}`, but only starts `{program}`")


def _started(stage: Stage) -> str | None:
    """The built program that the image starts; None if it starts something else, or that is not known."""
    from dockls.semantics.contract import contract

    promised = contract(stage)
    command = promised.entrypoint if promised.entrypoint and promised.entrypoint.origin else promised.command
    if command is None or command.origin is None or not command.words:
        return None
    words = command.words[0].split() if command.shell else list(command.words)
    if words[:2] == ["java", "-jar"] and len(words) > 2:
        return words[2]
    if words[:1] == ["dotnet"] and len(words) > 1 and words[1].endswith(".dll"):
        return words[1]
    if not words or not words[0].startswith(("/", "./")) or set("".join(words)) & set("$;&|"):
        return None
    name = words[0].rpartition("/")[2]
    return None if any(part in name for part in _SCRIPTS) or name in ("sh", "bash", "env") else words[0]


def _only_takes(stage: Stage, tools: tuple[str, ...]) -> bool:
    """Whether the image takes files of other stages, and none of its steps may need the toolchain."""
    from dockls.semantics.execution import executed_by
    from dockls.semantics.stage_purpose import brings_sources

    # Who brings sources as well may build them when the program runs.
    if not any(copy.stage is not None for copy in copies_of(stage)) or brings_sources(stage):
        return False
    for each in stage.chain:
        for instruction in each.instructions:
            if instruction.keyword == "RUN":
                commands = executed_by(each, instruction)
                if not commands or any(one in instruction.text.split() for one in tools):
                    return False
                if any(one.command.program in tools or "/" in one.words[0] for one in commands):
                    return False
    return True
