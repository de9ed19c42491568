"""`FROM` and `as` in different cases.

Keywords are read in any case, but a file is easier to scan when the two that belong together are written alike. A FROM
in mixed case is told by `inconsistent-instruction-casing` alone. The check is BuildKit's `FromAsCasing`
(frontend/dockerfile/instructions/parse.go).

```dockerfile
FROM golang:1.25 as build
                 ^^ info: `as` is not written like `FROM`
RUN go build -o /server .
```

->

```dockerfile
FROM golang:1.25 AS build
RUN go build -o /server .
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, instruction_rule
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place


@instruction_rule(severity=Severity.INFORMATION, theme="style", aliases=("FromAsCasing",))
def from_as_casing(instruction: Instruction) -> Iterator[Finding]:
    """Compare the case of the second word behind FROM with that of FROM."""
    words = instruction.words
    if instruction.keyword != "FROM" or len(words) < 3 or words[1].text.upper() != "AS":
        return
    keyword, word = instruction.raw_keyword, words[1].text
    if keyword not in (keyword.lower(), keyword.upper()):
        return
    wanted = "as" if keyword == keyword.lower() else "AS"
    if word != wanted:
        fix = Fix(f"Write `{wanted}`", edits.replacing(Place(instruction, words[1].span), wanted))
        place = on_first_line(instruction, words[1].span)
        yield Finding(place, f"`{word}` is not written like `{keyword}`", fixes=(fix,))
