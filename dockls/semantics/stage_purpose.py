"""What a stage is for, told by the commands it runs, and a name that says so."""

from collections.abc import Iterator

from dockls.semantics.execution import executed
from dockls.semantics.files import copies_of
from dockls.semantics.graph import Resolution
from dockls.semantics.model import Model
from dockls.semantics.renaming import (
    Renaming,
    is_valid_name,
    name_stage,
    numbered_name,
    unusable,
    use_name,
)
from dockls.semantics.stage import Stage
from dockls.text import Edit

#: how commands begin that run tests
_TESTS = (
    ("go", "test"), ("cargo", "test"), ("npm", "test"), ("npm", "t"), ("yarn", "test"), ("pnpm", "test"),
    ("npm", "run", "test"), ("yarn", "run", "test"), ("pnpm", "run", "test"), ("dotnet", "test"), ("mvn", "test"),
    ("mvn", "verify"), ("gradle", "test"), ("./gradlew", "test"), ("./mvnw", "test"), ("make", "test"),
    ("make", "check"), ("bundle", "exec", "rspec"), ("mix", "test"), ("python", "-m", "pytest"), ("npx", "jest"),
    ("pytest",), ("tox",), ("nox",), ("jest",), ("vitest",), ("phpunit",), ("ctest",), ("rspec",),
)  # fmt: skip


def ecosystem_of(stage: Stage) -> str | None:
    """The tool that the stage builds or installs with last; its own sources are what counts.

    A script of package.json is run by whatever installed the packages.
    """
    from dockls.knowledge import build_command, install_command

    found = None
    for command in executed(stage):
        words = list(command.words)
        known = install_command(words) or build_command(words)
        if known is not None and not (known.ecosystem == "node" and found in _NODE_TOOLS):
            found = known.ecosystem
    return found


_NODE_TOOLS = frozenset(("npm", "yarn", "pnpm", "bun"))


def brings_sources(stage: Stage) -> bool:
    """Whether a COPY brings more than manifests: a whole folder of the context."""
    for each in stage.chain:
        copies = [copy for copy in copies_of(each) if copy.stage is None and not copy.from_image]
        if any(_is_folder(each, source) for copy in copies for source in copy.sources):
            return True
    return False


def _is_folder(stage: Stage, source: str) -> bool:
    if stage.context.known:
        return stage.context.kind(source) == "directory"
    return "." not in source.rstrip("/").rpartition("/")[2].lstrip(".")


def telling_name(model: Model, stage: Stage) -> str:
    """The first free name of those that tell what the stage is for: builder, test, deps, runtime, stage-N.

    The name of an image that the file uses is never taken, be it free or not, for it would mislead.
    """
    images = frozenset(_image_names(model))
    preferred = _purpose(stage, model)
    for name in _candidates(preferred, stage):
        if is_valid_name(name) and name not in images and unusable(model, name, stage) is None:
            return name
    return numbered_name(model, preferred, stage)


def use_telling_name(model: Model, number: int) -> tuple[Edit, ...] | None:
    """The edits that put a stage's name, a telling one if it has none, in place of its number; None if unsafe."""
    if number >= len(model.stages):
        return None
    stage = model.stages[number]
    renaming = use_name(model, stage) if stage.name else name_stage(model, stage, telling_name(model, stage))
    return renaming.edits if isinstance(renaming, Renaming) else None


def _candidates(preferred: str, stage: Stage) -> Iterator[str]:
    yield preferred
    image = stage.base_image
    if image is not None and not preferred.startswith("stage-"):
        yield f"{preferred}-{short_name(image)}"


def _image_names(model: Model) -> Iterator[str]:
    for reference in model.references:
        if reference.resolution in (Resolution.IMAGE, Resolution.FORWARD, Resolution.UNKNOWN):
            yield reference.value.lower()
            yield short_name(reference.value)


def short_name(image: str) -> str:
    """The last part of an image's name without tag and digest, in lower case."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()


def _purpose(stage: Stage, model: Model) -> str:
    if stage is model.target:
        return "runtime"
    from dockls.knowledge import build_command, install_command, package_install

    commands = [command.words for command in executed(stage)]
    if any(build_command(words) is not None for words in commands):
        names = [node.name or "" for node in model.graph.nodes]
        return "build" if any(name.startswith("build-") for name in names) else "builder"
    if any(words[: len(test)] == test for words in commands for test in _TESTS):
        return "test"
    if any(install_command(words) is not None or package_install(words) is not None for words in commands):
        return "deps"
    return f"stage-{stage.index}"
