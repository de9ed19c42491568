"""A file is copied or mounted from a stage that has none.

A stage that starts from `scratch` and neither copies nor runs anything is empty, so the build fails with “not found”.

Nothing is said where all of the stage is copied (`COPY --from=empty / /`) or a pattern may match nothing: such a stage
is a place for a named context that may be left out. A stage that a known named context replaces is none either, and
which stage a variable in FROM selects is not certain. A context given on the command line alone
(`--build-context assets=…`) would make it right as well, therefore this is a warning. Source:
docs.docker.com/reference/cli/docker/buildx/build/#build-context.

```dockerfile
FROM scratch AS assets

FROM alpine:3.24
COPY --from=assets /dist /srv
            ^^^^^^ warning: stage `assets` holds no files: it starts from `scratch` and copies nothing
```
"""

from collections.abc import Iterator

from dockls.rooms import Finding, Linked, Related, Severity, linked_rule
from dockls.semantics import Resolution, Stage
from dockls.semantics.files import copies_of
from dockls.semantics.interface import Mention
from dockls.semantics.mounts import mounts_of
from dockls.syntax import Place
from dockls.text import Span

#: what leaves the files of an image as they are
_WITHOUT_FILES = frozenset(
    ("ARG", "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "SHELL", "STOPSIGNAL", "USER", "VOLUME")
)
_PATTERN = frozenset("*?[$")


@linked_rule(severity=Severity.WARNING, theme="files")
def empty_stage(linked: Linked) -> Iterator[Finding]:
    """Look at the stages that files are copied from."""
    copies = {copy.instruction: copy.sources for copy in copies_of(linked.stage) if copy.stage is not None}
    for reference in linked.stage.references:
        mention = reference.mention
        if reference.target is None or reference.resolution is not Resolution.STAGE or mention.onbuild:
            continue
        source = linked.stages[reference.target]
        if not _is_empty(source):
            continue
        paths = _mounted(mention) if mention.kind == "mount" else copies.get(mention.instruction, ())
        if any(_must_exist(path) for path in paths):
            declared = Place(source.declaration, source.declaration.head_span)
            message = f"stage {source.title} holds no files: it starts from `scratch` and copies nothing"
            yield Finding(mention.place, message, (Related(declared, "is empty"),))


def _mounted(mention: Mention) -> tuple[str, ...]:
    """What a bind mount shows of the stage; a cache may begin with nothing."""
    found = [mount for mount in mounts_of(mention.instruction) if _covers(mount.flag.span, mention.place.span)]
    return tuple([mount.source for mount in found if mount.kind == "bind"])


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _must_exist(path: str) -> bool:
    """Whether a step fails where the path is missing: it is not all of the stage, and no pattern."""
    return bool(path.strip("/.")) and not set(path) & _PATTERN and "<<" not in path


def _is_empty(stage: Stage) -> bool:
    """Whether it certainly has no file: all that it is made of is known and makes none."""
    root = stage.root.base
    if root is None or root.resolution is not Resolution.SCRATCH:
        return False
    chain = stage.chain
    if any(one.base is None or one.base.mention.has_variable for one in chain):
        return False
    return all(instruction.keyword in _WITHOUT_FILES for one in chain for instruction in one.instructions)
