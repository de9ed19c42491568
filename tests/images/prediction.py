"""Holds what the model says a change runs again against what BuildKit then does run."""

from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics import Model
from dockls.semantics.invalidation import Changes, rebuilt
from images.builder import BuildFailedError, Step
from images.pairs import Workshop
from images.projects import Project


class Change(NamedTuple):
    """A file of the context that gets another line, or a build argument that gets another value."""

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
    """What can change: every file and argument, or one of each."""
    folder = workshop.copy_of(project)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    files = [Change("file", path) for path in paths if path != ".dockerignore"]
    sources = [change for change in files if change.name.endswith((".go", ".ts", ".js", ".py", ".html"))]
    arguments = sorted({name for stage in model.stages for name in stage.final_state.arguments})
    # Another value of an argument that FROM uses asks for an image that is not there.
    fixed = (*model.graph.arguments, "TARGET", "BUILD")
    settable = [Change("argument", name) for name in arguments if not name.startswith(fixed)]
    if every:
        return [*files, *settable]
    return [*sources[:1], *settable[:1]]


def predicted(project: Project, name: str, change: Change, number: int, workshop: Workshop) -> Predicted:
    """Build, change, build again; `number` makes the change another one than all before."""
    model = workshop.model(project, name)
    workshop.image(project, model.tree.text, with_arguments=False)
    arguments: tuple[str, ...] = ()
    path = workshop.copy_of(project) / change.name
    if change.kind == "argument":
        arguments = (f"--build-arg={change.name}=value{number}",)
        changes = Changes((), (change.name,))
        ran = _steps(project, model, workshop, arguments)
    else:
        ignored = model.surroundings.context.ignored(change.name).ignored
        changes = Changes(() if ignored else (change.name,), ())
        kept = path.read_bytes()
        try:
            path.write_bytes(kept + f"// {number}\n".encode())
            ran = _steps(project, model, workshop)
        finally:
            path.write_bytes(kept)
    return _compared(f"{project.name}: {name}", change, model, changes, ran)


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
        if stage.parent is not None and any(one.inner is not None for one in stage.parent.instructions):
            continue  # what triggers do is not foreseen
        names = {stage.name or f"stage-{stage.index}", "" if len(model.stages) == 1 else "?"}
        real = [step for number, step in sorted(_of_stage(ran, names))]
        if len(real) != len(foreseen):
            faults.append(f"{stage.title}: {len(foreseen)} steps foreseen, BuildKit has {len(real)}")
            continue
        copied = False
        for one, step in zip(foreseen, real, strict=True):
            steps += 1
            copied = copied or "stage" in (one.reason or "")
            if (one.reason is None) == step.cached:
                continue
            if step.cached and copied:
                early += 1
            else:
                faults.append(
                    f"{step.name}: foreseen {one.reason or 'cached'}, was {'cached' if step.cached else 'run'}"
                )
    return Predicted(name, str(change), steps, early, faults)


def _of_stage(ran: tuple[Step, ...], names: set[str]) -> Iterator[tuple[int, Step]]:
    """The numbered steps ``[NAME 2/5] …`` of a stage without its FROM."""
    for step in ran:
        label, _, text = step.name.removeprefix("[").partition("] ")
        name, _, count = label.rpartition(" ")
        if name in names and "/" in count and not text.startswith("FROM "):
            yield int(count.partition("/")[0]), step
