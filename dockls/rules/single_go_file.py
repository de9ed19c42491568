"""`go build` is given a single file and not a package.

`go build main.go` compiles that file alone: as soon as the package gets a second file, the build fails with
“undefined”, or leaves out what the other file registers. `go build .` compiles the package.

Where the build context is known, it is told only if there are other files of the package; else `main.go` is told, as a
hint. Nothing is said where the file is the only one that is copied, where several files or a pattern are given, and
where the other files are programs of their own. Source: pkg.go.dev/cmd/go, "Compile packages and dependencies".

```dockerfile
FROM golang:1.26 AS build
COPY . .
RUN go build -o app main.go
                    ^^^^^^^ hint: `go build main.go` leaves out all other files of its package; `go build .` does not
```

->

```dockerfile
FROM golang:1.26 AS build
COPY . .
RUN go build -o app .
```
"""

import posixpath
from collections.abc import Iterator

from dockls import edits
from dockls.rooms import Finding, Fix, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed, named_path
from dockls.semantics.files import copied_to, made
from dockls.syntax import Place

#: files of the context are read up to so many in one folder
_MOST_FILES = 50


@stage_rule(severity=Severity.HINT, theme="files")
def single_go_file(stage: Stage) -> Iterator[Finding]:
    """Look at what `go build` is given."""
    for command in executed(stage):
        number = _file(command)
        if number is None:
            continue
        known, others = _others(stage, command, command.words[number])
        if not others and (known or not command.words[number].endswith("main.go")):
            continue
        yield _finding(command, number, others)


def _file(command: Executed) -> int | None:
    """The number of the word that names the only file; None if there is none, or more."""
    from dockls.knowledge.command_words import unwrap

    words = command.words
    go = unwrap(words) if "go" in words else None
    if go is None or go.program != "go" or go.words[:1] not in (("build",), ("install",)):
        return None
    sources = [number for number, word in enumerate(words) if word.endswith(".go") and words[number - 1] != "-o"]
    if len(sources) != 1 or sources[0] != len(words) - 1:
        return None
    word = words[sources[0]]
    return None if word.startswith("-") or set(word) & set("*?[$`@") or word.endswith("_test.go") else sources[0]


def _others(stage: Stage, command: Executed, word: str) -> tuple[bool, tuple[str, ...]]:
    """Whether the files of the package are known, and their names but that of the file itself."""
    path = named_path(stage, command, word)
    entry = None if path is None else copied_to(stage, path) or made(stage, path)
    if path is None or entry is None:
        return False, ()
    if entry.kind == "file" or entry.path == path:
        return True, ()
    if entry.origin != "context" or entry.source is None or not stage.context.known:
        return entry.origin not in ("context", "stage"), ()
    source = posixpath.normpath(posixpath.join(entry.source.lstrip("/"), posixpath.relpath(path, entry.path)))
    folder, _, name = source.rpartition("/")
    own = stage.context.read(source)
    if own is None or _is_left_out(own):
        return True, ()
    listed = [each.rpartition("/")[2] for each in stage.context.entries(folder)][: 4 * _MOST_FILES]
    names = [each for each in listed if each.endswith(".go") and not each.endswith("_test.go") and each != name]
    return True, tuple([each for each in names[:_MOST_FILES] if _belongs(stage, posixpath.join(folder, each))])


def _belongs(stage: Stage, path: str) -> bool:
    """Whether a file is part of the package: no program of its own, and not left out by a constraint."""
    text = stage.context.read(path)
    return text is not None and "func main(" not in text and not _is_left_out(text)


def _is_left_out(text: str) -> bool:
    return "//go:build" in text or "// +build" in text


def _finding(command: Executed, number: int, others: tuple[str, ...]) -> Finding:
    word = command.words[number]
    folder = word.rpartition("/")[0]
    package = "." if folder in ("", ".") else folder if f"{folder}/".startswith(("/", "./", "../")) else f"./{folder}"
    place = Place(command.instruction, command.word_span(number))
    fixes: tuple[Fix, ...] = ()
    # The program is named after the file, unless something else is said.
    if any(one == "-o" or one.startswith("-o=") for one in command.words):
        fixes = (Fix(f"Build `{package}`", edits.replacing(place, package), safe=False),)
    verb = next(each for each in command.words if each in ("build", "install"))
    left_out = f"`{others[0]}`" if len(others) == 1 else "all other files of its package"
    message = f"`go {verb} {word}` leaves out {left_out}; `go {verb} {package}` does not"
    return Finding(place, message, fixes=fixes, severity=Severity.WARNING if others else None)
