"""COPY or ADD of a file that `.dockerignore` keeps out of the build.

The build fails with “not found”, although the file is there. Either the line in the ignore file goes too far, or the
instruction is left over.

Only ignore files without `!` lines are looked at, as in BuildKit, whose check this is: `CopyIgnoredFile`
(docs.docker.com/reference/build-checks/copy-ignored-file).

```text .dockerignore
*.json
```

```dockerfile
FROM node:24
COPY package.json .
     ^^^^^^^^^^^^ error: `package.json` is kept out of the build by line 1 of `.dockerignore`, `*.json`
```
"""

from collections.abc import Iterator

from dockls.project import IgnoreFile
from dockls.project.context import cleaned
from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage, expanded
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction, Word


@stage_rule(severity=Severity.ERROR, theme="files", aliases=("CopyIgnoredFile",))
def ignored_copy_source(stage: Stage) -> Iterator[Finding]:
    """Compare the sources of COPY and ADD with the ignore file in force."""
    ignore_file: IgnoreFile | None = None
    for instruction in stage.instructions:
        if instruction.keyword not in ("COPY", "ADD") or instruction.parsed.flag("from") is not None:
            continue
        ignore_file = ignore_file or stage.context.ignore_file
        if ignore_file is None or any(pattern.negated for pattern in ignore_file.patterns):
            return
        for word in instruction.words[:-1]:
            yield from _told(stage, instruction, word, ignore_file)


def _told(stage: Stage, instruction: Instruction, word: Word, ignore_file: IgnoreFile) -> Iterator[Finding]:
    source = expanded(word.value, stage.state_before(instruction), instruction.escape)
    if source is None or "://" in source or source.startswith(("git@", "<<")):
        return
    path = cleaned(source)
    pattern = ignore_file.decide(path).pattern if path else None
    if not path:
        # The context itself is kept out by a line that any name matches.
        pattern = next((one for one in ignore_file.patterns if set(one.cleaned) == {"*"}), None)
    if pattern is None:
        return
    by = f"line {pattern.line} of `{ignore_file.path}`, `{pattern.text}`"
    place = on_first_line(instruction, word.span)
    if path:
        yield Finding(place, f"`{source}` is kept out of the build by {by}")
    else:
        yield Finding(
            place, f"nothing is copied: everything is kept out of the build by {by}", severity=Severity.WARNING
        )
