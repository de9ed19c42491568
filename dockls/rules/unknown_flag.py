"""A flag that the instruction does not have.

BuildKit refuses the file. Flags stand directly behind the keyword: what stands behind the first other word belongs to
the command or the paths and is never taken for one.

A file whose `# syntax=` line asks for another frontend than Docker's may use flags of that frontend: nothing is said of
it.

```dockerfile
FROM golang AS build

FROM alpine
COPY --form=build /app /app
     ^^^^^^^^^^^^ error: COPY has no flag `--form`; did you mean `--from`?
```

->

```dockerfile
FROM golang AS build

FROM alpine
COPY --from=build /app /app
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model
from dockls.syntax import Flag, Instruction, Place
from dockls.text import Edit, Span


@file_rule(severity=Severity.ERROR, theme="syntax")
def unknown_flag(model: Model) -> Iterator[Finding]:
    """Look at every flag that BuildKit does not know."""
    from dockls.syntax.tables import FLAGS
    from dockls.syntax.validation import tree_problems, uses_custom_frontend

    at_span: dict[Instruction, dict[Span, Flag]] = {}
    for _, instruction, problem in tree_problems(model.tree):
        if not problem.message.startswith("unknown flag") or uses_custom_frontend(model.tree):
            continue
        known = FLAGS.get(instruction.keyword, {})
        if instruction not in at_span:
            at_span[instruction] = {flag.span: flag for flag in instruction.flags if flag.name not in known}
        flag = at_span[instruction].get(problem.span)
        if flag is not None:
            # The same finding after an edit elsewhere, so that nothing need be told anew.
            key = (unknown_flag.name, flag.span)
            if key not in instruction.memo:
                instruction.memo[key] = _finding(instruction, flag)
            yield instruction.memo[key]


def _finding(instruction: Instruction, flag: Flag) -> Finding:
    from dockls.syntax.suggestion import nearest
    from dockls.syntax.tables import FLAGS

    known = FLAGS.get(instruction.keyword, {})
    message = f"{instruction.keyword} has no flag `--{flag.name}`"
    place = Place(instruction, flag.span)
    meant = nearest(flag.name, known, ignore_case=True)
    if meant is not None:
        meant = meant.lower()
        name = Place(instruction, flag.name_span)
        fix = Fix(f"Write `--{meant}`", lambda model: [Edit(model.absolute(name), meant)], safe=False)
        return Finding(place, f"{message}; did you mean `--{meant}`?", fixes=(fix,))
    owners = [keyword for keyword, flags in FLAGS.items() if flag.name in flags]
    if owners:
        return Finding(place, f"{message}; it is one of {' and '.join(owners)}")
    if instruction.keyword in ("CMD", "ENTRYPOINT"):
        return Finding(place, f"{message}; in a JSON array it would be the program's")
    if not known:
        return Finding(place, f"{message}, nor any other")
    return Finding(place, f"{message}; it has {', '.join([f'`--{name}`' for name in known])}")
