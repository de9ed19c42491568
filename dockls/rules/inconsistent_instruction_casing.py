"""Keywords in capital and in small letters in one file, or in both at once.

BuildKit reads keywords in any case. What is written in one case throughout is found faster; capitals are the
convention. The rarer case is told, `Run` always. ARGs above the first FROM and unknown
keywords are not counted. The check is BuildKit's
`ConsistentInstructionCasing` (docs.docker.com/reference/build-checks/consistent-instruction-casing).

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache tini
copy server /server
^^^^ info: most keywords of this file are written in capitals
```

->

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache tini
COPY server /server
```
"""

from collections.abc import Iterator
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model
from dockls.syntax import Instruction, Place, Section
from dockls.syntax.parsed import KEYWORDS


class _Casing(NamedTuple):
    """How many keywords of a stage are in one case, and the instructions whose keyword is not."""

    lower: int
    upper: int
    not_lower: tuple[Instruction, ...]
    not_upper: tuple[Instruction, ...]


@file_rule(severity=Severity.INFORMATION, theme="style", aliases=("ConsistentInstructionCasing",))
def inconsistent_instruction_casing(model: Model) -> Iterator[Finding]:
    """Count the cases of all stages, then tell what differs."""
    stages = [_casing(section) for section in model.tree.sections[1:]]
    prefers_lower = sum(one.lower for one in stages) > sum(one.upper for one in stages)
    for stage in stages:
        for instruction in stage.not_lower if prefers_lower else stage.not_upper:
            written = instruction.raw_keyword
            wanted = written.lower() if prefers_lower else written.upper()
            place = Place(instruction, instruction.keyword_span)
            case = "small letters" if prefers_lower else "capitals"
            fix = Fix(f"Write `{wanted}`", edits.replacing(place, wanted))
            yield Finding(place, f"most keywords of this file are written in {case}", fixes=(fix,))


def _casing(section: Section) -> _Casing:
    found = section.memo.get(_Casing)
    if found is None:
        words = [(one, one.raw_keyword) for one in section.instructions if one.keyword in KEYWORDS]
        not_lower = tuple([one for one, word in words if word != word.lower()])
        not_upper = tuple([one for one, word in words if word != word.upper()])
        found = section.memo[_Casing] = _Casing(
            len(words) - len(not_lower), len(words) - len(not_upper), not_lower, not_upper
        )
    assert isinstance(found, _Casing)
    return found
