"""The diagnostics of a document as JSON text, made again only for the stages that an edit has reached."""

from __future__ import annotations

from dockls.server.transport import Encoded, encoded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dockls.engine import Diagnostic
    from dockls.server.transport import Json
    from dockls.syntax import Dockerfile, Section

    Found = tuple[Diagnostic, ...]
    #: the line and column where a section starts
    Start = tuple[int, int]


class Fragments:
    """What was made of each section of one document the last time."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Section, tuple[Found, Start, Encoded]] = {}

    def joined(self, tree: Dockerfile, found: Sequence[Found], convert: Callable[[Diagnostic], Json]) -> Encoded:
        """The JSON list of all diagnostics; `found` are those of each section, as `check_sections` gives them.

        A section's text is taken from the last time where the section, its diagnostics (both the same objects) and
        its place are what they were, and no diagnostic of it points into another section.
        """
        before, self._kept = self._kept, {}
        texts: list[str] = []
        line = 0
        for section, diagnostics, offset in zip(tree.sections, found, tree.starts, strict=False):
            if diagnostics:
                start = (line, 0 if line else offset)
                known = before.get(section)
                if known is None or known[0] is not diagnostics or known[1] != start:
                    text = Encoded(",".join([encoded(convert(diagnostic)) for diagnostic in diagnostics]))
                    known = (diagnostics, start, text)
                texts.append(known[2])
                if all(_is_inside(section, diagnostic) for diagnostic in diagnostics):
                    self._kept[section] = known
            line += section.lines.breaks
        return Encoded(f"[{','.join(texts)}]")


def _is_inside(section: Section, diagnostic: Diagnostic) -> bool:
    """Whether all places of a diagnostic lie in the section."""
    finding = diagnostic.finding
    places = [finding.place, *[related.place for related in finding.related]]
    return all(section.offset_of(place.item) is not None for place in places)
