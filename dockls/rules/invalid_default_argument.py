"""A FROM that names no image unless the build sets an argument.

Without `--build-arg` the ARG is empty or has a default that makes no image name: `docker build .` fails with a message
about an invalid reference, and so does every tool that reads the file without knowing the arguments. The
check is BuildKit's `InvalidDefaultArgInFrom` (docs.docker.com/reference/build-checks/invalid-default-arg-in-from).

```dockerfile
ARG VERSION
FROM alpine:${VERSION}
     ^^^^^^^^^^^^^^^^^ warning: without `--build-arg`, `alpine:` is no image: give `VERSION` a default
RUN apk add --no-cache tini
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, graph_rule
from dockls.semantics import Graph
from dockls.semantics.expansion import Expanded, ExpansionError, expand_with_origin
from dockls.semantics.first_line import on_first_line
from dockls.semantics.platforms import is_platform_argument
from dockls.syntax import Instruction


@graph_rule(severity=Severity.WARNING, theme="variables", aliases=("InvalidDefaultArgInFrom",))
def invalid_default_argument(graph: Graph) -> Iterator[Finding]:
    """Read every FROM as a build without arguments does."""
    from dockls.knowledge import parse_reference

    values = graph.default_arguments()
    if values is None:
        return
    for node in graph.nodes:
        instruction = node.interface.declaration
        if "$" not in instruction.text or not instruction.words:
            continue
        try:
            base = expand_with_origin(instruction.words[0].text, values.get, instruction.escape)
        except ExpansionError:
            return
        if parse_reference(base.text) is None:
            yield _finding(graph, instruction, base)


def _finding(graph: Graph, instruction: Instruction, base: Expanded) -> Finding:
    declared = {argument.name for argument in graph.global_arguments}
    empty = [name for name in base.used if name in declared and name in base.unset]
    culprits = empty or [name for name in base.used if not is_platform_argument(name)]
    what = f"`{base.text}` is no image" if base.text else "no image is named"
    message = f"without `--build-arg`, {what}"
    if empty:
        message += f": give {' and '.join(f'`{name}`' for name in empty)} a default"
    elif culprits:
        message += f": `{culprits[0]}` has no fitting default"
    return Finding(on_first_line(instruction, instruction.words[0].span), message)
