"""Says the version of an image once, as an ARG above the first FROM.

Where several stages start from the same image, or from variants of it (`node:24`, `node:24-alpine`), their version has
to be changed in all of them together. As an ARG it stands in one place, and a build can pass another one. The images
stay the same. The setting `name` asks for another name than `NODE_VERSION`.

It is refused where a variable of that name is there already.

```dockerfile
FROM node:24<|> AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:24-slim
COPY --from=build /app /app
```

->

```dockerfile
ARG NODE_VERSION=24
FROM node:${NODE_VERSION} AS build
WORKDIR /app
COPY . .
RUN npm ci && npm run build

FROM node:${NODE_VERSION}-slim
COPY --from=build /app /app
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.scopes import variables_of
from dockls.semantics.variable_words import is_identifier
from dockls.syntax import Place
from dockls.text import Edit, Span


@refactoring(
    title="Extract version into an ARG", kind="refactor.extract.argument", grade="preserving", settings=("name",)
)
def extract_base_argument(model: Model, selection: Span, name: str = "") -> Plan | Refused | None:
    """Offered on a FROM whose image stands, in the same version, in another FROM as well."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is not stage.declaration:
        return None
    named = _named(stage)
    if named is None:
        return None
    repository, version = named
    alike = [other for other in model.stages if _named(other) == named]
    if len(alike) < 2:
        return None
    wanted = name or repository.rpartition("/")[2].upper().replace("-", "_").replace(".", "_") + "_VERSION"
    if not is_identifier(wanted):
        return Refused(f"`{wanted}` is no name of a variable")
    if any(binding.name == wanted for binding in variables_of(model).bindings):
        return Refused(f"there is a variable `{wanted}` already")
    changes = [_declared(model, f"{edits.keyword(model, 'ARG')} {wanted}={version}")]
    changes += [_used(model, other, repository, version, wanted) for other in alike]
    return Plan(tuple(changes), title=f"Extract version into ARG {wanted}")


def _named(stage: Stage) -> tuple[str, str] | None:
    """The repository as written, and the version that its tag begins with."""
    if stage.base is None or stage.base.resolution is not Resolution.IMAGE or not stage.declaration.words:
        return None
    text = stage.declaration.words[0].text
    repository, colon, tag = text.rpartition(":")
    if not colon or "/" in tag or set(text) & set("$@\"'"):
        return None
    version = tag.partition("-")[0]
    return (repository, version) if version[:1].isdigit() else None


def _declared(model: Model, line: str) -> Edit:
    """The new ARG below the global ones, or above the first stage and its comments."""
    above = model.tree.sections[0].instructions
    if above:
        return edits.insert_after(model, above[-1], [line])
    return edits.insert_before(model, model.stages[0].declaration, [line])


def _used(model: Model, stage: Stage, repository: str, version: str, name: str) -> Edit:
    start = stage.declaration.words[0].span.start + len(repository) + 1
    return edits.replace(model, Place(stage.declaration, Span(start, start + len(version))), f"${{{name}}}")
