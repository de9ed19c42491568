"""The last stage is one for debugging, tests or development, though the file has one for production.

`docker build` without `--target` builds the last stage. Whoever forgets the option, or a service that knows none, ships
the image with the debugger or the development server in it. The stage for production can stand last, or the file can
end with `FROM production`.

It is told where the last stage is called like that (`debug`, `test`, `dev`, `lint` ...) and another one is called
`production`, `prod`, `release`, `runtime` or `final`, which neither another stage than the last nor anything outside
builds. The fix adds such a line.

```dockerfile
FROM node:24-slim AS production
CMD ["node", "server.js"]

FROM production AS debug
                   ^^^^^ hint: a plain `docker build` builds stage `debug`, for it is the last, not `production`
CMD ["node", "--inspect=0.0.0.0", "server.js"]
```

->

```dockerfile
FROM node:24-slim AS production
CMD ["node", "server.js"]

FROM production AS debug
CMD ["node", "--inspect=0.0.0.0", "server.js"]

FROM production
```
"""

from collections.abc import Iterator
from functools import partial

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, graph_rule
from dockls.semantics import Graph, Model, Node
from dockls.semantics.first_line import on_first_line
from dockls.text import Edit, Span

_HELPERS = frozenset(
    ("debug", "debugger", "dev", "devel", "develop", "development", "devcontainer", "lint", "linter", "test", "tests",
     "testing", "tester", "e2e", "bench")
)  # fmt: skip
_FINAL = frozenset(("prod", "production", "release", "runtime", "final"))
#: parts of names of stages that only have a part in it: `production-deps`, `test-runtime`
_PARTS = frozenset(("build", "builder", "base", "deps", "dependencies", "assets", "install", "tools"))


@graph_rule(severity=Severity.HINT, theme="stages")
def production_stage_not_last(graph: Graph) -> Iterator[Finding]:
    """Look at the names of the last stage and of those above."""
    last = graph.target
    if last is None or last.interface.name_place is None or not _parts(last) & _HELPERS or _parts(last) & _FINAL:
        return
    for node in reversed(graph.nodes[:-1]):
        if _is_final(node) and node.name not in graph.target_names and not _is_used(graph, node, last):
            place = last.interface.name_place
            declaration = last.interface.declaration
            message = f"a plain `docker build` builds stage {last.title}, for it is the last, not {node.title}"
            fix = Fix(
                f"Build stage {node.title} by default",
                partial(_appended, node.interface.written_name or ""),
                safe=False,
            )
            yield Finding(on_first_line(declaration, place.span), message, (Related(node.place, "the other"),), (fix,))
            return


def _is_final(node: Node) -> bool:
    parts = _parts(node)
    return bool(parts & _FINAL) and not parts & (_HELPERS | _PARTS)


def _is_used(graph: Graph, node: Node, last: Node) -> bool:
    """Whether stages that lead elsewhere than to helpers use it, so that it is not what is shipped."""
    users = [graph.nodes[one.source] for one in graph.dependents[node.number]]
    return any(user is not last and not _parts(user) & _HELPERS for user in users)


def _parts(node: Node) -> set[str]:
    return set((node.name or "").replace("_", "-").replace(".", "-").split("-"))


def _appended(name: str, model: Model) -> list[Edit]:
    text, ending = model.tree.text, edits.line_ending(model)
    before = ending if text.endswith("\n") else ending * 2
    return [Edit(Span(len(text), len(text)), f"{before}{edits.keyword(model, 'FROM')} {name}{ending}")]
