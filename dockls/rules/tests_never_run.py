"""A stage runs tests or checks, but no build of the image needs it.

BuildKit builds what the target needs and nothing else. A stage `test` beside the way to the final stage is left out of
a plain `docker build`: its tests fail for nobody. Something has to build it by its name (`--target test` in the
workflow, a target in a Bake or Compose file), or the final stage has to need it, be it by a COPY of a report.

Nothing is said of stages that a file of the workspace builds, or that a variable may select, and of tests that only the
CMD runs, for such a stage is built to be started. Stages that are likely left over are told by `unused-stage`.

```dockerfile
FROM python:3.14-slim AS base
COPY . .

FROM base AS test
RUN pytest
    ^^^^^^ hint: a plain `docker build` leaves out stage `test`, so `pytest` runs with `--target test` only

FROM base
CMD ["python", "app.py"]
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, file_rule
from dockls.semantics import Model, Stage, is_template
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

#: what runs a program that is named behind it
_RUNNERS = (("npx",), ("poetry", "run"), ("uv", "run"), ("pipenv", "run"), ("bundle", "exec"), ("python", "-m"),
            ("python3", "-m"), ("yarn", "exec"), ("pnpm", "exec"))  # fmt: skip
_CHECKERS = frozenset(
    ("pytest", "tox", "nox", "unittest", "jest", "vitest", "mocha", "phpunit", "ctest", "rspec", "cypress",
     "playwright", "ruff", "flake8", "pylint", "mypy", "pyright", "eslint", "golangci-lint", "staticcheck", "hadolint",
     "shellcheck", "phpstan", "rubocop")
)  # fmt: skip
_TOOLS = frozenset(
    ("go", "cargo", "npm", "pnpm", "yarn", "bun", "mvn", "mvnw", "gradle", "gradlew", "dotnet", "make", "mix",
     "composer", "swift", "dart", "flutter", "sbt", "deno", "rake")
)  # fmt: skip
_TASKS = frozenset(("test", "tests", "t", "lint", "check", "vet", "clippy", "verify", "e2e", "spec", "typecheck"))


@file_rule(severity=Severity.HINT, theme="stages", group="strict")
def tests_never_run(model: Model) -> Iterator[Finding]:
    """Look at the stages that no known target needs."""
    needed = model.graph.needed()
    if len(needed) == len(model.stages) or is_template(model.graph):
        return
    for stage in model.stages:
        if stage.index not in needed and _is_left_out(model, stage):
            found = next((command for command in executed(stage) if _checks(command)), None)
            if found is not None:
                yield _finding(stage, found)


def _is_left_out(model: Model, stage: Stage) -> bool:
    """Whether the stage is there to be built by its name, and nothing known does so."""
    from dockls.knowledge import names_purpose
    from dockls.semantics.selection import selecting

    named = stage.name is not None and names_purpose(stage.name) and model.graph.named(stage.name) is stage.node
    return named and selecting(model.graph, stage.node) is None


def _checks(command: Executed) -> bool:
    words = command.words
    runner = next((one for one in _RUNNERS if words[: len(one)] == one), ())
    words = words[len(runner) :]
    if not words or words[1:2] in (("install",), ("--version",)):
        return False
    program = words[0].rpartition("/")[2]
    tasks = {task for word in words[1:4] for task in word.split(":")}
    return program in _CHECKERS or (program in _TOOLS and bool(_TASKS & tasks))


def _finding(stage: Stage, command: Executed) -> Finding:
    said = " ".join([word for word in command.words[:3] if not word.startswith("-")])
    target = f"`--target {stage.name}`"
    message = f"a plain `docker build` leaves out stage {stage.title}, so `{said}` runs with {target} only"
    place = Place(stage.declaration, stage.declaration.head_span)
    return Finding(command.place, message, (Related(place, "nothing needs this stage"),))
