"""A Compose or Bake file asks for a stage that this Dockerfile does not have.

Its build fails: “target stage "tset" could not be found”. Often a stage was renamed, or the name is misspelt.

Only files are looked at that say which Dockerfile they mean: Compose, Bake, Skaffold and dev container files. Of
scripts, whose folder is only guessed, nothing is said, nor of names with a variable in them.

```yaml compose.yaml
services:
  shop:
    build:
      context: .
      target: tset
```

```dockerfile
FROM golang:1.26 AS test
                    ^^^^ warning: `compose.yaml` builds the stage `tset`, which does not exist; did you mean `test`?
RUN go test ./...

FROM alpine:3.24
CMD ["sh"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Severity, file_rule
from dockls.semantics import Model
from dockls.semantics.first_line import on_first_line

_CERTAIN = frozenset(("compose", "bake", "skaffold", "devcontainer"))


@file_rule(severity=Severity.WARNING, theme="stages")
def missing_target(model: Model) -> Iterator[Finding]:
    """Look for each stage that a file of the workspace names."""
    if not model.surroundings.targets or not model.graph.nodes:
        return
    from dockls.syntax.suggestion import nearest

    told: set[tuple[str, str]] = set()
    for use in model.surroundings.targets:
        name = use.name.lower()
        if use.kind not in _CERTAIN or not name or "$" in name or name.isdecimal() or model.graph.named(name):
            continue
        file = posixpath.basename(use.path)
        if (file, name) in told:
            continue
        told.add((file, name))
        near = nearest(name, [node.name for node in model.graph.nodes if node.name])
        node = model.graph.named(near) if near is not None else None
        message = f"`{file}` builds the stage `{use.name}`, which does not exist"
        declaration = (node or model.graph.nodes[-1]).interface.declaration
        span = declaration.words[2].span if node is not None and len(declaration.words) > 2 else declaration.head_span
        yield Finding(on_first_line(declaration, span), message + (f"; did you mean `{near}`?" if near else ""))
