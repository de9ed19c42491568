"""The architecture in the name of a file that one stage makes and another takes.

BuildKit builds all stages once for each platform, so that `app-amd64` and `app-arm64` never lie in the same stage. A
plain name says the same, and the stage that takes the file need not declare the ARG.

It is told where the file is given its plain name by the COPY that takes it, so that nobody outside sees the long one.
Nothing is said where other commands or stages speak of that name.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /out/app-$TARGETARCH .

FROM scratch
ARG TARGETARCH
COPY --from=build /out/app-${TARGETARCH} /app
                  ^^^^^^^^^^^^^^^^^^^^^^ hint: stage `build` is built for one platform: the name needs no architecture
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /out/app .

FROM scratch
ARG TARGETARCH
COPY --from=build /out/app /app
```
"""

import posixpath
import re
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Linked, Related, Severity, linked_rule
from dockls.semantics import Model, Stage, joined
from dockls.semantics.execution import Executed, executed
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_VARIABLE = re.compile(r"\$(?:TARGET(?:ARCH|OS|VARIANT)\b|\{TARGET(?:ARCH|OS|VARIANT)\})")
#: the same with what parts it from the name
_PARTS = re.compile(r"[-_.]" + _VARIABLE.pattern)
_OUTPUTS = ("-o", "--output", "--outfile")


@linked_rule(severity=Severity.HINT, theme="style", group="style")
def architecture_in_file_name(linked: Linked) -> Iterator[Finding]:
    """Look at COPY from other stages of a path with such a variable in its last part."""
    for reference in linked.stage.references:
        instruction = reference.mention.place.item
        if reference.target is None or not isinstance(instruction, Instruction) or instruction.keyword != "COPY":
            continue
        owner = linked.stages[reference.target]
        if len(instruction.words) != 2 or not _is_renamed(instruction):
            continue
        word = instruction.words[0]
        written = _writing(owner, word.value)
        if written is None or _mentions(linked, word.value) > 2:
            continue
        command, span = written
        message = f"stage {owner.title} is built for one platform: the name needs no architecture"
        related = (Related(Place(command.instruction, span), "is written here"),)
        places = [Place(instruction, word.span), Place(command.instruction, span)]
        yield Finding(on_first_line(instruction, word.span), message, related, _fixes(places))


def _is_renamed(instruction: Instruction) -> bool:
    """Whether only the name of what is copied tells the architecture, and the copy is a file of another name."""
    source, target = (word.value for word in instruction.words)
    folder, name = posixpath.split(source)
    plain = _PARTS.sub("", name)
    if plain == name or "$" in plain or "*" in plain or not plain or "$" in folder:
        return False
    return "$" not in target and posixpath.basename(target) not in ("", ".", "..", name)


def _writing(owner: Stage, source: str) -> tuple[Executed, Span] | None:
    """The command of the stage that writes the file, and the item-relative span of its name there."""
    wanted = _plain(joined("/", source) or source)
    for command in executed(owner):
        for number, word in enumerate(command.words):
            option, _, value = word.partition("=")
            if option not in _OUTPUTS or command.directory is None:
                continue
            at = number if value else number + 1
            path = value or command.words[at] if at < len(command.words) else ""
            if path and _plain(joined(command.directory, path.strip("\"'")) or "") == wanted:
                return command, command.word_span(at)
    return None


def _plain(path: str) -> str:
    """The path with its variables written in one way."""
    return _VARIABLE.sub(lambda match: "$" + match[0].strip("${}") + "/", path)


def _mentions(linked: Linked, source: str) -> int:
    """How often the name is written in the whole file."""
    name = _plain(posixpath.basename(source))
    instructions = [one for stage in linked.stages for one in stage.instructions]
    return sum([_plain(one.text).count(name) for one in instructions if "TARGET" in one.text])


def _fixes(places: list[Place]) -> tuple[Fix, ...]:
    def following(model: Model) -> list[Edit] | None:
        changes: list[Edit] = []
        for place in places:
            text = place.item.text[place.span.start : place.span.end]
            folder, slash, name = text.rpartition("/")
            changes.append(edits.replace(model, place, folder + slash + _PARTS.sub("", name)))
        return changes

    return (Fix("Leave the architecture out of the name", following),)
