"""What BuildKit refuses to read.

A wrong number of words, a missing `=`, a here-document without end, a value that a flag does not take: BuildKit stops
at the first of them, here all are told, in BuildKit's own words.

Unknown instructions, unknown flags, variables in `--from` and a FROM in the wrong case have rules of their own; of a
template (`{{…}}`) `unknown-instruction` says enough. Words with variables are judged by nobody before the build. An
empty file is not reported.

```dockerfile
FROM alpine AS
     ^^^^^^^^^ error: FROM requires either one or three arguments
RUN --mount=type=cahe,target=/root/.cache apk add curl
                 ^^^^ error: unsupported mount type "cahe" (did you mean cache?)
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, stage_in_other_case
from dockls.syntax import Instruction, Place, Problem
from dockls.text import Edit, Span

#: beginnings of messages about what has a rule of its own
_ELSEWHERE = (
    "unknown instruction",
    "unknown flag",
    "variable expansion is not supported for --from",
    "'from' doesn't support variable expansion",
)


@file_rule(severity=Severity.ERROR, theme="syntax")
def syntax_error(model: Model) -> Iterator[Finding]:
    """Gather the faults of the instructions, which are remembered, and those of the file as a whole."""
    from dockls.syntax.validation import document_problems, is_template, tree_problems

    found = tree_problems(model.tree)
    unknown = any(problem.message.startswith("unknown instruction") for _, _, problem in found)
    if unknown and is_template(model.tree):
        return
    for place, problem in document_problems(model.tree):
        if place is not None:
            yield Finding(place, problem.message)
    for number, instruction, problem in found:
        if not problem.message.startswith(_ELSEWHERE) and not _is_stage_in_other_case(model, number, instruction):
            # The same finding after an edit elsewhere, so that nothing need be told anew.
            key = (syntax_error.name, problem)
            if key not in instruction.memo:
                instruction.memo[key] = _finding(instruction, problem)
            yield instruction.memo[key]


def _is_stage_in_other_case(model: Model, number: int, instruction: Instruction) -> bool:
    if number == 0 or instruction.keyword != "FROM":
        return False
    base = model.graph.nodes[number - 1].base
    return base is not None and stage_in_other_case(model.graph, base) is not None


def _finding(instruction: Instruction, problem: Problem) -> Finding:
    return Finding(Place(instruction, problem.span), problem.message, fixes=_fixes(instruction, problem))


def _fixes(instruction: Instruction, problem: Problem) -> tuple[Fix, ...]:
    """Write what BuildKit suggests, where the word it means can be told."""
    _, hint, rest = problem.message.partition("(did you mean ")
    meant = rest.removesuffix("?)")
    if not hint or meant == rest:
        return ()
    place = Place(instruction, _misspelled(instruction, problem))
    return (Fix(f"Write `{meant}`", lambda model: [Edit(model.absolute(place), meant)], safe=False),)


def _misspelled(instruction: Instruction, problem: Problem) -> Span:
    """The place of the wrong word: a key is told with its value, all else by itself."""
    start, end = problem.span
    if problem.message.startswith("unexpected key"):
        equals = instruction.text.find("=", start, end)
        return Span(start, equals if equals >= 0 else end)
    return problem.span
