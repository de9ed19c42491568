"""The shell commands inside RUN, CMD and HEALTHCHECK: what runs, with which words, joined how.

``parse`` reads plain shell text, ``neutralize`` turns the physical lines of a continued instruction into such a
text without moving a character, and ``scripts`` does both for an instruction. The grammar (tree-sitter-bash) is
loaded by the first ``parse``, never by importing this package.
"""

from dockls.shell.instruction import Piece, scripts
from dockls.shell.lines import neutralize
from dockls.shell.reader import parse
from dockls.shell.script import Command, Redirect, Script, ShellWord

__all__ = ["Command", "Piece", "Redirect", "Script", "ShellWord", "neutralize", "parse", "scripts"]
