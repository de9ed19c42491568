"""Holds what the model says a change runs again against what BuildKit then does run."""

from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics import Model, Resolution, Stage
from dockls.semantics.invalidation import Changes, rebuilt
from dockls.semantics.invalidation import Step as Foreseen
from images.builder import BuildFailedError, Step
from images.pairs import Workshop
from images.projects import Project


class Change(NamedTuple):
    """A file of the context that gets another line, a build argument another value, or an image another file."""

    kind: str
    name: str

    def __str__(self) -> str:
        return self.name if self.kind == "file" else f"{self.kind} {self.name}"


class Predicted(NamedTuple):
    """One Dockerfile and change: steps looked at, those that came out the same earlier than foreseen, faults."""

    name: str
    change: str
    steps: int
    early: int
    faults: list[str]


def changes_of(project: Project, model: Model, workshop: Workshop, every: bool) -> list[Change]:
    """What can change: every file, argument and image, or one of each."""
    folder = workshop.copy_of(project)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [Change("file", path) for path in paths if path != ".dockerignore"]
    sources = [change for change in files if change.name.endswith((".go", ".ts", ".js", ".py", ".html"))]
    arguments = sorted({name for stage in model.stages for name in stage.final_state.arguments})
    # Another value of an argument that FROM uses asks for an image that is not there.
    fixed = (*model.graph.arguments, "TARGET", "BUILD")
    settable = [Change("argument", name) for name in arguments if not name.startswith(fixed)]
    used = sorted({image for stage in model.stages for image in _images(stage)})
    images = [Change("image", image) for image in used]
    if every or project.every_change:
        return [*files, *settable, *images]
    return [*sources[:1], *settable[:1], *images[:1]]


def _images(stage: Stage) -> Iterator[str]:
    for reference in (stage.base, *stage.references):
        if reference is not None and reference.resolution is Resolution.IMAGE:
            yield reference.value


def predicted(
    project: Project, name: str, change: Change, number: int, workshop: Workshop, text: str | None = None
) -> Predicted:
    """Build, change, build again; `number` makes the change another one than all before, `text` stands for the file."""
    model = workshop.model(project, name, text)
    workshop.image(project, model.tree.text, with_arguments=False)
    arguments: tuple[str, ...] = ()
    path = workshop.copy_of(project) / change.name
    if change.kind == "argument":
        arguments = (f"--build-arg={change.name}=value{number}",)
        changes = Changes(arguments=(change.name,))
        ran = _steps(project, model, workshop, arguments)
    elif change.kind == "image":
        changes = Changes(images=(change.name,))
        ran = _steps(project, model, workshop, (workshop.builder.with_changed(change.name, number),))
    else:
        ignored = model.surroundings.context.ignored(change.name).ignored
        changes = Changes(() if ignored else (change.name,))
        kept = path.read_bytes()
        try:
            path.write_bytes(
                kept + f"# {number}\n".encode() if change.name.endswith(".sh") else kept + f"// {number}\n".encode()
            )
            ran = _steps(project, model, workshop)
        finally:
            path.write_bytes(kept)
    title = f"{project.name}: {name}" + ("" if text is None else ", refactored")
    return _compared(title, change, model, changes, ran)


def _steps(project: Project, model: Model, workshop: Workshop, options: tuple[str, ...] = ()) -> tuple[Step, ...]:
    built = workshop.builder.build(
        workshop.copy_of(project), model.tree.text, None, (*workshop.secrets(project), *options)
    )
    if built.complaint is not None:
        raise BuildFailedError(built.complaint)
    return built.steps


def _compared(name: str, change: Change, model: Model, changes: Changes, ran: tuple[Step, ...]) -> Predicted:
    assert model.target is not None
    steps = early = 0
    faults: list[str] = []
    for stage, foreseen in rebuilt(model, model.target, changes):
        names = {stage.name or f"stage-{stage.index}", "" if len(model.stages) == 1 else "?"}
        own = [step for number, step in sorted(_of_stage(ran, names))]
        real = [step for step in own if "] LINK " not in step.name]
        if len(real) != len(foreseen):
            faults.append(f"{stage.title}: {len(foreseen)} steps foreseen, BuildKit has {len(real)}")
            continue
        copied = False
        for one, step in zip(foreseen, real, strict=True):
            steps += 1
            copied = copied or _may_end(one, stage)
            if (one.reason is None) == step.cached:
                continue
            if step.cached and copied:
                early += 1
            elif one.reason is None and "--link" in step.name and len(own) == len(real):
                continue  # this builder cannot link, so the copy depends on the step before it
            else:
                faults.append(
                    f"{step.name}: foreseen {one.reason or 'cached'}, was {'cached' if step.cached else 'run'}"
                )
    return Predicted(name, str(change), steps, early, faults)


def _may_end(step: Foreseen, stage: Stage) -> bool:
    """Whether a step runs again for what it copies from a stage or an image, which may turn out the same."""
    is_base = stage.base is not None and step.reason == f"image {stage.base.value} changed"
    return step.reason is not None and step.reason.startswith(("stage", "image")) and not is_base


def _of_stage(ran: tuple[Step, ...], names: set[str]) -> Iterator[tuple[int, Step]]:
    """The numbered steps ``[NAME 2/5] …`` of a stage without its FROM."""
    for step in ran:
        label, _, text = step.name.removeprefix("[").partition("] ")
        name, _, count = label.rpartition(" ")
        if name in names and "/" in count and not text.startswith("FROM "):
            yield int(count.partition("/")[0]), step
