r"""`echo` is given `\n`, which shells print in different ways.

The `sh` of Debian, Ubuntu and Alpine makes a line end of it; bash prints a backslash and an `n`, and so does `sh` where
it is bash (Fedora, Red Hat). The file that is written this way breaks with another base image, or with a `SHELL` line.
`printf` does the same in every shell, and a here-document needs no `\n`. Source: pubs.opengroup.org, “echo”.

Nothing is said of `echo -e` and `$'…'`, which ask for it in bash.

```dockerfile
FROM rust:1.90
RUN echo 'fn main() {\n}' > src/main.rs
         ^^^^^^^^^^^^^^^^ hint: `sh` makes a line end of `\n`, bash does not; `printf` does in every shell
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import executed
from dockls.syntax import Place


@stage_rule(severity=Severity.HINT, theme="style", group="strict")
def backslash_in_echo(stage: Stage) -> Iterator[Finding]:
    """Look at the words of every `echo`."""
    for command in executed(stage):
        if command.command.program != "echo" or any(word[:1] == "-" and "e" in word for word in command.words[1:2]):
            continue
        for number in range(1, len(command.words)):
            text = command.command.words[number].text
            sign = "\\n" if "\\n" in text else "\\t"
            if sign in text and text[:1] in ("'", '"') and "\\\\" not in text:
                place = Place(command.instruction, command.word_span(number))
                made = "a line end" if sign == "\\n" else "a tab"
                yield Finding(place, f"`sh` makes {made} of `{sign}`, bash does not; `printf` does in every shell")
                break
