"""Take what builds a program out of the image that runs it.

The stage becomes two: a builder, which keeps everything up to the last step of the build, and a new last stage on a
small image, which takes from it what the program needs and nothing else. Sources, compilers and caches stay behind.

What the image promises stays the same: ENTRYPOINT, CMD, EXPOSE, VOLUME, LABEL, HEALTHCHECK, STOPSIGNAL, the user, the
working directory, and the variables that are not for build tools alone. What stood below the build stays where it is;
what stood above it is moved with its comments or, where the builder needs it too, said again. Whatever is taken for
granted is told as an assumption.

Known are Go, Rust, C, C++, Haskell, Swift, Dart, Crystal, Java (Maven, Gradle, sbt, Leiningen, `javac`), .NET, Python,
Ruby, PHP, Elixir and Erlang programs, Node servers and static sites. It applies anywhere in the stage that is built by
default, or in one that a Compose file, a Bake file or a script builds. A selection tells where the builder ends: with
its last instruction; with a selection, stages of all other kinds can be split, too. The setting `runtime` asks for
another image (`distroless`, `alpine`, `scratch`, `slim`, `same`, or the name of an image), `name` for another name of
the builder, `paths` for other files to take (absolute, with commas between).

It is refused where CMD runs the toolchain (`go run`, `npm run dev`), where the base has ONBUILD triggers, and where
what the program needs cannot be told.

```dockerfile
FROM golang:1.25
WORKDIR /app
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN <|>go build -ldflags="-s -w" -o myapp .
EXPOSE 8080
ENTRYPOINT ["./myapp"]
```

->

```dockerfile
FROM golang:1.25 AS builder
WORKDIR /app
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -ldflags="-s -w" -o myapp .

FROM gcr.io/distroless/static-debian13
WORKDIR /app
COPY --from=builder /app/myapp ./myapp
EXPOSE 8080
ENTRYPOINT ["./myapp"]
```
"""

from dockls.ecosystems import Extraction, Obstacle, Wish, recognize
from dockls.ecosystems.names import builder_names, chosen_name
from dockls.ecosystems.partition import partition
from dockls.ecosystems.programs import needing_tools, running
from dockls.ecosystems.steps import CONTRACT
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import executed
from dockls.syntax import Instruction
from dockls.text import Span


@refactoring(
    title="Extract builder stage",
    kind="refactor.extract.stage",
    grade="equivalent",
    settings=("runtime", "name", "paths"),
    improves=30,
)
def extract_builder_stage(
    model: Model, selection: Span, runtime: str = "", name: str = "", paths: str = ""
) -> Plan | Refused | None:
    """Split the stage at the selection."""
    stage = _built(model, selection)
    if stage is None or not any(instruction.keyword == "RUN" for instruction in stage.instructions):
        return None
    chosen = tuple([path.strip() for path in paths.split(",") if path.strip()])
    wish = Wish(runtime or None, _last_selected(model, stage, selection), chosen)
    return _remembered(model, stage, wish, name) or _unknown(model, stage, selection)


def _remembered(model: Model, stage: Stage, wish: Wish, name: str) -> Plan | Refused | None:
    """The answer, which is the same wherever the cursor stands in the stage, found once for a snapshot of the file."""
    key = (extract_builder_stage.name, stage.index, wish, name)
    # Kept on the tree: the memo of a model is handed down to the next one.
    kept = model.tree.memo.get(key)
    if kept is None or kept[0] is not model:
        kept = model.tree.memo[key] = (model, _answer(model, stage, wish, name))
    found: Plan | Refused | None = kept[1]
    return found


def _answer(model: Model, stage: Stage, wish: Wish, name: str) -> Plan | Refused | None:
    found = recognize(stage, wish)
    if found is None:
        return _development(stage)
    triggers = _triggers(stage)
    if triggers is not None:
        return Refused(triggers)
    return Refused(found.sentence) if isinstance(found, Obstacle) else _plan(model, stage, found, name)


def _plan(model: Model, stage: Stage, found: Extraction, name: str) -> Plan | Refused:
    wanted = builder_names(model, stage, name)
    if wanted is None:
        return Refused(f"`{name}` cannot be the name of the builder: it is taken, an image's, or no stage name")
    builder, final = wanted
    taken = {builder, *([final] if final else [])}
    names = {extra.name: chosen_name(model, extra.name, taken) for extra in found.stages}
    found = found._replace(
        stages=tuple([extra._replace(name=names[extra.name]) for extra in found.stages]),
        artifacts=tuple([artifact._replace(stage=names.get(artifact.stage or "")) for artifact in found.artifacts]),
    )
    done = partition(model, stage, found, builder, final)
    title = f"Extract builder stage ({found.title})"
    assumptions = found.assumptions
    folder = stage.final_state.workdir
    chosen = any(instruction.keyword == "WORKDIR" for instruction in stage.instructions)
    if "workdir" in done.changes - found.changes and folder not in (None, "/") and not chosen:
        assumptions += (f"the program does not care that it no longer starts in `{folder}`",)
    return Plan(done.edits, assumptions, title, found.changes | done.changes, found.grade)


def _built(model: Model, selection: Span) -> Stage | None:
    """The selected stage if it is built by default, or by name from outside, and no other stage needs it."""
    stage = model.stage_at(selection.start)
    if stage is None or model.stage_at(max(selection.start, selection.end - 1)) is not stage:
        return None
    if stage is model.target:
        return stage
    named = stage.name in model.graph.target_names and model.graph.named(stage.name or "") is stage.node
    return stage if named and not any(reference.target == stage.index for reference in model.references) else None


def _last_selected(model: Model, stage: Stage, selection: Span) -> Instruction | None:
    """The last selected instruction that a builder can end with; None where nothing, or all of it, is selected."""
    if selection.start == selection.end:
        return None
    instructions = stage.instructions
    selected: list[Instruction] = []
    for instruction in instructions:
        start = model.start_of(instruction)
        if selection.start < start + len(instruction.text) and start < selection.end:
            selected.append(instruction)
    if not selected or instructions[-1] in selected:
        return None
    steps = [instruction for instruction in selected if instruction.keyword not in CONTRACT]
    return steps[-1] if steps else None


def _development(stage: Stage) -> Refused | None:
    """A refusal where the image is there to develop in."""
    known = base_facts(stage)
    if known is None or known.language not in ("go", "javascript"):
        return None
    obstacle = needing_tools(running(stage))
    return None if obstacle is None else Refused(obstacle.sentence)


def _unknown(model: Model, stage: Stage, selection: Span) -> Refused | None:
    """A refusal, on FROM and RUN, where something is built, but what of it the image runs cannot be told."""
    from dockls.knowledge import build_command

    instruction = model.instruction_at(selection.start)
    if instruction is None or instruction.keyword not in ("FROM", "RUN"):
        return None
    built = next((one for one in executed(stage) if build_command(list(one.words)) is not None), None)
    if built is None:
        return _fetching(model, stage)
    programs = [run for run in running(stage) if run.role == "program"]
    if not programs:
        command = " ".join(built.words[:4])
        return Refused(f"what the image needs of `{command}` is not known without CMD; name it with `paths`")
    command = " ".join(programs[0].words[:3])
    return Refused(f"what `{command}` needs of the builder is not known; name it with `paths`")


def _fetching(model: Model, stage: Stage) -> Refused | None:
    """The same where a file of one stage only fetches."""
    fetched = any(command.command.program in ("curl", "wget", "git") for command in executed(stage))
    if len(model.stages) > 1 or not fetched:
        return None
    return Refused("what the image needs of what is fetched is not known; select the steps and name it with `paths`")


def _triggers(stage: Stage) -> str | None:
    if any(instruction.keyword == "ONBUILD" for instruction in stage.instructions):
        return "the ONBUILD triggers of this stage are for images that are built upon it"
    if stage.parent is not None and any(one.keyword == "ONBUILD" for one in stage.parent.instructions):
        return f"stage {stage.parent.title} has ONBUILD triggers, which run in this stage too"
    if "onbuild" in (stage.base_image or "").rpartition(":")[2]:
        return f"`{stage.base_image}` has ONBUILD triggers, which run in this stage too"
    return None
