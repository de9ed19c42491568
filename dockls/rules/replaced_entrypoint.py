"""ENTRYPOINT begins with what the base image's ENTRYPOINT is.

distroless images of Java, Python and Node start their interpreter by themselves: `CMD ["/app.jar"]` is enough for
`java -jar /app.jar`. Written out, the line has to be changed with the image, and whatever the image adds to its own
ENTRYPOINT is lost.

Nothing is said where the words differ in more than the folder of the program, and where a CMD follows, which would have
to change too.

```dockerfile
FROM gcr.io/distroless/java21-debian13
COPY app.jar /app.jar
ENTRYPOINT ["java", "-jar", "/app.jar"]
             ^^^^^^^^^^^^ hint: the image starts `/usr/bin/java -jar` itself; `CMD ["/app.jar"]` is enough
```

->

```dockerfile
FROM gcr.io/distroless/java21-debian13
COPY app.jar /app.jar
CMD ["/app.jar"]
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Place
from dockls.text import Span


@stage_rule(severity=Severity.HINT, theme="style", group="style")
def replaced_entrypoint(stage: Stage) -> Iterator[Finding]:
    """Compare the only ENTRYPOINT of a stage with that of its image."""
    starting = [one for one in stage.instructions if one.keyword in ("CMD", "ENTRYPOINT")]
    if len(starting) != 1 or starting[0].keyword != "ENTRYPOINT" or not starting[0].is_json or stage.parent is not None:
        return
    instruction = starting[0]
    known = base_facts(stage)
    own = known.entrypoint if known is not None else None
    words = [word.value for word in instruction.words]
    if not own or len(words) <= len(own) or any("$" in word for word in words):
        return
    is_program = words[0] in (own[0], posixpath.basename(own[0]))
    if is_program and words[1 : len(own)] == list(own[1:]):
        span = Span(instruction.words[0].span.start, instruction.words[len(own) - 1].span.end)
        rest = ", ".join(f'"{word}"' for word in words[len(own) :])
        message = f"the image starts `{' '.join(own)}` itself; `CMD [{rest}]` is enough"
        yield Finding(on_first_line(instruction, span), message, fixes=_fixes(instruction, rest))


def _fixes(instruction: Instruction, rest: str) -> tuple[Fix, ...]:
    """CMD with what is left; none over several lines, where a comment may stand between."""
    text = instruction.text.rstrip("\r\n")
    if "\n" in text or "\\" in rest:
        return ()
    keyword = "CMD" if text[:10].isupper() else "cmd"
    place = Place(instruction, Span(instruction.keyword_span.start, len(text)))
    return (Fix(f"Write `CMD [{rest}]`", edits.replacing(place, f"{keyword} [{rest}]"), safe=False),)
