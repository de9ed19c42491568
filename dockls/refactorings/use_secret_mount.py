"""Gives a secret to the steps that need it by a mount, instead of by ARG or ENV.

The value of an ARG can be read in the history of the image, that of an ENV in every container. A secret mount
(`--mount=type=secret`) gives the variable to one RUN and leaves nothing behind. Each RUN that uses the variable gets
the mount; the declaration goes. The build is then called with `--secret id=…,env=…` in place of `--build-arg`, which is
told as an assumption; a value that was used before has to be changed, for old images hold it.

It is offered for names that tell of a secret: those with the words TOKEN, SECRET, PASSWORD, KEY, CREDENTIALS, AUTH. It
is refused where another instruction than RUN uses it, where it has a default, and where the frontend that `# syntax`
names is older than secrets in variables.

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
ARG NPM_TOKEN<|>
RUN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci
```

->

```dockerfile
FROM node:24
WORKDIR /app
COPY package*.json ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm config set //registry.npmjs.org/:_authToken=$NPM_TOKEN && npm ci
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model
from dockls.semantics.frontend import lacking
from dockls.semantics.scopes import Binding, variables_of
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: what BuildKit's check SecretsUsedInArgOrEnv looks for (linter/ruleset.go)
_SECRET = frozenset(
    ("apikey", "auth", "credential", "credentials", "key", "password", "passwd", "pword", "secret", "token")
)
_OPEN = frozenset(("public", "file", "version"))


@refactoring(title="Use a secret mount", kind="refactor.rewrite.run", grade="changing")
def use_secret_mount(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on an ARG or ENV of one variable whose name tells that it is secret."""
    stage, instruction = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or instruction is None or instruction.keyword not in ("ARG", "ENV"):
        return None
    names = [pair.name for pair in instruction.pairs]
    if len(names) != 1 or not _is_secret(names[0]):
        return None
    binding = _binding(model, instruction)
    reason = _reason(model, instruction, names[0], binding)
    if reason is not None or binding is None:
        return None if reason is None else Refused(reason)
    users = dict.fromkeys([use.place.item for use in binding.reads])
    runs = [user for user in users if isinstance(user, Instruction) and user.keyword == "RUN"]
    identity = names[0].lower()
    mount = f"--mount=type=secret,id={identity},env={names[0]} "
    changes = [edits.delete(model, instruction)]
    for run in runs:
        start = model.start_of(run) + (run.flags[0].span.start if run.flags else run.body_span.start)
        changes.append(Edit(Span(start, start), mount))
    sentences: tuple[str, ...] = (
        f"the build is called with `--secret id={identity},env={names[0]}`",
        "the value is changed, for older images hold it",
    )
    declared = frozenset(("environment",)) if instruction.keyword == "ENV" else frozenset[str]()
    if instruction.keyword == "ENV":
        sentences += ("the program does not need it at run time",)
    return Plan(tuple(changes), sentences, f"Use a secret mount for {names[0]}", declared)


def _is_secret(name: str) -> bool:
    words = set(name.lower().split("_"))
    return bool(words & _SECRET) and not words & _OPEN


def _binding(model: Model, instruction: Instruction) -> Binding | None:
    for binding in variables_of(model).bindings:
        if any(mention.is_declaration and mention.place.item is instruction for mention in binding.mentions):
            return binding
    return None


def _reason(model: Model, instruction: Instruction, name: str, binding: Binding | None) -> str | None:
    if binding is None:
        return None
    declarations = [one for one in binding.mentions if one.is_declaration]
    if len(declarations) > 1:
        return f"`{name}` is declared in several places"
    value = instruction.pairs[0].value
    if value:
        return f"`{name}` has a value in the file, which is in its history already"
    for use in binding.reads:
        item = use.place.item
        if not isinstance(item, Instruction) or item.keyword != "RUN":
            keyword = item.keyword if isinstance(item, Instruction) else "another line"
            return f"{keyword} uses `{name}`, which a mount gives to RUN alone"
        if item.is_json:
            return f"a RUN in exec form uses `{name}`"
    if not binding.reads:
        return f"no step is known to use `{name}`"
    old = lacking(model, "secret variables")
    return f"`{old}` knows no secrets in variables" if old is not None else None
