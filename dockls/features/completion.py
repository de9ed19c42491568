"""Names of stages where one can stand: FROM, ``--from=`` and a mount's ``from=``; keywords at the start of a line.

Only what BuildKit would accept is offered: FROM sees the stages above it by their lower-cased names, ``--from`` the
stages above the copying one (LSP 3.17, textDocument/completion).
"""

from collections.abc import Iterator
from typing import NamedTuple

from dockls.semantics import Model, Node, Stage, mount_fields
from dockls.syntax import Instruction
from dockls.syntax.parsed import KEYWORDS, Parsed
from dockls.text import Span


class Completion(NamedTuple):
    """A proposal: `text` replaces the absolute `span`; `kind` is ``stage``, ``context`` or ``keyword``."""

    text: str
    kind: str
    detail: str
    span: Span


def completion(model: Model, offset: int) -> tuple[Completion, ...]:
    """What can be typed at an absolute offset; nearest stages first."""
    instruction = model.instruction_at(offset)
    if instruction is None or offset > model.start_of(instruction) + len(instruction.text.rstrip("\r\n")):
        return _keywords(model, offset)
    start = model.start_of(instruction)
    local = offset - start
    if local <= instruction.keyword_span.end and instruction.keyword_span.start <= local:
        return _keywords(model, offset)
    stage = model.stage_at(offset)
    if stage is None:
        return ()
    parsed = instruction.effective
    span = _name_span(instruction, parsed, local)
    if span is None:
        return ()
    return tuple(_stages(model, stage, parsed.keyword == "FROM", span.shifted(start)))


def _name_span(instruction: Instruction, parsed: Parsed, local: int) -> Span | None:
    """The span of the name that stands, or could stand, at the cursor; None if none can."""
    if parsed.keyword == "FROM":
        if not parsed.words:
            behind = max([parsed.keyword_span.end, *[flag.span.end for flag in parsed.flags]])
            return Span(local, local) if local > behind else None
        return parsed.words[0].span if parsed.words[0].span.contains(local) else None
    for flag in parsed.flags:
        if flag.value_span is None or not flag.value_span.contains(local):
            continue
        if parsed.keyword == "COPY" and flag.name == "from":
            return flag.value_span
        if parsed.keyword == "RUN" and flag.name == "mount":
            word = mount_fields(instruction, flag).get("from")
            return word.span if word is not None and word.span.contains(local) else None
    return None


def _stages(model: Model, stage: Stage, is_from: bool, span: Span) -> Iterator[Completion]:
    seen: set[str] = set()
    for node in reversed(model.graph.nodes[: stage.index]):
        if node.name is None or node.name in seen:
            continue
        seen.add(node.name)
        if is_from or model.graph.named(node.name) is node:
            name = node.name if is_from else node.interface.written_name or node.name
            yield Completion(name, "stage", _detail(node), span)
    for context in sorted(model.surroundings.named_contexts):
        if context not in seen:
            yield Completion(context, "context", "named build context", span)


def _detail(node: Node) -> str:
    return "" if node.base is None else f"FROM {node.base.value}"


def _keywords(model: Model, offset: int) -> tuple[Completion, ...]:
    """The instructions, in the case of the file; only where nothing but the beginning of a word stands before."""
    line_start = model.tree.text.rfind("\n", 0, offset) + 1
    typed = model.tree.text[line_start:offset].lstrip()
    if typed and not typed.isalpha():
        return ()
    instructions = model.tree.instructions
    lower = bool(instructions) and instructions[0].raw_keyword.islower() and instructions[0].keyword in KEYWORDS
    span = Span(offset - len(typed), offset)
    return tuple([Completion(word.lower() if lower else word, "keyword", "", span) for word in KEYWORDS])
