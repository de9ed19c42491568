"""What the tests of the syntax layer share: cases written in Markdown, the corpus, pictures of problems."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dockls.syntax import Dockerfile, Instruction, parse
from dockls.syntax.validation import document_problems, problems

SHARED = Path(os.environ.get("DOCKLS_SHARED", Path(__file__).parents[3] / "shared"))
CORPUS = SHARED / "corpus"


def markdown_cases(name: str) -> Iterator[tuple[str, list[str]]]:
    """Heading and fences (without the line end before the closing one) of every section of a file beside this one."""
    title, fences, fence = "", [], None
    for line in (Path(__file__).parent / name).read_text(encoding="utf-8").split("\n"):
        if fence is not None:
            if line.startswith("```"):
                fences.append("\n".join(fence))
                fence = None
            else:
                fence.append(line)
        elif line.startswith("```"):
            fence = []
        elif line.startswith("## "):
            if fences:
                yield title, fences
            title, fences = line[3:], []
    if fences:
        yield title, fences


def all_problems(tree: Dockerfile) -> list[tuple[int, int, str]]:
    """Absolute start, end and message of every problem, in order of place; those of the file itself at 0."""
    found = [
        (*problem.span.shifted(tree.start_of(instruction)), problem.message)
        for instruction in tree.instructions
        for problem in problems(instruction)
    ]
    for place, problem in document_problems(tree):
        found.append((*(tree.span_of(place) if place else (0, 0)), problem.message))
    return sorted(found)


def pictured(source: str) -> str:
    """The source with carets and the message under what is refused; tabs are not for such cases."""
    tree = parse(source)
    found = all_problems(tree)
    lines: list[str] = []
    offset = 0
    for line in source.split("\n"):
        lines.append(line)
        for start, end, message in found:
            if offset <= start <= offset + len(line):
                width = max(1, min(end, offset + len(line)) - start)
                lines.append(" " * (start - offset) + "^" * width + " " + message)
        offset += len(line) + 1
    return "\n".join(lines)


def without_pictures(text: str) -> str:
    """The source that `pictured` was drawn from."""
    return "\n".join([line for line in text.split("\n") if not line.lstrip(" ").startswith("^")])


def shape(tree: Dockerfile) -> list[list[tuple[str, str]]]:
    """All that parsing decides, section by section and item by item."""
    return [[(type(item).__name__, item.text) for item in section.items] for section in tree.sections]


def look_inside(tree: Dockerfile) -> None:
    """Ask every lazily computed question; each must have an answer."""
    for item in tree.items:
        if isinstance(item, Instruction):
            _ = item.flags, item.words, item.pairs, item.heredocs, item.problems, item.head_span, item.body_span
    all_problems(tree)


def corpus_json(name: str) -> Any:
    """A JSON file of the corpus."""
    return json.loads((CORPUS / name).read_text(encoding="utf-8"))


def real_files() -> Iterator[tuple[dict[str, Any], str]]:
    """Label and text of every real Dockerfile of the corpus."""
    with (CORPUS / "real" / "labels.jsonl").open(encoding="utf-8") as labels:
        for line in labels:
            label = json.loads(line)
            yield label, (CORPUS / "real" / label["file"]).read_bytes().decode("utf-8", "replace")
