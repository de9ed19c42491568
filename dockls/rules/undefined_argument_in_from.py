"""A variable in FROM that no ARG above the first FROM declares.

FROM sees the ARGs above the first FROM, those that BuildKit sets for the platform, and nothing else: no ARG or ENV of a
stage. The variable is empty. The check is BuildKit's `UndefinedArgInFrom`
(docs.docker.com/reference/build-checks/undefined-arg-in-from).

```dockerfile
ARG VERSION=3.24
FROM alpine:${VERSON}
              ^^^^^^ warning: `VERSON` is not declared above the first FROM; did you mean `VERSION`?
RUN apk add --no-cache tini
```

->

```dockerfile
ARG VERSION=3.24
FROM alpine:${VERSION}
RUN apk add --no-cache tini
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, graph_rule
from dockls.semantics import Graph
from dockls.semantics.first_line import on_first_line
from dockls.semantics.platforms import is_platform_argument, platform_arguments
from dockls.semantics.variable_words import variable_words
from dockls.syntax import Place


@graph_rule(severity=Severity.WARNING, theme="variables", aliases=("UndefinedArgInFrom",))
def undefined_argument_in_from(graph: Graph) -> Iterator[Finding]:
    """Look at the variables of every FROM."""
    declared = {argument.name for argument in graph.global_arguments}
    for node in graph.nodes:
        instruction = node.interface.declaration
        if "$" not in instruction.text:
            continue
        seen: set[str] = set()
        for word in variable_words(instruction):
            if word.name in declared or word.name in seen or is_platform_argument(word.name):
                continue
            seen.add(word.name)
            yield _finding(Place(instruction, word.span), on_first_line(instruction, word.span), word.name, declared)


def _finding(exact: Place, place: Place, name: str, declared: set[str]) -> Finding:
    from dockls.syntax.suggestion import nearest

    near = nearest(name, sorted(declared)) or nearest(name, list(platform_arguments()))
    message = f"`{name}` is not declared above the first FROM"
    if near is None:
        return Finding(place, message + ", so it is empty")
    fix = Fix(f"Write `{near}`", edits.replacing(exact, near), safe=False)
    return Finding(place, f"{message}; did you mean `{near}`?", fixes=(fix,))
