"""A tool or a library is installed in whatever version is newest.

The next build may bring another one, with other behaviour; the cache hides that until it is emptied. A lock file, or a
version behind the name, makes builds repeatable.

Told are names without a version in `pip install`, `npm install -g`, `gem install`, and `go install` with `@latest`.
Nothing is said of files of requirements and constraints, folders, archives and addresses, of names with a variable, and
of pip, setuptools and wheel.

```dockerfile
FROM python:3.14-slim
RUN pip install --no-cache-dir poetry
                               ^^^^^^ hint: `poetry` is installed in the version that is newest on the day of the build
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place

_PIP = ("pip", "pip3", "pipx")
#: options whose next word is their value
_VALUED = frozenset(
    ("-r", "--requirement", "-c", "--constraint", "-t", "--target", "--prefix", "--root", "-i", "--index-url", "-f",
     "--extra-index-url", "--find-links", "--trusted-host", "--platform", "--python-version", "--cache-dir", "--src",
     "--timeout", "--retries", "--python", "-e", "--editable", "--registry", "--cache", "--abi", "--no-binary",
     "--only-binary", "--implementation", "--progress-bar", "--proxy", "--cert", "--log", "--group",
     "-n", "--bindir", "--install-dir", "-P", "--source", "-s", "--config-settings", "-C", "--upgrade-strategy",
     "--report", "--loglevel", "--omit", "--include", "--index", "--default-timeout", "--global-option")
)  # fmt: skip
_CONSTRAINED = ("-c", "--constraint", "PIP_CONSTRAINT", "--requirement=", "--no-index")
_GEM_VERSION = ("-v", "--version")
#: what is brought up to date as a matter of course
_TOOLS = frozenset(("pip", "setuptools", "wheel", "bundler", "npm", "corepack"))


@stage_rule(severity=Severity.HINT, theme="security", aliases=("DL3013", "DL3016", "DL3028", "DL3062"), group="strict")
def unpinned_package(stage: Stage) -> Iterator[Finding]:
    """Look for packages by name alone."""
    for command in executed(stage):
        for number in _unpinned(command):
            name = command.words[number].removesuffix("@latest")
            message = f"`{name}` is installed in the version that is newest on the day of the build"
            yield Finding(Place(command.instruction, command.word_span(number)), message)


def _unpinned(command: Executed) -> list[int]:
    """The numbers of the words that name a package without a version."""
    words, program = command.words, command.command.program
    start = 1
    if program.startswith("python") and words[1:3] == ("-m", "pip"):
        program, start = "pip", 3
    if program == "uv" and words[1:2] == ("pip",):
        program, start = "pip", 2
    numbers = _operands(words, start)
    if not numbers:
        return []
    subcommand, names = words[numbers[0]], numbers[1:]
    if program in _PIP and subcommand == "install":
        constrained = any(word.startswith(_CONSTRAINED) for word in words)
        return [] if constrained else [number for number in names if _is_plain(words[number], "=<>~!@")]
    if program == "npm" and subcommand in ("install", "i", "add") and {"-g", "--global"} & set(words):
        return [number for number in names if _is_plain(words[number].removeprefix("@").removesuffix("@latest"), "@")]
    if program == "gem" and subcommand in ("install", "i"):
        pinned = any(word.startswith(_GEM_VERSION) for word in words)
        return [] if pinned else [number for number in names if _is_plain(words[number], ":")]
    if program == "go" and subcommand == "install":
        return [number for number in names if words[number].endswith("@latest")]
    return []


def _operands(words: tuple[str, ...], start: int) -> list[int]:
    return [
        number
        for number in range(start, len(words))
        if not words[number].startswith("-") and (number == start or words[number - 1] not in _VALUED)
    ]


def _is_plain(name: str, version: str) -> bool:
    """Whether a word is the name of a package and nothing else."""
    if not name or name in _TOOLS or name.startswith((".", "/", "~")) or name.endswith((".whl", ".gz", ".tgz", ".gem")):
        return False
    inside = name.count("/") > 1 or ("/" in name and "@" not in version)
    return not inside and not any(sign in name for sign in (*version, "$", "*", "`", ":", "(", "{", "?", "#", "\\"))
