"""The tree as JSON and as text, for ``dockls parse``. Lines are 1-based and end at ``\\n`` only, as BuildKit counts."""

from typing import Any

from dockls.syntax.items import Directive, Instruction, Item
from dockls.syntax.parsed import KEYWORDS, Parsed
from dockls.syntax.tree import Dockerfile
from dockls.syntax.validation import document_problems, problems, uses_custom_frontend

VERSION = 1


def dump(tree: Dockerfile, path: str) -> dict[str, Any]:
    """The object that ``dockls parse --format json`` prints for one file; `path` is repeated as given.

    The trigger of an ONBUILD stands in the place of the ONBUILD: keyword, flags and arguments are the trigger's and
    ``onbuild`` is true. ``arguments`` are the words as BuildKit's parser yields them.
    """
    lines = _first_lines(tree)
    return {
        "version": VERSION,
        "path": path,
        "directives": tree.directives,
        "instructions": [_instruction(instruction, lines[instruction]) for instruction in tree.instructions],
        "stages": _stages(tree, lines),
        "errors": _errors(tree, lines),
    }


def _first_lines(tree: Dockerfile) -> dict[Item, int]:
    lines: dict[Item, int] = {}
    line = 1
    for item in tree.items:
        lines[item] = line
        line += item.text.count("\n")
    return lines


def _last_line(item: Item, first: int) -> int:
    return first + item.text.count("\n") - item.text.endswith("\n")


def _instruction(instruction: Instruction, line: int) -> dict[str, Any]:
    parsed = instruction.effective
    return {
        "keyword": _keyword(parsed),
        "flags": [flag.text for flag in parsed.flags],
        "arguments": list(parsed.arguments),
        "json": parsed.is_json,
        "heredocs": _heredocs(instruction),
        "start_line": line,
        "end_line": _last_line(instruction, line),
        "onbuild": instruction.inner is not None,
        "text": instruction.text.rstrip("\r\n"),
    }


def _keyword(parsed: Parsed) -> str:
    return parsed.keyword if parsed.keyword in KEYWORDS else parsed.raw_keyword


def _heredocs(instruction: Instruction) -> list[dict[str, Any]]:
    """Content as written: ``strip_tabs`` says that its leading tabs go when it is used."""
    return [
        {
            "name": heredoc.name,
            "content": instruction.text[heredoc.content_span.start : heredoc.content_span.end],
            "expand": heredoc.expand,
            "strip_tabs": heredoc.strip_tabs,
        }
        for heredoc in instruction.heredocs
    ]


def _stages(tree: Dockerfile, lines: dict[Item, int]) -> list[dict[str, Any]]:
    """The stages from FROM to the last line of their last instruction; what a broken FROM does not say is null."""
    stages: list[dict[str, Any]] = []
    for section in tree.sections[1:]:
        declaration, last = section.instructions[0], section.instructions[-1]
        words = [word.text for word in declaration.words]
        named = len(words) == 3 and words[1].lower() == "as"
        stages.append(
            {
                "index": len(stages),
                "name": words[2].lower() if named else None,
                "base": words[0] if words else None,
                "start_line": lines[declaration],
                "end_line": _last_line(last, lines[last]),
            }
        )
    return stages


def _errors(tree: Dockerfile, lines: dict[Item, int]) -> list[dict[str, Any]]:
    """What BuildKit refuses, at the line where the instruction starts; another frontend has rules of its own."""
    if uses_custom_frontend(tree):
        found = [(lines[item], problem.message) for item in tree.instructions for problem in item.problems]
    else:
        found = [(lines[item], problem.message) for item in tree.instructions for problem in problems(item)]
        for place, problem in document_problems(tree):
            line = lines[place.item] if place else max(1, tree.text.count("\n") + (not tree.text.endswith("\n")))
            found.append((line, problem.message))
    return [{"line": line, "message": message} for line, message in sorted(found)]


def tree(tree: Dockerfile) -> str:
    """An indented print of the tree for people: one line an item with its 1-based lines, its parts below it."""
    lines = _first_lines(tree)
    printed: list[str] = []
    for number, section in enumerate(tree.sections):
        if section.items:
            printed.append(f"stage {number - 1}" if number else "preamble")
        for item in section.items:
            first, last = lines[item], _last_line(item, lines[item])
            where = f"{first}" if first == last else f"{first}-{last}"
            printed.append(f"  {where:>7}  {_headline(item)}")
            if isinstance(item, Instruction):
                printed += [f"{'':13}{part}" for part in _parts(item.parsed)]
                printed += [f"{'':13}{part}" for part in _heredoc_parts(item)]
                printed += [f"{'':13}problem: {problem.message}" for problem in problems(item)]
    printed += [f"problem: {problem.message}" for _, problem in document_problems(tree)]
    return "".join([f"{line}\n" for line in printed])


def _headline(item: Item) -> str:
    if isinstance(item, Instruction):
        return _keyword(item.parsed)
    if isinstance(item, Directive):
        return f"directive {item.name} = {item.value}"
    content = item.text.strip()
    kind = {"ByteOrderMark": "byte order mark", "Blank": "blank line"}.get(type(item).__name__)
    return kind or f"comment {content}"


def _parts(parsed: Parsed) -> list[str]:
    parts = [f"flag {flag.text!r}" for flag in parsed.flags]
    if parsed.inner is not None:
        return [*parts, f"trigger {_keyword(parsed.inner)}", *[f"  {part}" for part in _parts(parsed.inner)]]
    if parsed.pairs:
        return parts + [
            f"name {pair.name!r}" + ("" if pair.value is None else f" value {pair.value!r}") for pair in parsed.pairs
        ]
    form = "json word" if parsed.is_json else "word"
    return parts + [f"{form} {word.value!r}" for word in parsed.words]


def _heredoc_parts(instruction: Instruction) -> list[str]:
    return [
        f"heredoc {heredoc.name!r}"
        + ("" if heredoc.expand else " literal")
        + (" strip tabs" if heredoc.strip_tabs else "")
        + f" {heredoc.content!r}"
        for heredoc in instruction.heredocs
    ]
