"""What BuildKit refuses beyond splitting an instruction into words, in BuildKit's words where it has some.

BuildKit stops at the first fault; here each fault of an instruction that can be told apart is named. A file that
BuildKit accepts has no problem.
"""

from dockls.syntax.argument_checks import CHECKS, flag_problems
from dockls.syntax.items import Directive, Instruction, Item, Place
from dockls.syntax.parsed import KEYWORDS, Problem
from dockls.syntax.suggestion import did_you_mean
from dockls.syntax.tree import Dockerfile, Section
from dockls.text import Span

#: BuildKit reads lines with Go's bufio.Scanner, whose tokens end below this many bytes (bufio.MaxScanTokenSize)
LONGEST_LINE = 64 * 1024

#: no text of fewer characters takes that many bytes in UTF-8
_LONG = LONGEST_LINE // 4

_OFFICIAL_FRONTENDS = ("docker/dockerfile", "docker/dockerfile-upstream")

#: Mustache, Go, Jinja, ERB
TEMPLATE_MARKS = ("{{", "{%", "<%")

FoundProblem = tuple[Place | None, Problem]


def problems(instruction: Instruction) -> tuple[Problem, ...]:
    """All that BuildKit refuses in one instruction; spans are relative to the item. Remembered on the item."""
    known: tuple[Problem, ...] | None = instruction.memo.get(problems)
    if known is None:
        known = instruction.memo[problems] = _problems(instruction)
    return known


def _problems(instruction: Instruction) -> tuple[Problem, ...]:
    parsed = instruction.parsed
    if parsed.keyword not in CHECKS and parsed.keyword not in KEYWORDS:
        hint = did_you_mean(parsed.raw_keyword, KEYWORDS, ignore_case=True)
        return (Problem(parsed.keyword_span, f"unknown instruction: {parsed.raw_keyword}{hint}"),)
    refused = instruction.problems
    if refused:
        # The words of an instruction that the parser refuses say nothing.
        return refused
    check = CHECKS.get(parsed.keyword)
    found = list(flag_problems(parsed))
    if check is not None:
        found += check(parsed, instruction.text)
    return tuple(found)


def section_problems(section: Section) -> tuple[tuple[Instruction, Problem], ...]:
    """All that BuildKit refuses in the instructions of a section, one by one; remembered on the section."""
    known: tuple[tuple[Instruction, Problem], ...] | None = section.memo.get(section_problems)
    if known is None:
        found: list[tuple[Instruction, Problem]] = []
        for item in section.instructions:
            # Asked again after every edit in the section: what is remembered costs no call.
            those = item.memo.get(problems)
            if those is None:
                those = problems(item)
            if those:
                found += [(item, problem) for problem in those]
        known = section.memo[section_problems] = tuple(found)
    return known


def tree_problems(tree: Dockerfile) -> tuple[tuple[int, Instruction, Problem], ...]:
    """All that BuildKit refuses in single instructions, with the number of the section; remembered on the tree."""
    known: tuple[tuple[int, Instruction, Problem], ...] | None = tree.memo.get(tree_problems)
    if known is None:
        refused: list[tuple[int, Instruction, Problem]] = []
        for number, section in enumerate(tree.sections):
            those = section.memo.get(section_problems)
            if those is None:
                those = section_problems(section)
            if those:
                refused += [(number, item, problem) for item, problem in those]
        known = tree.memo[tree_problems] = tuple(refused)
    return known


def is_template(tree: Dockerfile) -> bool:
    """Whether the file is refused because it is a template that some other program renders to a Dockerfile."""
    return any(
        mark in instruction.text
        for _, instruction, _ in tree_problems(tree)
        # Other instructions pass such marks on to programs: docker inspect --format '{{.Name}}'.
        if instruction.keyword == "FROM" or not instruction.keyword.isalpha()
        for mark in TEMPLATE_MARKS
    )


def document_problems(tree: Dockerfile) -> tuple[FoundProblem, ...]:
    """What BuildKit refuses in the file as a whole: directives, no stage, overlong lines.

    A problem without a place concerns the file as such.
    """
    found: list[FoundProblem] = []
    preamble = tree.sections[0]
    for item in preamble.items:
        if isinstance(item, Directive) and item.problem is not None:
            span = item.name_span if item.problem.startswith("only one") else item.value_span
            found.append((Place(item, span), Problem(span, item.problem)))
    for section in [section for section in tree.sections if section.length >= _LONG]:
        found += _overlong_lines(section)
    if len(tree.sections) == 1:
        found += _without_stage(preamble)
    found += _outside_stages(preamble)
    return tuple(found)


def _without_stage(preamble: Section) -> list[FoundProblem]:
    if not preamble.instructions:
        return [(None, Problem(Span(0, 0), "file with no instructions"))]
    if any(instruction.keyword != "ARG" for instruction in preamble.instructions):
        return []
    last = preamble.instructions[-1]
    return [(Place(last, last.span), Problem(last.span, "dockerfile contains no stages to build"))]


def _outside_stages(preamble: Section) -> list[FoundProblem]:
    """The first instruction above all FROMs that is no ARG; those below it fall with it."""
    for instruction in preamble.instructions:
        if instruction.keyword != "ARG":
            if instruction.keyword not in KEYWORDS:
                return []
            span = instruction.keyword_span
            return [(Place(instruction, span), Problem(span, "no build stage in current context"))]
    return []


def _overlong_lines(section: Section) -> list[FoundProblem]:
    known: list[FoundProblem] | None = section.memo.get(_overlong_lines)
    if known is None:
        known = [found for item in section.items for found in _overlong_line(item)]
        section.memo[_overlong_lines] = known
    return known


def _overlong_line(item: Item) -> list[FoundProblem]:
    if len(item.text) < _LONG:
        return []
    start = 0
    for line in item.text.split("\n"):
        if len(line.encode("utf-8", "surrogatepass")) >= LONGEST_LINE:
            span = Span(start, start + len(line))
            message = f"dockerfile line greater than max allowed size of {LONGEST_LINE - 1}"
            return [(Place(item, span), Problem(span, message))]
        start += len(line) + 1
    return []


def uses_custom_frontend(tree: Dockerfile) -> bool:
    """Whether ``# syntax=`` asks for another frontend than Docker's, which may know other instructions."""
    reference = tree.directives.get("syntax", "").partition(" ")[0]
    if not reference:
        return False
    name = reference.partition("@")[0]
    path, slash, last = name.rpartition("/")
    name = path + slash + last.partition(":")[0]
    for registry in ("docker.io/", "index.docker.io/"):
        name = name.removeprefix(registry)
    return name not in _OFFICIAL_FRONTENDS
