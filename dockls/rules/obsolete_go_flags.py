"""Options of `go build` that have had no use since Go 1.10.

`-installsuffix` chose a folder for compiled packages, which Go has kept in its build cache since then. `-a` compiles
every package anew, the standard library included, and thereby throws the cache away that a cache mount or an earlier
step has filled. Programs built with and without cgo do not meet in the cache, so neither option is needed for
`CGO_ENABLED=0`.

Nothing is said in images of an older Go. Sources: go.dev/doc/go1.10#build, pkg.go.dev/cmd/go.

```dockerfile
FROM golang:1.26 AS build
ENV CGO_ENABLED=0
RUN go build -a -installsuffix cgo -o /app .
             ^^^^^^^^^^^^^^^^^^^^^ hint: `-a -installsuffix cgo` only slows the build down since Go 1.10 has a cache
```

->

```dockerfile
FROM golang:1.26 AS build
ENV CGO_ENABLED=0
RUN go build -o /app .
```
"""

from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.compatibility import base_facts
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place
from dockls.text import Span

_COMMANDS = frozenset(("build", "install", "test", "vet"))
_SUFFIX = "-installsuffix"
#: options whose value may stand apart
_WITH_VALUE = frozenset((
    "-C", "-asmflags", "-buildmode", "-compiler", "-count", "-coverpkg", "-exec", "-gccgoflags", "-gcflags",
    "-ldflags", "-mod", "-modfile", "-o", "-overlay", "-p", "-parallel", "-pgo", "-pkgdir", "-run", "-tags", "-timeout",
    "-toolexec",
))  # fmt: skip
_FIRST_WITH_CACHE = (1, 10)


@stage_rule(severity=Severity.HINT, theme="cache")
def obsolete_go_flags(stage: Stage) -> Iterator[Finding]:
    """Look at the options of go's commands."""
    for command in executed(stage):
        if command.command.program == "go" and len(command.words) > 2 and command.words[1] in _COMMANDS:
            for first, last in _obsolete(command.words):
                if not _is_old(stage):
                    yield _finding(command, first, last)


def _obsolete(words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """The first and last word of each run of options to be left out."""
    run: tuple[int, int] | None = None
    number = 2
    while number < len(words) and words[number].startswith("-"):
        taken = _length(words, number)
        if taken:
            run = (run[0] if run else number, number + taken - 1)
        elif run is not None:
            yield run
            run = None
        number += taken or 1 + (words[number] in _WITH_VALUE)
    if run is not None:
        yield run


def _length(words: tuple[str, ...], number: int) -> int:
    """How many words an obsolete option has; 0 of any other word."""
    word = words[number].removeprefix("-") if words[number].startswith("--") else words[number]
    if word == _SUFFIX:
        return min(len(words) - number, 2)
    return 1 if word in ("-a", "-a=true") or word.startswith(_SUFFIX + "=") else 0


def _is_old(stage: Stage) -> bool:
    """Whether Go is known to be older than its build cache."""
    known = base_facts(stage)
    if known is None or known.family != "golang":
        return False
    parts = (known.version or "").split(".")[:2]
    return len(parts) == 2 and all(one.isdecimal() for one in parts) and tuple(map(int, parts)) < _FIRST_WITH_CACHE


def _finding(command: Executed, first: int, last: int) -> Finding:
    instruction = command.instruction
    start, end = command.word_span(first).start, command.word_span(last).end
    before = command.word_span(first - 1).end
    shown = " ".join(command.words[first : last + 1])
    fixes: tuple[Fix, ...] = ()
    # A comment between continued lines would go as well.
    if "#" not in instruction.text[before:end]:
        fixes = (Fix(f"Remove `{shown}`", edits.replacing(Place(instruction, Span(before, end)), "")),)
    message = f"`{shown}` only slows the build down since Go 1.10 has a cache"
    return Finding(Place(instruction, Span(start, end)), message, fixes=fixes, unnecessary=True)
