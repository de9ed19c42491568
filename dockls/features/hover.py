"""What is known of a stage, a variable or a base image under the cursor (LSP 3.17, textDocument/hover)."""

from typing import NamedTuple

from dockls.semantics import Model, Node, Reference, Resolution, Stage, Variable
from dockls.semantics.expansion import variables
from dockls.semantics.files import copy_of
from dockls.syntax import Instruction, Place
from dockls.text import Span

_EXPANDED = ("ADD", "COPY", "ENV", "EXPOSE", "FROM", "LABEL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR", "ARG")
_BY_SHELL = ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK")


class Hover(NamedTuple):
    """Markdown, and the place that it is about."""

    markdown: str
    place: Place


def hover(model: Model, offset: int) -> Hover | None:
    """What to show at an absolute offset; None where nothing is known."""
    instruction = model.instruction_at(offset)
    if instruction is None:
        return None
    local = offset - model.start_of(instruction)
    stage = model.stage_at(offset)
    if stage is not None:
        name = stage.node.interface.name_place
        if name is not None and name.item is instruction and name.span.contains(local):
            return Hover(_stage(model, stage), name)
        found = _reference(model, offset)
        if found is not None:
            return found
        if instruction is stage.declaration and instruction.keyword_span.contains(local):
            return Hover(_stage(model, stage), Place(instruction, instruction.keyword_span))
    return _variable(model, stage, instruction, local)


def _reference(model: Model, offset: int) -> Hover | None:
    reference = model.reference_at(offset)
    if reference is None or (reference.mention.has_variable and reference.resolution is not Resolution.STAGE):
        return None
    place = reference.mention.place
    if reference.target is not None:
        return Hover(_stage(model, model.stages[reference.target]), place)
    text = {
        Resolution.IMAGE: _image(reference.value),
        Resolution.SCRATCH: "**`scratch`** is the empty image: no shell, no libc, no users, no certificates.",
        Resolution.CONTEXT: f"**`{reference.value}`** is a build context given by name.",
        Resolution.INDEX_OUT_OF_RANGE: f"There is no stage number {reference.value}.",
    }.get(reference.resolution)
    return None if text is None else Hover(text, place)


def _image(text: str) -> str:
    from dockls.knowledge import facts

    known = facts(text)
    if known is None:
        return f"Image **`{text}`**"
    rows: list[tuple[str, str | None]] = [
        ("distribution", " ".join([part for part in (known.distribution, known.release) if part]) or None),
        ("C library", known.libc),
        ("package manager", known.package_manager),
        ("shell", known.shell or "none"),
        ("user", known.user),
        ("working directory", known.workdir),
    ]
    return f"Image **`{text}`**\n\n" + "\n".join([f"- {label}: `{value}`" for label, value in rows if value])


def _stage(model: Model, stage: Stage) -> str:
    node = stage.node
    title = f"`{node.interface.written_name}`" if node.name else "without a name"
    lines = [f"**Stage {title}** (number {stage.index})", "", f"- base: {_chain(model, stage)}"]
    used = [_use(model, reference) for reference in model.graph.dependents[stage.index]]
    lines += [f"- {use}" for use in used]
    if not used and node is not model.graph.target:
        lines.append("- no stage uses it")
    target = model.graph.target
    if node is target:
        lines.append("- built by default")
    elif target is not None and stage.index not in model.graph.reachable(target.number):
        lines.append("- not built by default")
    state = stage.final_state
    lines.append(f"- user: `{state.user or 'not known'}`, working directory: `{state.workdir or 'not known'}`")
    return "\n".join(lines)


def _chain(model: Model, stage: Stage) -> str:
    parts: list[str] = []
    current: Stage | None = stage
    while current is not None:
        base = current.base
        parts.append("`?`" if base is None else f"`{base.value}`")
        current = current.parent
    return " \N{LEFTWARDS ARROW} ".join(parts)


def _use(model: Model, reference: Reference) -> str:
    user: Node = model.graph.nodes[reference.source]
    instruction = reference.mention.instruction
    line = model.tree.line_index.position(model.start_of(instruction)).line + 1
    who = f"stage {user.title} (line {line})"
    if reference.mention.kind == "from":
        return f"base of {who}"
    if reference.mention.kind == "mount":
        return f"mounted by {who}"
    copy = copy_of(model.stages[reference.source], instruction) if instruction.inner is None else None
    if copy is None:
        return f"copied from by {who}"
    sources = ", ".join([f"`{source}`" for source in copy.sources])
    return f"{sources} copied into {who}"


def _variable(model: Model, stage: Stage | None, instruction: Instruction, local: int) -> Hover | None:
    for pair in instruction.pairs if instruction.keyword in ("ARG", "ENV") else ():
        if pair.name_span.contains(local):
            return _described(model, stage, instruction, pair.name, pair.name_span, after=True)
    keyword = instruction.effective.keyword
    if keyword not in _EXPANDED and keyword not in _BY_SHELL:
        return None
    text = instruction.text[: instruction.head_end]
    for use in variables(text, instruction.escape):
        if use.span.contains(local) and use.name_span.start - 2 <= local <= use.name_span.end:
            return _described(model, stage, instruction, use.name, use.name_span, after=False)
    return None


def _described(
    model: Model, stage: Stage | None, instruction: Instruction, name: str, span: Span, after: bool
) -> Hover | None:
    place = Place(instruction, span)
    if stage is None or instruction is stage.declaration:
        value = model.graph.arguments.get(name)
        origin = _global_origin(model, name)
        if value is None and origin is None:
            return None
        return Hover(_value(name, "ARG", value) + _line(model, origin), place)
    state = stage.state_after(instruction) if after else stage.state_before(instruction)
    variable = state.variable(name)
    if variable is None:
        return None
    kind = {"env": "ENV", "arg": "ARG", "image": "ENV"}[variable.kind]
    return Hover(_value(name, kind, variable.value) + _origin(model, stage, name, variable), place)


def _value(name: str, kind: str, value: str | None) -> str:
    shown = "no value before the build" if value is None else f"`{value}`" if value else "empty"
    return f"{kind} **`{name}`**: {shown}"


def _origin(model: Model, stage: Stage, name: str, variable: Variable) -> str:
    if variable.origin is None:
        return f"\n\nset by the base image `{stage.base_image}`"
    text = _line(model, variable.origin)
    bare = variable.kind == "arg" and any(
        pair.name == name and pair.value is None for pair in variable.origin.effective.pairs
    )
    default = _global_origin(model, name) if bare else None
    if default is not None:
        text += f", default from line {model.tree.line_index.position(model.start_of(default)).line + 1}"
    return text


def _line(model: Model, origin: Instruction | None) -> str:
    if origin is None:
        return "\n\nset by BuildKit"
    return f"\n\nset in line {model.tree.line_index.position(model.start_of(origin)).line + 1}"


def _global_origin(model: Model, name: str) -> Instruction | None:
    for instruction in reversed(model.tree.sections[0].instructions):
        if instruction.keyword == "ARG" and any(pair.name == name for pair in instruction.pairs):
            return instruction
    return None
