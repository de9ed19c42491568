"""The analysis of the open documents: from a tree to LSP diagnostics."""

from __future__ import annotations

from dockls.server.conversion import diagnostic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dockls.server.documents import Document
    from dockls.server.session import Session
    from dockls.server.transport import Json

_ERROR = 1


class SyntaxAnalyzer:
    """Reports what BuildKit's parser would refuse."""

    def __init__(self, session: Session) -> None:
        self._client = session.client

    def diagnostics(self, document: Document) -> list[Json]:
        """The syntax errors of the document."""
        tree = document.tree
        found = []
        for instruction in tree.instructions:
            start = tree.start_of(instruction) if instruction.problems else 0
            found += [
                diagnostic(self._client, document, problem.span.shifted(start), problem.message, severity=_ERROR)
                for problem in instruction.problems
            ]
        return found

    def forget_surroundings(self) -> None:
        """Nothing around a document matters to its syntax."""


def make_analyzer(session: Session) -> SyntaxAnalyzer:
    """The analyzer of the product."""
    return SyntaxAnalyzer(session)
