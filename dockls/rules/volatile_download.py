"""A RUN that fetches whatever is the newest at the time: a clone without a tag, an address with `latest` in it.

BuildKit looks a RUN up by its text. What is published later is not fetched as long as the cache has the step, and
another machine, whose cache is empty, builds something else from the same file. Name a tag, a commit or a version; an
ARG for it tells when to fetch again. `ADD https://….git#v1.2 /src` clones without a RUN, and `ADD` looks for news in
every build.

Nothing is said where a commit is checked out later in the stage, of addresses whose version stands in a variable, and
below an ARG that is there to break the cache (`CACHEBUST`).

```dockerfile
FROM alpine/git:v2.52.0
RUN git clone https://git.example.org/tools.git /tools
    ^^^^^^^^^ hint: what `git clone` fetches is cached by this text, however old it gets; check out a tag or a commit
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.execution import Executed, executed
from dockls.syntax import Place
from dockls.text import Span

_SETTLING = frozenset(("checkout", "reset", "switch", "fetch", "pull"))
_BRANCHES = frozenset(("main", "master", "HEAD", "trunk", "develop"))
#: hosts in whose addresses a folder is named like a branch because it is one
_HOSTS_OF_BRANCHES = frozenset(("github.com", "raw.githubusercontent.com", "gitlab.com", "codeload.github.com"))


@stage_rule(severity=Severity.HINT, theme="cache", group="strict")
def volatile_download(stage: Stage) -> Iterator[Finding]:
    """Look at the clones and downloads of a stage, the last one first."""
    if not any(instruction.keyword == "RUN" for instruction in stage.instructions):
        return
    from dockls.knowledge.command_words import unwrap

    settled = False
    for each in reversed(executed(stage)):
        if each.command.program not in ("git", "curl", "wget", "sudo"):
            continue
        command = unwrap(each.words)
        if command is None:
            continue
        if command.program == "git":
            settled = settled or bool(_SETTLING & set(command.words))
            found = None if settled else _clone(command.words)
        else:
            found = _download(command.program, command.words)
        if found is not None and not _breaks_cache(stage, each):
            yield _finding(each, command.start, *found)


def _finding(each: Executed, start: int, number: int, what: str, advice: str) -> Finding:
    """`start` is where the words behind the program begin, `number` counts from there."""
    last = each.word_span(min(start + number, len(each.words) - 1))
    span = Span(each.word_span(start - 1).start, last.end) if start > 0 and "git" in what else last
    return Finding(
        Place(each.instruction, span), f"what {what} fetches is cached by this text, however old it gets; {advice}"
    )


def _clone(words: tuple[str, ...]) -> tuple[int, str, str] | None:
    """A clone of another machine's repository where no tag is named: the number of `clone`."""
    if "clone" not in words[:5]:
        return None
    number = words.index("clone")
    options = words[number + 1 :]
    for position, word in enumerate(options):
        name, equals, value = word.partition("=")
        if name in ("--branch", "-b", "--revision"):
            value = value if equals else options[position + 1] if position + 1 < len(options) else ""
            if value not in _BRANCHES:
                return None
        elif word.startswith("-b"):
            return None
    if not any("://" in word or word.startswith("git@") for word in options):
        return None
    return number, "`git clone`", "check out a tag or a commit"


def _download(program: str, words: tuple[str, ...]) -> tuple[int, str, str] | None:
    """A download of whatever is the newest: the number of the address."""
    if program not in ("curl", "wget"):
        return None
    for number, word in enumerate(words):
        if _is_volatile(word):
            return number, f"`{program}`", "name a version"
    return None


def _is_volatile(address: str) -> bool:
    """Whether an address names the newest of something, or a file on a branch."""
    scheme, mark, rest = address.partition("://")
    if not mark or scheme not in ("http", "https"):
        return False
    host, *folders = rest.partition("?")[0].split("/")
    parts = [part for folder in folders for part in folder.replace("-", ".").replace("_", ".").split(".")]
    if "latest" in parts:
        return True
    return host in _HOSTS_OF_BRANCHES and any(folder.partition(".")[0] in _BRANCHES for folder in folders[2:])


def _breaks_cache(stage: Stage, each: Executed) -> bool:
    """Whether a variable is in force that is there to run the command again."""
    from dockls.knowledge import is_cache_buster

    return any(is_cache_buster(name) for name in stage.state_before(each.instruction).arguments)
