"""A package of pip, npm or gem is installed in whatever version is the newest.

The same Dockerfile then builds another image next month, and breaks on a day when nobody has changed it. Name the
version, or better, a lock file: `pip install -r requirements.txt`, `npm ci`, `bundle install`.

Told are packages that are named in the command. Nothing is said of the tools for installing themselves (`pip`,
`setuptools`, `npm`), of addresses, files and variables, and where a constraints file is given.

```dockerfile
FROM python:3.14-slim
RUN pip install poetry
                ^^^^^^ hint: the version of `poetry` is that of the day; pin it, as in `poetry==1.2.3`
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_PIP = frozenset(("pip", "pip3"))
_TOOLS = frozenset(("pip", "setuptools", "wheel", "npm", "bundler"))
#: options of pip and npm with a value behind them, and those by which something else tells the versions
_WITH_VALUE = frozenset(
    ("-i", "--index-url", "--extra-index-url", "-t", "--target", "--prefix", "--root", "-f", "--find-links",
     "--timeout", "--retries", "--trusted-host", "--proxy", "--platform", "--python-version", "--registry", "-C",
     "--cache", "-w", "--workspace", "--python", "--cache-dir", "--only-binary", "--no-binary", "--progress-bar",
     "--src", "--log")
)  # fmt: skip
_TELLING = frozenset(("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "--group"))


@stage_rule(severity=Severity.HINT, theme="cache", aliases=("DL3013", "DL3016", "DL3028"), group="strict")
def unpinned_package(stage: Stage) -> Iterator[Finding]:
    """Look at the first package without a version of each command."""
    for command in executed(stage):
        example, number = _unpinned(command)
        if number is not None:
            name = command.words[number]
            message = f"the version of `{name}` is that of the day; pin it, as in `{name}{example}`"
            yield Finding(Place(command.instruction, command.word_span(number)), message)


def _unpinned(command: Executed) -> tuple[str, int | None]:
    """How a version is written, and the number of the first word that is a package without one, None if none is."""
    program, words = command.command.program, command.words
    if program in ("python", "python3") and words[1:3] == ("-m", "pip"):
        program, words = "pip", words[2:]
    skipped = len(command.words) - len(words)
    if program in _PIP and words[1:2] == ("install",) and not _TELLING & {*words}:
        return "==1.2.3", _first(words, "=<>~@ ", skipped)
    if program == "npm" and words[1:2] and words[1] in ("install", "i", "add"):
        return "@1.2.3", _first(words, "@", skipped)
    if program == "gem" and words[1:2] == ("install",) and not {"-v", "--version"} & {*words}:
        return ":1.2.3", None if any("--version=" in word for word in words) else _first(words, ":", skipped)
    return "", None


def _first(words: tuple[str, ...], marks: str, skipped: int) -> int | None:
    """The first operand that is a plain name without any of the marks behind its first letter."""
    for number in range(2, len(words)):
        word = words[number]
        if word.startswith("-") or words[number - 1] in _WITH_VALUE or word in _TOOLS or not word:
            continue
        if set(word) & set("$`*{\\:=<") or word.startswith((".", "/")) or word.endswith((".whl", ".gem")):
            continue
        # An npm package may be scoped: `@nestjs/cli`; any other slash is that of a path or a repository.
        if (word.startswith("@") or "/" not in word) and not set(word[1:].partition("[")[0]) & set(marks):
            return number + skipped
    return None
