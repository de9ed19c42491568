"""Compiles the dependencies of a Rust program in a step of their own, by cargo-chef.

Cargo knows no command that compiles dependencies alone, so every change of a line compiles all of them again.
`cargo chef prepare` writes what is needed of the manifests into a recipe, `cargo chef cook` compiles by that recipe
alone: its layer stays as long as no dependency changes. Three stages come of the builder: `chef` with the tool,
`planner`, which sees all sources and hands on the recipe, and the builder itself, which keeps its name.

It is offered in a stage that copies all sources and builds with cargo. It is refused where other steps stand between,
such as the trick with an empty `main.rs`, and where a flag of the build is not one that cook takes.

```dockerfile
FROM rust:1.85 AS builder
WORKDIR /app
COPY . .
RUN cargo build --release<|>

FROM debian:bookworm-slim
COPY --from=builder /app/target/release/app /usr/local/bin/app
CMD ["app"]
```

->

```dockerfile
FROM rust:1.85 AS chef
WORKDIR /app
RUN cargo install --locked cargo-chef

FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json

FROM chef AS builder
COPY --from=planner /app/recipe.json recipe.json
RUN cargo chef cook --release --recipe-path recipe.json
COPY . .
RUN cargo build --release

FROM debian:bookworm-slim
COPY --from=builder /app/target/release/app /usr/local/bin/app
CMD ["app"]
```
"""

from dockls import edits
from dockls.rooms import Plan, Refused, refactoring
from dockls.semantics import Model, Stage
from dockls.semantics.execution import executed, executed_by
from dockls.semantics.files import copies_of
from dockls.semantics.renaming import numbered_name, unusable
from dockls.syntax import Instruction
from dockls.text import Edit, Span

#: flags of `cargo build` that `cargo chef cook` takes as well, and whether a value follows
_FLAGS = {"--release": False, "-r": False, "--target": True, "--features": True, "-F": True, "--locked": False}
_FLAGS |= {"--no-default-features": False, "--all-features": False, "--profile": True, "-p": True, "--package": True}
_PLAIN = frozenset(("--bin", "--bins", "--verbose", "-v", "-q", "--quiet"))


@refactoring(title="Cache Rust dependencies with cargo-chef", kind="refactor.rewrite.cache", grade="equivalent")
def cache_rust_dependencies(model: Model, selection: Span) -> Plan | Refused | None:
    """Offered on the RUN of a named stage that builds with cargo."""
    stage, run = model.stage_at(selection.start), model.instruction_at(selection.start)
    if stage is None or run is None or run.keyword != "RUN" or stage.name is None or stage.parent is not None:
        return None
    builds = [command for command in executed_by(stage, run) if command.words[:2] == ("cargo", "build")]
    if len(builds) != 1 or any("chef" in one.text for one in stage.instructions) or not stage.declaration.words:
        return None
    copies = [copy for copy in copies_of(stage) if copy.sources in ((".",), ("./",))]
    if len(copies) != 1 or copies[0].destination != stage.final_state.workdir:
        return None
    flags = _flags(builds[0].words[2:])
    reason = _reason(stage, copies[0].instruction, run, flags)
    if reason is not None or flags is None:
        return Refused(reason or "cargo-chef does not take all flags of the build")
    return Plan(_edits(model, stage, copies[0].instruction, flags), ("no crate lies outside of the copied folder",))


def _flags(words: tuple[str, ...]) -> list[str] | None:
    """The flags for cook; None where one is not known."""
    found: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name = word.partition("=")[0]
        if name in _FLAGS:
            found.append(word)
            if _FLAGS[name] and "=" not in word and rest:
                found.append(rest.pop(0))
        elif name in _PLAIN:
            if name == "--bin" and "=" not in word and rest:
                rest.pop(0)
        else:
            return None
    return found


def _reason(stage: Stage, copy: Instruction, run: Instruction, flags: list[str] | None) -> str | None:
    if flags is None:
        return "cargo-chef does not take all flags of the build"
    above = stage.instructions[: stage.instructions.index(copy)]
    for instruction in above:
        if instruction.keyword in ("COPY", "ADD"):
            return "files are copied above the sources, which cargo-chef makes needless"
    earlier = [one for one in executed(stage) if one.words[:1] == ("cargo",) and one.instruction is not run]
    if earlier:
        return f"`{' '.join(earlier[0].words[:3])}` builds in another step"
    return None


def _edits(model: Model, stage: Stage, copy: Instruction, flags: list[str]) -> tuple[Edit, ...]:
    chef, planner = [
        name if unusable(model, name) is None else numbered_name(model, name) for name in ("chef", "planner")
    ]
    word, as_word, run = (edits.keyword(model, one) for one in ("FROM", "AS", "RUN"))
    own = stage.node.interface.written_name or ""
    name = stage.node.place
    folder = (stage.final_state.workdir or "/").rstrip("/")
    lines = [
        f"{run} cargo install --locked cargo-chef",
        "",
        f"{word} {chef} {as_word} {planner}",
        copy.text.strip(),
        f"{run} cargo chef prepare --recipe-path recipe.json",
        "",
        f"{word} {chef} {as_word} {own}",
        f"{edits.keyword(model, 'COPY')} --from={planner} {folder}/recipe.json recipe.json",
        f"{run} {' '.join(['cargo chef cook', *flags, '--recipe-path recipe.json'])}",
    ]
    start = edits.block_span(model, copy).start
    # Two stages come in front of the one that keeps the name.
    moved = edits.counted_on(model, stage.index)
    twice = [Edit(edit.span, str(int(edit.text) + 1)) for edit in moved]
    return (edits.replace(model, name, chef), Edit(Span(start, start), edits.lines(model, lines)), *twice)
