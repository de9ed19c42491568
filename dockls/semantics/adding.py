"""Whether an ADD does nothing that COPY would not do.

ADD differs from COPY where a source is a URL or a Git repository, or a local file that is an archive: that one is
unpacked, by what is in it, not by its name (BuildKit frontend/dockerfile/dockerfile2llb/convert.go, ``dispatchCopy``;
docs.docker.com/reference/dockerfile, ADD). Files in a folder that is added stay packed.
"""

from typing import NamedTuple

from dockls.semantics.stage import Stage, expanded
from dockls.syntax import Instruction

_ARCHIVES = (".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".gz", ".bz2", ".xz", ".zst", ".lzma", ".tlz")
_REMOTE = ("http://", "https://", "git@", "git://", "ssh://", "github.com/")
#: flags that COPY has as well
_FLAGS = frozenset(("chown", "chmod", "link", "exclude"))


class Doubt(NamedTuple):
    """Why an ADD may do more than COPY: `source` is the word, `reason` a clause about it."""

    source: str
    reason: str


def doubt_of(stage: Stage, instruction: Instruction) -> Doubt | None:
    """What speaks against COPY in place of an ADD of the stage; None where they do the same."""
    for flag in instruction.flags:
        if flag.name not in _FLAGS:
            return Doubt(flag.text, "is for ADD only")
    state = stage.state_before(instruction)
    for word in instruction.words[:-1]:
        value = expanded(word.value, state, instruction.escape)
        if value is None:
            return Doubt(word.value, "may be a URL or an archive")
        if value.startswith(_REMOTE) or "://" in value:
            return Doubt(word.value, "is not in the build context")
        if value.lower().endswith(_ARCHIVES):
            return Doubt(word.value, "is an archive by its name, which ADD unpacks")
        if value.endswith("*") and _may_match_archive(stage):
            return Doubt(word.value, "may match an archive, which ADD unpacks")
    return None


def _may_match_archive(stage: Stage) -> bool:
    context = stage.context
    return not context.known or any(path.lower().endswith(_ARCHIVES) for path in context.files(""))
