"""A line that begins with no instruction.

BuildKit refuses the file. Most often a letter is wrong, or the line above lacks the `\\` that would continue it.

A file whose `# syntax=` line asks for another frontend than Docker's may use instructions of that frontend: nothing is
said of it. Of a template (`{{…}}`), which is no Dockerfile before it is rendered, the first place alone is told.

```dockerfile
FORM alpine
^^^^ error: `FORM` is no instruction; did you mean `FROM`?
RUN apk add curl
```

->

```dockerfile
FROM alpine
RUN apk add curl
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

#: what begins a line that was meant to continue the one above
_GOES_ON = ("&&", "||", "|", ";", "-", "\\", "`", ">")


@file_rule(severity=Severity.ERROR, theme="syntax")
def unknown_instruction(model: Model) -> Iterator[Finding]:
    """Look at every keyword that BuildKit does not know."""
    from dockls.syntax.parsed import KEYWORDS
    from dockls.syntax.validation import is_template, tree_problems, uses_custom_frontend

    found = [instruction for _, instruction, _ in tree_problems(model.tree) if instruction.keyword not in KEYWORDS]
    if not found or uses_custom_frontend(model.tree):
        return
    if is_template(model.tree):
        first = found[0]
        message = f"`{first.raw_keyword}` is no instruction; a template must be rendered before BuildKit can read it"
        yield Finding(Place(first, first.keyword_span), message)
        return
    for instruction in found:
        # The same finding after an edit elsewhere, so that nothing need be told anew.
        kept = instruction.memo.get(unknown_instruction.name)
        if kept is None:
            kept = instruction.memo[unknown_instruction.name] = _finding(instruction)
        yield kept


def _finding(instruction: Instruction) -> Finding:
    from dockls.syntax.parsed import KEYWORDS
    from dockls.syntax.suggestion import nearest

    written = instruction.raw_keyword
    place = Place(instruction, instruction.keyword_span)
    if written.startswith(_GOES_ON):
        mark = "back-tick" if instruction.escape == "`" else f"`{instruction.escape}`"
        message = f"`{written}` is no instruction; does the line above lack a {mark} at its end?"
        fix = Fix(f"Add a {mark} to the line above", lambda model: _continued(model, instruction), safe=False)
        return Finding(place, message, fixes=(fix,))
    meant = nearest(written, KEYWORDS, ignore_case=True)
    if meant is None:
        return Finding(place, f"`{written}` is no instruction, so BuildKit refuses the file")
    fix = Fix(f"Write `{meant}`", lambda model: [Edit(model.absolute(place), meant)], safe=False)
    return Finding(place, f"`{written}` is no instruction; did you mean `{meant}`?", fixes=(fix,))


def _continued(model: Model, instruction: Instruction) -> list[Edit] | None:
    """The line above gets an escape character at its end, if an instruction ends there."""
    start = model.start_of(instruction)
    above = model.instruction_at(start - 1) if start else None
    if above is None or above.heredocs:
        return None
    end = model.start_of(above) + len(above.text.rstrip())
    return [Edit(Span(end, end), " " + instruction.escape)]
