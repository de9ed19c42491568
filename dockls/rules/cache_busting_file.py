"""A file that changes with every commit or build is copied above an install that does not need it.

Each step below a COPY runs again when one of the files it takes changes. `.git`, a changelog or a file with the number
of the build changes every time, so the install below is never taken from the cache. Copy it where it is read.

Told are `.git`, changelogs, and files whose name speaks of the commit or the build, if they are copied on their own
and a later RUN only installs packages: those of the system, or those that a manifest names. Nothing is said where a
command between may read the file.

```dockerfile
FROM node:24
WORKDIR /app
COPY build-info.json ./
     ^^^^^^^^^^^^^^^ hint: `build-info.json` changes with every build and makes `npm ci` run again; copy it below
COPY package.json package-lock.json ./
RUN npm ci
COPY src ./src
```
"""

import posixpath
from collections.abc import Iterator

from dockls.rooms import Finding, Related, Severity, stage_rule
from dockls.semantics import Stage
from dockls.semantics.environment_reads import brings_packages, called, looks_up
from dockls.semantics.execution import Executed, executed_by
from dockls.semantics.first_line import on_first_line
from dockls.syntax import Instruction

#: stems of names of files that builds write anew, and files that every commit changes
_BUILDS = frozenset(
    ("build-info", "buildinfo", "build_info", "git-info", "gitinfo", "build-number", "build-id", "git-sha")
)
_COMMITS = frozenset((".git", "changelog", "changes", "history", "commit", "commit_sha", "git_commit", "git-commit"))


@stage_rule(severity=Severity.HINT, theme="cache")
def cache_busting_file(stage: Stage) -> Iterator[Finding]:
    """Look for COPY of such files alone, then for an install before anything may read them."""
    for number, instruction in enumerate(stage.instructions):
        if instruction.keyword != "COPY" or instruction.parsed.flag("from") is not None or len(instruction.words) < 2:
            continue
        kinds = [_kind(word.value) for word in instruction.words[:-1]]
        kind = kinds[0]
        if kind is None or None in kinds:
            continue
        install = _next_install(stage, stage.instructions[number + 1 :])
        if install is not None:
            name = instruction.words[0].value
            message = f"`{name}` changes with every {kind} and makes `{called(install.words)}` run again; copy it below"
            related = (Related(install.place, "runs again every time"),)
            yield Finding(on_first_line(instruction, instruction.words[0].span), message, related)


def _kind(source: str) -> str | None:
    """What changes the file: a build or a commit; None for any other."""
    name = posixpath.basename(source.rstrip("/")).lower()
    stem = name if name == ".git" else name.partition(".")[0]
    if stem in _BUILDS:
        return "build"
    return "commit" if stem in _COMMITS or "/.git/" in f"/{source}/" else None


def _next_install(stage: Stage, below: tuple[Instruction, ...]) -> Executed | None:
    """The first command of the next RUN, if all of them only install."""
    for instruction in below:
        if instruction.keyword == "ONBUILD" or instruction.heredocs:
            return None
        if instruction.keyword == "RUN":
            commands = executed_by(stage, instruction)
            if not commands or any(looks_up(one.words) for one in commands):
                return None
            install = next((one for one in commands if brings_packages(one.words)), None)
            if install is not None:
                return install
    return None
