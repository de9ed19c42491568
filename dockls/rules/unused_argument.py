"""An ARG that nothing below it reads.

It promises a choice that there is not: whoever passes `--build-arg` with another value gets the same image. Its value
also belongs to what BuildKit looks up in its cache for every RUN below, so that `ARG TARGETPLATFORM` alone makes a
download run once for each platform.

An ARG is in the environment of every RUN below it, and scripts and builds may look it up there. Nothing is said where
a command below may do so, where the name stands anywhere below, also in a stage that starts from this one, where
tools or BuildKit itself read the name (`HTTP_PROXY`, `DEBIAN_FRONTEND`), where it is there to break the cache
(`CACHEBUST`), and where a build of the workspace passes it.

```dockerfile
FROM alpine:3.24
ARG TARGETPLATFORM
    ^^^^^^^^^^^^^^ hint: nothing below reads `TARGETPLATFORM`; its value only makes the steps below run again
RUN apk add --no-cache curl
```

->

```dockerfile
FROM alpine:3.24
RUN apk add --no-cache curl
```
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import NamedTuple

from dockls.rooms import Finding, Fix, Severity, file_rule
from dockls.semantics import Model, Stage
from dockls.semantics.platforms import is_platform_argument
from dockls.syntax import Instruction, Place
from dockls.syntax.parsed import Pair
from dockls.text import Edit

#: stages that start from a stage, directly or not; where there are more, nothing is said
_MOST = 30


@file_rule(severity=Severity.HINT, theme="variables")
def unused_argument(model: Model) -> Iterator[Finding]:
    """Look at the ARGs of all stages that are not read in the stage or in one that starts from it."""
    users: dict[Stage, list[Stage]] = {}
    for stage in model.stages:
        candidates = stage.listed(_candidates)
        if candidates:
            users = users or _users(model)
            yield from _of_stage(model, stage, candidates, users)


def _users(model: Model) -> dict[Stage, list[Stage]]:
    """The stages that start from each stage directly."""
    found: dict[Stage, list[Stage]] = {stage: [] for stage in model.stages}
    for stage in model.stages:
        if stage.parent is not None:
            found[stage.parent].append(stage)
    return found


def _of_stage(
    model: Model, stage: Stage, candidates: "tuple[_Candidate, ...]", users: dict[Stage, list[Stage]]
) -> Iterator[Finding]:
    heirs = _heirs(stage, users)
    if heirs is None:
        return
    below = _Below(set())
    for heir in heirs:
        for instruction in heir.instructions:
            below = _with(below, heir, instruction)
    for one in candidates:
        reads = below.reads_platform if is_platform_argument(one.pair.name) else below.reads_any
        if one.pair.name not in below.words and not reads and _is_free(model, one.pair.name):
            yield _finding(one.instruction, one.pair, one.has_steps or below.has_steps)


class _Candidate(NamedTuple):
    """An ARG that its own stage does not read; `has_steps` tells whether a RUN stands below it there."""

    instruction: Instruction
    pair: Pair
    has_steps: bool


def _candidates(stage: Stage) -> Iterable[_Candidate]:
    """The ARGs that the stage itself does not read."""
    declares = any(instruction.keyword == "ARG" for instruction in stage.instructions)
    return _unread(stage) if declares else ()


def _unread(stage: Stage) -> Iterator[_Candidate]:
    below, has_trigger = _Below(set()), False
    for instruction in reversed(stage.instructions):
        if instruction.keyword == "ARG" and not any("$" in (pair.value or "") for pair in instruction.pairs):
            for pair in instruction.pairs if not has_trigger else ():
                reads = below.reads_platform if is_platform_argument(pair.name) else below.reads_any
                if pair.name not in below.words and not reads:
                    yield _Candidate(instruction, pair, below.has_steps)
        has_trigger = has_trigger or instruction.keyword == "ONBUILD"
        below = _with(below, stage, instruction)


class _Below(NamedTuple):
    """What stands below a place: all words of it, and whether a RUN may look up a name of BuildKit's, or any other."""

    words: set[str]
    reads_platform: bool = False
    reads_any: bool = False
    has_steps: bool = False


def _with(below: _Below, stage: Stage, instruction: Instruction) -> _Below:
    from dockls.semantics.environment_reads import environment_reader

    below.words.update(_words(instruction))
    if instruction.effective.keyword != "RUN":
        return below
    reads_platform = below.reads_platform or environment_reader(stage, instruction, "TARGETPLATFORM") is not None
    reads_any = below.reads_any or environment_reader(stage, instruction, "") is not None
    return _Below(below.words, reads_platform, reads_any, True)


def _words(instruction: Instruction) -> frozenset[str]:
    """Everything in the text of an instruction that might be a name; remembered on it."""
    found = instruction.memo.get(unused_argument)
    if found is None:
        found = instruction.memo[unused_argument] = frozenset(re.findall(r"\w+", instruction.text))
    assert isinstance(found, frozenset)
    return found


def _heirs(stage: Stage, users: dict[Stage, list[Stage]]) -> list[Stage] | None:
    """Every stage that starts from this one, directly or not; None where there are too many to look at."""
    found = list(users.get(stage, ()))
    for heir in found:
        if len(found) > _MOST:
            return None
        found += users.get(heir, ())
    return found


def _is_free(model: Model, name: str) -> bool:
    """Whether nobody but the file itself is known to care for the name."""
    from dockls.knowledge import buildkit_arguments, is_cache_buster, is_read_by_tools, predefined_arguments

    if not name or not re.fullmatch(r"\w+", name) or name.startswith("BUILDKIT_") or name in buildkit_arguments():
        return False
    if name in predefined_arguments() or is_read_by_tools(name) or is_cache_buster(name):
        return False
    outside = model.surroundings
    return name not in outside.build_arguments and all(name not in build.arguments for build in outside.builds)


def _finding(instruction: Instruction, pair: Pair, has_steps: bool) -> Finding:
    consequence = "; its value only makes the steps below run again" if has_steps else ""
    message = f"nothing below reads `{pair.name}`{consequence}"
    fixes: tuple[Fix, ...] = ()
    if len(instruction.pairs) == 1:
        fixes = (Fix(f"Remove unused ARG {pair.name}", partial(_removed, instruction, pair.name), safe=False),)
    return Finding(Place(instruction, pair.name_span), message, fixes=fixes, unnecessary=True)


def _removed(instruction: Instruction, name: str, model: Model) -> list[Edit] | None:
    from dockls.rearranging import without_argument

    change = without_argument(model, instruction, name)
    return None if model.tree.edited([change]).directives != model.tree.directives else [change]
