"""Source to lossless tree: never fails, and re-parses what an edit touched. Knows no meaning.

``parse(text)`` gives a `Dockerfile`, whose items' texts joined are the source; ``tree.edited(edits)`` gives the
tree of the edited text and reuses every item that the edits did not touch, by identity.
"""

from dockls.syntax.items import (
    Blank,
    ByteOrderMark,
    Comment,
    Directive,
    Instruction,
    Item,
    Place,
)
from dockls.syntax.parsed import Flag, Heredoc, Pair, Parsed, Problem, Word
from dockls.syntax.tree import Dockerfile, Section, parse

__all__ = [
    "Blank",
    "ByteOrderMark",
    "Comment",
    "Directive",
    "Dockerfile",
    "Flag",
    "Heredoc",
    "Instruction",
    "Item",
    "Pair",
    "Parsed",
    "Place",
    "Problem",
    "Section",
    "Word",
    "parse",
]
