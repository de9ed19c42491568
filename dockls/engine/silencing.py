"""Comments that silence one finding: what the quick fixes “Ignore …” write.

They join a comment that is there already, and, where the rule is one of BuildKit's checks, its directive: a second
``# check=`` is an error of the build.
"""

from collections.abc import Iterable
from functools import partial

from dockls import edits
from dockls.engine.checking import Diagnostic
from dockls.rooms import Fix, Rule
from dockls.semantics import Model
from dockls.syntax import ByteOrderMark, Comment, Directive, Instruction, Item
from dockls.text import Edit, Span


def silencings(model: Model, diagnostic: Diagnostic) -> tuple[Fix, ...]:
    """The ways to ignore the finding: for its instruction, its stage, its file, the narrowest first."""
    item, rule = diagnostic.finding.place.item, diagnostic.rule
    found: list[Fix] = []
    if isinstance(item, Instruction):
        found.append(Fix(f"Ignore {rule.name} for this instruction", partial(_above, item, "ignore", rule)))
        stage = model.stage_at(model.tree.start_of(item))
        if stage is not None:
            silence = partial(_above, stage.declaration, "ignore-stage", rule)
            found.append(Fix(f"Ignore {rule.name} in this stage", silence))
    found.append(Fix(f"Ignore {rule.name} in this file", partial(_at_top, rule)))
    return tuple(found)


def _above(instruction: Instruction, word: str, rule: Rule, model: Model) -> Iterable[Edit] | None:
    """The comment in the block directly above an instruction: one of the kind that is there, else a new first line."""
    comments = edits.leading_comments(model, instruction)
    joined = _joined(model, comments, word, rule)
    if joined is not None:
        return [joined]
    if instruction not in model.tree.sections[model.tree.section_at(model.start_of(instruction))].instructions:
        return None
    first: Item = comments[0] if comments else instruction
    indentation = first.text[: len(first.text) - len(first.text.lstrip(" \t"))]
    line = f"{indentation}# dockls: {word}[{rule.name}]"
    start = model.tree.start_of(first)
    return [Edit(Span(start, start), edits.lines(model, [line]))]


def _at_top(rule: Rule, model: Model) -> Iterable[Edit] | None:
    """The comment for the whole file: below the directives, which have to stand first."""
    head = model.tree.sections[0].items
    directives = [item for item in head if isinstance(item, Directive)]
    check = next((item for item in directives if item.name == "check"), None)
    if check is not None and rule.buildkit_check is not None and "skip=" in check.value:
        end = model.tree.start_of(check) + check.value_span.start + check.value.index("skip=") + len("skip=")
        return [Edit(Span(end, end), f"{rule.buildkit_check},")]
    comments = [item for section in model.tree.sections for item in section.items if isinstance(item, Comment)]
    joined = _joined(model, comments, "ignore-file", rule)
    if joined is not None:
        return [joined]
    start = 0
    for item in head:
        if not isinstance(item, Directive | ByteOrderMark):
            break
        start += len(item.text)
    if start and not model.tree.text[:start].endswith(("\n", "\ufeff")):
        return None
    return [Edit(Span(start, start), edits.lines(model, [f"# dockls: ignore-file[{rule.name}]"]))]


def _joined(model: Model, comments: Iterable[Comment], word: str, rule: Rule) -> Edit | None:
    """The rule's name put into a comment of that kind; None if there is none."""
    for comment in comments:
        content = comment.content
        if content.startswith(f"dockls: {word}[") and "]" in content:
            end = model.tree.start_of(comment) + comment.text.index("]")
            return Edit(Span(end, end), f", {rule.name}")
    return None
