"""The stages that a plain ``docker build`` leaves out although they are for something, and the checks that they run."""

from collections.abc import Iterator

from dockls.semantics.execution import Executed, executed
from dockls.semantics.likeness import is_template
from dockls.semantics.model import Model
from dockls.semantics.stage import Stage

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


def left_out(model: Model) -> Iterator[Stage]:
    """The stages that no known target needs, and that are there to be built by their names."""
    needed = model.graph.needed()
    if len(needed) == len(model.stages) or is_template(model.graph):
        return
    for stage in model.stages:
        if stage.index not in needed and _has_purpose(model, stage):
            yield stage


def check_in(stage: Stage) -> Executed | None:
    """The first command of the stage that tests or checks something."""
    return next((command for command in executed(stage) if _checks(command)), None)


def _has_purpose(model: Model, stage: Stage) -> bool:
    """Whether the stage is there to be built by its name, and no variable may select it."""
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
