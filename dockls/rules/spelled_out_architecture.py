r"""A `case` over the platform that works out what BuildKit says in an ARG.

BuildKit sets `TARGETOS`, `TARGETARCH` and `TARGETVARIANT` beside `TARGETPLATFORM`, by the names that Go uses too. A
list of platforms written by hand says the same for those that stand in it, and sets nothing for any other, so that the
program is built for the machine that builds. Source: docs.docker.com/reference/dockerfile, “Automatic platform ARGs”.

Nothing is said where a branch does anything else: another name for the architecture (`x86_64`), a value for all other
platforms, a download. A branch that ends the build for what is not listed may be wanted; the fix takes it away.

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETPLATFORM
RUN case "$TARGETPLATFORM" in \
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^ hint: what this `case` sets `GOARCH` to is what `$TARGETARCH` says
      linux/amd64) export GOARCH=amd64 ;; \
      linux/arm64) export GOARCH=arm64 ;; \
    esac; go build -o /app .
```

->

```dockerfile
FROM --platform=$BUILDPLATFORM golang:1.27 AS build
ARG TARGETPLATFORM
ARG TARGETARCH
RUN export GOARCH=$TARGETARCH; go build -o /app .
```
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Model, Stage
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

_CASE = re.compile(r"\bcase\s+\"?\$\{?(TARGETPLATFORM|TARGETARCH)\}?\"?\s+in\b([^`]*?)\besac\b")
_SETTING = re.compile(r"([A-Za-z_]\w*)=([\"']?)([\w.-]+)\2")
_UNQUOTED = str.maketrans("", "", "\"'")
#: commands that end the build for a platform which is not listed
_ENDING = re.compile(r"\b(?:exit|false)\b")
#: what the variables that BuildKit sets are written as
_WRITTEN = {"TARGETARCH": "$TARGETARCH", "TARGETOS": "$TARGETOS", "TARGETVARIANT": "${TARGETVARIANT#v}"}


class _Branch(NamedTuple):
    """The platforms of a branch, each with system, architecture and variant, and what is set for them."""

    platforms: tuple[tuple[str, str, str], ...]
    values: dict[str, str]


@stage_rule(severity=Severity.HINT, theme="compatibility", group="strict")
def spelled_out_architecture(stage: Stage) -> Iterator[Finding]:
    """Look for ``case $TARGETPLATFORM in`` in the RUN instructions of a stage."""
    for instruction in stage.instructions:
        if instruction.keyword == "RUN" and "TARGET" in instruction.text and "case" in instruction.text:
            yield from _of_run(stage, instruction)


def _of_run(stage: Stage, instruction: Instruction) -> Iterator[Finding]:
    from dockls.shell.lines import neutralize

    text = neutralize(instruction.text, instruction.escape).replace("\\\n", "  ")
    for match in _CASE.finditer(text):
        says = _said(match[1], match[2])
        name = next((name for name, argument in says.items() if argument == "TARGETARCH"), None)
        if name is not None:
            place = on_first_line(instruction, Span(*match.span()))
            message = f"what this `case` sets `{name}` to is what `$TARGETARCH` says"
            yield Finding(place, message, fixes=_fixes(stage, instruction, Span(*match.span()), says))


def _said(over: str, body: str) -> dict[str, str]:
    """The variables that are set, each with the ARG that says the same in all branches; none if one does more."""
    branches: list[_Branch] = []
    for text in body.split(";;"):
        patterns, closed, commands = text.strip().removeprefix("(").partition(")")
        if not text.strip() or (patterns.strip() == "*" and (_ENDING.search(commands) or not commands.strip())):
            continue
        branch = _branch(over, patterns, commands) if closed else None
        if branch is None:
            return {}
        branches.append(branch)
    found: dict[str, str] = {}
    for name in dict.fromkeys([name for branch in branches for name in branch.values]):
        arguments = [argument for argument in _WRITTEN if all(_says(branch, name, argument) for branch in branches)]
        if not arguments:
            return {}
        found[name] = arguments[0]
    return found


def _branch(over: str, patterns: str, commands: str) -> _Branch | None:
    platforms: list[tuple[str, str, str]] = []
    for pattern in patterns.split("|"):
        parts = pattern.translate(_UNQUOTED).strip().rstrip("*").rstrip("/").split("/")
        parts = ["linux", *parts] if over == "TARGETARCH" else parts
        if not 1 < len(parts) < 4 or not all(part.isalnum() for part in parts):
            return None
        platforms.append((parts[0], parts[1], parts[2] if len(parts) > 2 else ""))
    values: dict[str, str] = {}
    for command in re.split(r";|&&|\n", commands):
        words = command.split()
        for word in words[1:] if words[:1] == ["export"] else words:
            setting = _SETTING.fullmatch(word)
            if setting is None:
                return None
            values[setting[1]] = setting[3]
    return _Branch(tuple(platforms), values) if values else None


def _says(branch: _Branch, name: str, argument: str) -> bool:
    """Whether a variable gets what the ARG holds for the platforms of a branch; a variant may be left unset."""
    value = branch.values.get(name)
    for system, architecture, variant in branch.platforms:
        if argument == "TARGETVARIANT":
            matches = (value or "") == (variant.removeprefix("v") if architecture == "arm" else "")
        else:
            matches = value == (architecture if argument == "TARGETARCH" else system)
        if not matches:
            return False
    return True


def _fixes(stage: Stage, instruction: Instruction, span: Span, says: dict[str, str]) -> tuple[Fix, ...]:
    if instruction.is_json:
        return ()
    exported = "export " in instruction.text[span.start : span.end] or any(name.startswith("GO") for name in says)
    settings = [f"{name}={_WRITTEN[argument]}" for name, argument in says.items()]
    declared = stage.state_before(instruction).arguments
    missing = [argument for argument in dict.fromkeys(says.values()) if argument not in declared]

    def following(model: Model) -> list[Edit]:
        text = " ".join((["export"] if exported else []) + settings)
        edit = edits.replace(model, Place(instruction, span), text)
        line = f"{edits.keyword(model, 'ARG')} {' '.join(missing)}"
        return [*([edits.insert_before(model, instruction, [line])] if missing else []), edit]

    return (Fix("Take it from the platform of the image", following, safe=False),)
