"""A FROM that fixes one platform.

`--platform=linux/amd64` builds the stage for that platform whatever platform the image is for: on another machine it
runs under emulation, and `docker build --platform` is ignored. `$BUILDPLATFORM` says what most mean by it, and
`--platform` belongs to the command line.

Nothing is said of a stage whose name speaks of the platform, as `amd64-build` does. The check is BuildKit's
`FromPlatformFlagConstDisallowed`; docs.docker.com/reference/build-checks/from-platform-flag-const-disallowed.

```dockerfile
FROM --platform=linux/amd64 golang:1.25 AS build
     ^^^^^^^^^^^^^^^^^^^^^^ warning: stage `build` is for `linux/amd64` whatever platform is built for
RUN go build -o /server .
```
"""

import re
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, graph_rule
from dockls.semantics import Graph, Node
from dockls.semantics.first_line import on_first_line

#: how containerd/platforms spells architectures, by other names for them
_ARCHITECTURES = {
    "x86_64": "amd64", "x86-64": "amd64", "amd64": "amd64", "i386": "386", "aarch64": "arm64", "arm64": "arm64",
    "armhf": "arm", "armel": "arm", "arm": "arm", "386": "386", "ppc64le": "ppc64le", "s390x": "s390x",
    "riscv64": "riscv64", "mips64": "mips64", "mips64le": "mips64le", "loong64": "loong64", "wasm": "wasm",
}  # fmt: skip
_SYSTEMS = {
    "linux": "linux", "windows": "windows", "darwin": "darwin", "macos": "darwin", "freebsd": "freebsd", "wasi": "wasi",
}  # fmt: skip
_PART = re.compile(r"[A-Za-z0-9_.-]+")


@graph_rule(severity=Severity.WARNING, theme="compatibility", aliases=("FromPlatformFlagConstDisallowed", "DL3029"))
def constant_platform(graph: Graph) -> Iterator[Finding]:
    """Look at the platform of each FROM."""
    for node in graph.nodes:
        instruction = node.interface.declaration
        flag = instruction.parsed.flag("platform")
        if flag is None or not flag.value or "$" in flag.value:
            continue
        parts = _platform(flag.value)
        if parts is not None and not any(part in (node.name or "") for part in parts):
            yield Finding(on_first_line(instruction, flag.span), _message(node, flag.value))


def _message(node: Node, platform: str) -> str:
    subject = f"stage {node.title}" if node.name else "this stage"
    return f"{subject} is for `{platform}` whatever platform is built for"


def _platform(text: str) -> tuple[str, str] | None:
    """System and architecture in containerd's normal form; None for what it refuses."""
    parts = [part.partition("(")[0].lower() for part in text.split("/")]
    if not 1 <= len(parts) <= 3 or not all(_PART.fullmatch(part) for part in parts):
        return None
    if len(parts) == 1:
        if parts[0] in _SYSTEMS:
            return _SYSTEMS[parts[0]], "amd64"
        return ("linux", _ARCHITECTURES[parts[0]]) if parts[0] in _ARCHITECTURES else None
    return _SYSTEMS.get(parts[0], parts[0]), _ARCHITECTURES.get(parts[1], parts[1])
