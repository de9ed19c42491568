"""Long lists that are sent as JSON text, made again only for the stages that an edit has reached."""

from __future__ import annotations

from dockls.server.transport import Encoded, encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from dockls.engine import Diagnostic
    from dockls.server.documents import Document
    from dockls.server.transport import Json
    from dockls.syntax import Section

    #: what is to be sent of one section: the same object as long as it is the same
    Part = tuple[Any, ...]


class Fragments:
    """What was made of each section of one document the last time."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Section, tuple[Part, tuple[int, int], str]] = {}

    @classmethod
    def of(cls, document: Document, name: str) -> Fragments:
        """Those that the document keeps of the lists of one name."""
        found = document.fragments.setdefault(name, cls())
        assert isinstance(found, Fragments)
        return found

    def joined(
        self,
        document: Document,
        parts: Sequence[Part],
        convert: Callable[[Part, int], Iterable[Json]],
        is_local: Callable[[Section, Part], bool] = lambda section, part: True,
    ) -> Encoded:
        """The JSON list of what `convert` makes of each section's part, given the section's offset as well.

        A section's text is taken from the last time where the section, its part (both the same objects) and its place
        are what they were; never where its part is not `is_local`, because it speaks of another section.
        """
        tree = document.tree
        before, self._kept = self._kept, {}
        texts: list[str] = []
        for number, part in enumerate(parts):
            if part:
                section, line, offset = tree.sections[number], tree.first_lines[number], tree.starts[number]
                start = (line, 0 if line else offset)
                known = before.get(section)
                if known is not None and known[0] is part and known[1] == start:
                    self._kept[section] = known
                else:
                    known = (part, start, ",".join([encoded(each) for each in convert(part, offset)]))
                    if is_local(section, part):
                        self._kept[section] = known
                texts.append(known[2])
        return Encoded(f"[{','.join(texts)}]")


def stays_inside(section: Section, diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether all places of diagnostics lie in a section."""
    return all(
        section.offset_of(place.item) is not None
        for diagnostic in diagnostics
        for place in (diagnostic.finding.place, *[related.place for related in diagnostic.finding.related])
    )
