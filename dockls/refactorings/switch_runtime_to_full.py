"""Puts the full image in the place of its slim or distroless variant.

A slim image lacks compilers, curl, git and the like, a distroless one even a shell. To look for a fault in a container,
or to install what needs a compiler, the full image of the same version is put in its place: everything that the smaller
one has is there, too. A distroless image for compiled programs becomes Debian's image of the same release. It is
the way back from slim and from distroless.

It is refused for distroless images of languages, whose entrypoint is the interpreter, and where the full image is not
known.

```dockerfile
FROM node:24-slim<|>
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.syntax import Place
from dockls.text import Edit, Span

_COMPILED = ("distroless/static", "distroless/base", "distroless/base-nossl", "distroless/cc")
_NONROOT = "65532"


@refactoring(title="Switch runtime to the full image", kind="refactor.rewrite.runtime", grade="changing")
def switch_runtime_to_full(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the FROM of a stage on a slim or distroless image."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration or stage.base is None or not instruction.words:
        return None
    if stage.base.resolution is not Resolution.IMAGE:
        return None
    from dockls.knowledge import facts

    known, text = facts(stage.base.value), instruction.words[0].text
    if known is None or "@" in text:
        return None
    if known.family.startswith("distroless/"):
        return _from_distroless(model, stage, text, known.family)
    if not known.slim or known.role == "server" or known.distribution not in ("debian", "ubuntu"):
        return None
    full = _without_slim(text)
    if full is None:
        return Refused(f"what the full image of `{text}` is called is not known")
    return _plan(model, stage, full, ())


def _without_slim(text: str) -> str | None:
    repository, colon, tag = text.rpartition(":")
    parts = tag.split("-")
    if not colon or "slim" not in parts:
        return None
    rest = [part for part in parts if part != "slim"]
    return f"{repository}:{'-'.join(rest)}" if rest else None


def _from_distroless(model: Model, stage: Stage, text: str, family: str) -> Plan | Refused | None:
    if family not in _COMPILED:
        return Refused(f"`{text}` starts its interpreter by itself, which another image does not")
    from dockls.knowledge import facts

    known = facts(text)
    release = None if known is None else known.release or known.likely_release
    if known is None or release is None or "$" in text:
        return Refused(f"which release of Debian `{text}` stands on is not known")
    more: list[Edit] = []
    if known.user not in ("root", "0") and not any(one.keyword == "USER" for one in stage.instructions):
        line = f"{edits.keyword(model, 'USER')} {_NONROOT}:{_NONROOT}"
        more.append(edits.insert_after(model, stage.declaration, [line]))
    return _plan(model, stage, f"debian:{release}", tuple(more), frozenset(("user", "workdir", "environment")))


def _plan(
    model: Model, stage: Stage, image: str, more: tuple[Edit, ...], changes: frozenset[str] = frozenset()
) -> Plan:
    place = Place(stage.declaration, stage.declaration.words[0].span)
    title = f"Switch runtime to {image}"
    return Plan((edits.replace(model, place, image), *more), (), title, changes | {"base"})
