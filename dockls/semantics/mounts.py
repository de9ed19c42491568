"""The mounts of a RUN (docs.docker.com/reference/dockerfile, RUN --mount)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dockls.semantics.interface import mount_fields
from dockls.syntax import Flag, Instruction, Word


class Mount(NamedTuple):
    """One ``--mount`` with a value; `fields` are as `mount_fields` gives them."""

    flag: Flag
    fields: Mapping[str, Word]

    @property
    def kind(self) -> str:
        """Its type as it is written, ``bind`` where none is."""
        return self._first("type") or "bind"

    @property
    def target(self) -> str:
        """Where it stands in the step, as it is written; "" if that is not said."""
        return self._first("target", "dst", "destination")

    @property
    def source(self) -> str:
        """What it shows, as it is written; "" for all of it."""
        return self._first("source", "src")

    @property
    def forgets(self) -> bool:
        """Whether nothing that is written there stays."""
        return self.kind == "tmpfs" or (self.kind == "bind" and bool({"rw", "readwrite"} & {*self.fields}))

    def _first(self, *names: str) -> str:
        return next((self.fields[name].text for name in names if name in self.fields), "")


def mounts_of(instruction: Instruction, flags: Sequence[Flag] | None = None) -> Iterator[Mount]:
    """The mounts of an instruction, or those among the `flags` of a trigger in it."""
    for flag in instruction.flags if flags is None else flags:
        if flag.name == "mount" and flag.value is not None:
            yield Mount(flag, mount_fields(instruction, flag))
