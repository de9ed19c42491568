"""A Go stage installs a C compiler or Git, though nothing in it calls that.

With `CGO_ENABLED=0`, Go compiles no C and links without a C compiler: `gcc`, `build-base` and `musl-dev` cost a
download of up to 200 MB and are never called. Git is called for modules that Go does not get from its proxy, and to
write the commit into the program where the sources are a Git repository; without one it is in nobody's way.

Told are stages of `golang` images in which all other commands are known to need neither, a compiler where every Go
command runs with `CGO_ENABLED=0`. Nothing is said where a script or `make` is run, and where another stage starts from
this one. Git is told only where a `.git` certainly does not come along, or where `-buildvcs=false` says that nobody
wants the commit, and not where settings (`GOPROXY`, `GOPRIVATE`), a secret, an SSH mount, or a module of an unusual
host tell that modules may come from elsewhere. A build context that is a clone of a repository brings its `.git` with
`COPY . .`, unless `.dockerignore` keeps it out; one that BuildKit clones itself has none.

```dockerfile
FROM golang:1.26-alpine AS build
RUN apk add --no-cache git build-base
                           ^^^^^^^^^^ hint: `build-base` is not used: every `go` command here runs with CGO_ENABLED=0
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
```

->

```dockerfile
FROM golang:1.26-alpine AS build
RUN apk add --no-cache git
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
```
"""

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from dockls import edits
from dockls.rooms import Finding, Fix, Related, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.compatibility import base_facts, variable_of, version_numbers
from dockls.semantics.execution import Executed, executed, executed_by
from dockls.semantics.files import copies_of
from dockls.semantics.mounts import mounts_of
from dockls.syntax import Instruction, Place
from dockls.text import Edit, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.knowledge import PackageInstall

_COMPILERS = frozenset(("gcc", "g++", "build-base", "build-essential", "clang", "musl-dev", "libc-dev", "libc6-dev"))
#: subcommands of Go that compile, and those that call nothing else
_BUILDING = frozenset(("build", "install", "test", "vet", "run", "list"))
_QUIET = frozenset(("mod", "env", "version", "clean", "fmt", "get"))
#: those that run programs of the project, or may fetch without modules
_RUNNING = frozenset(("test", "run", "generate", "tool", "get"))
#: besides the everyday programs, those that compile nothing
_HARMLESS = frozenset(
    ("apt-get", "apt", "apk", "echo", "printf", "true", ":", "curl", "wget", "date", "update-ca-certificates", "rm",
     "git", "upx", "ssh-keyscan", "file", "ldd")
)  # fmt: skip
#: programs that use Git, or prepare its use
_OF_GIT = frozenset(("git", "ssh-keyscan"))
#: words that tell of modules from elsewhere than Go's proxy, or of Git's own settings
_ELSEWHERE = ("GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUM", "GOINSECURE", "GOSUMDB", "GOAUTH", "GOVCS", "GO111MODULE",
              "GIT_", ".git", "netrc", "ssh", "type=secret", "keep-git-dir", "buildvcs=true")  # fmt: skip
#: hosts of modules that the proxy has
_PUBLIC = frozenset(
    ("github.com", "gitlab.com", "golang.org", "google.golang.org", "cloud.google.com", "gopkg.in", "go.uber.org",
     "k8s.io", "sigs.k8s.io", "gorm.io", "modernc.org", "go.opentelemetry.io", "go.mongodb.org", "go.etcd.io",
     "honnef.co", "mvdan.cc", "entgo.io", "filippo.io", "bitbucket.org")
)  # fmt: skip
_FIRST_WITH_MODULES = (1, 16)


class _Candidate(NamedTuple):
    """What a stage installs, a command that builds without it, and whether compilers and Git may be left out.

    `stamps` tells that Git is needed all the same where a `.git` comes along.
    """

    installs: "tuple[tuple[Executed, PackageInstall], ...]"
    build: Executed
    compilers: bool
    git: bool
    stamps: bool


@file_rule(severity=Severity.HINT, theme="size", group="strict")
def unneeded_build_package(model: Model) -> Iterator[Finding]:
    """Look at stages of Go images that nothing starts from."""
    parents = {stage.parent for stage in model.stages}
    for stage in model.stages:
        candidate = stage.once(_candidate)
        if candidate is not None and stage not in parents and stage is not model.target:
            yield from _of_stage(model, stage, candidate)


def _of_stage(model: Model, stage: Stage, candidate: _Candidate) -> Iterator[Finding]:
    reasons: dict[str, str] = {}
    if candidate.compilers:
        reasons |= dict.fromkeys(_COMPILERS, "every `go` command here runs with CGO_ENABLED=0")
    if candidate.git and not (candidate.stamps and _may_bring_repository(model, stage)):
        reasons["git"] = "modules come from Go's proxy, and no commit is written into the program"
    for command, install in candidate.installs:
        yield from _of_install(stage, command, install, candidate.build, reasons)


def _candidate(stage: Stage) -> _Candidate | None:
    """What the stage alone tells; None where it needs all that it installs."""
    from dockls.knowledge import package_install

    facts = base_facts(stage)
    named = any(name in stage.section.text for name in ("git", *_COMPILERS))
    if not named or facts is None or facts.family != "golang":
        return None
    commands = executed(stage)
    installs = tuple([(one, found) for one in commands if (found := package_install(one.words)) is not None])
    packages = {package for _, found in installs for package in found.packages}
    runs = [one for one in stage.instructions if one.keyword == "RUN"]
    builds = [one for one in commands if one.words[0] == "go" and one.words[1:2] and one.words[1] in _BUILDING]
    if not builds or len({one.instruction for one in commands}) < len(runs):
        return None
    compilers = bool(packages & _COMPILERS) and all(_is_harmless(stage, one) for one in commands)
    git = "git" in packages and _does_without_git(stage, commands)
    stamps = not all("-buildvcs=false" in one.words or any("@" in word for word in one.words) for one in builds)
    return _Candidate(installs, builds[0], compilers, git, stamps) if compilers or git else None


def _is_harmless(stage: Stage, command: Executed) -> bool:
    """Whether a command is known to need no C compiler."""
    words = command.words
    if words[0] == "go":
        subcommand = words[1] if len(words) > 1 else "version"
        without_c = subcommand in _BUILDING and variable_of(stage, command, "CGO_ENABLED") == "0"
        return subcommand in _QUIET or (without_c and "-race" not in words)
    return _is_everyday(words)


def _is_everyday(words: tuple[str, ...]) -> bool:
    from dockls.knowledge import is_plain
    from dockls.knowledge.system_commands import is_account_command

    return words[0] in _HARMLESS or is_account_command(words[0]) or is_plain(words)


def _does_without_git(stage: Stage, commands: tuple[Executed, ...]) -> bool:
    """Whether neither modules nor other commands need Git."""
    facts = base_facts(stage)
    version = version_numbers((facts.version if facts else None) or "")
    if len(version) > 1 and version[:2] < _FIRST_WITH_MODULES:
        return False
    texts = [one.text.replace(".gitignore", "") for each in stage.chain for one in each.section.instructions]
    if any(word in text for text in texts for word in _ELSEWHERE) or not _is_all_public(stage, commands):
        return False
    for command in commands:
        words = command.words
        if words[0] != "go" and (words[0] in _OF_GIT or not _is_everyday(words)):
            return False
        if words[0] == "go" and len(words) > 1 and words[1] in _RUNNING:
            return False
    return True


def _is_all_public(stage: Stage, commands: tuple[Executed, ...]) -> bool:
    """Whether all modules that are named are of hosts which everybody can reach."""
    named = [word for one in commands if one.words[0] == "go" for word in one.words[2:] if "@" in word]
    copied = [source for copy in copies_of(stage) for source in copy.sources if source.endswith("go.mod")]
    for path in dict.fromkeys(("go.mod", *copied)):
        for line in (stage.context.read(path) or "").splitlines():
            words = line.partition("//")[0].removeprefix("require").split()
            if len(words) == 2 and words[1].startswith("v"):
                named.append(words[0])
    return all(name.partition("/")[0] in _PUBLIC for name in named)


def _may_bring_repository(model: Model, stage: Stage) -> bool:
    """Whether a `.git` may come into the stage from the build context, or from a stage that it came into."""
    if stage.context.exists(".git") is False or stage.context.ignored(".git").ignored:
        return False
    waiting, seen = list(stage.chain), set[int]()
    while waiting:
        each = waiting.pop()
        if each.index in seen:
            continue
        seen.add(each.index)
        for copy in copies_of(each):
            if copy.stage is not None:
                waiting += model.stages[copy.stage].chain
            elif not copy.from_image and any(_holds_repository(copy.instruction, source) for source in copy.sources):
                return True
        if any(_shows_repository(one) for one in each.instructions if one.keyword == "RUN"):
            return True
    return False


def _holds_repository(instruction: Instruction, source: str) -> bool:
    """Whether a source of COPY takes a `.git` at the top of the build context along."""
    first = posixpath.normpath("/" + source).strip("/").partition("/")[0]
    excluded = "--exclude=.git" in instruction.text
    return not excluded and (first in ("", ".git") or "$" in first or _matches_repository(first))


def _matches_repository(pattern: str) -> bool:
    from dockls.project.wildcards import BadPatternError, go_match

    try:
        return go_match(pattern).matches(".git")
    except BadPatternError:
        return False


def _shows_repository(run: Instruction) -> bool:
    mounts = [mount for mount in mounts_of(run) if mount.kind == "bind"]
    return any("from" in mount.fields or _holds_repository(run, mount.source) for mount in mounts)


def _of_install(
    stage: Stage, command: Executed, install: "PackageInstall", build: Executed, reasons: Mapping[str, str]
) -> Iterator[Finding]:
    remaining = [name for name in install.packages if name not in reasons]
    for name, index in zip(install.packages, install.indexes, strict=True):
        if name not in reasons:
            continue
        span = command.word_span(index)
        removed = Span(command.word_span(index - 1).end, span.end)
        instruction = command.instruction
        fixes: tuple[Fix, ...] = ()
        if remaining and "#" not in instruction.text[removed.start : removed.end]:
            fixes = (Fix(f"Do not install {name}", partial(_without, instruction, removed), safe=False),)
        elif not remaining and install.packages == (name,) and _does_nothing_else(stage, instruction):
            fixes = (Fix(f"Do not install {name}", edits.deleting(instruction), safe=False),)
        related = (Related(build.place, "calls no Git" if name == "git" else "compiles no C"),)
        yield Finding(Place(instruction, span), f"`{name}` is not used: {reasons[name]}", related, fixes)


def _does_nothing_else(stage: Stage, run: Instruction) -> bool:
    """Whether a RUN only installs packages."""
    return all(one.words[0] in ("apk", "apt-get", "apt", "rm") for one in executed_by(stage, run))


def _without(instruction: Instruction, removed: Span, model: Model) -> list[Edit]:
    return [Edit(removed.shifted(model.start_of(instruction)), "")]
