"""Walks the grammar's tree and gathers commands; the only module that knows the grammar's node types.

The walk is iterative, with one stack of (node, list it stands in): ``a && b && c`` nests once for each operator, so
recursion would fail on long scripts.
"""

from typing import TYPE_CHECKING

from dockls.shell.masks import Masked
from dockls.shell.script import Command, Redirect, ShellWord
from dockls.shell.words import literal
from dockls.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

_CONNECTORS = {"&&": "&&", "||": "||", ";": ";", "|": "|", "|&": "|", "&": "&", "\n": ";"}
#: nodes that open a list, or several, below the one they stand in
_COMPOUND = frozenset(
    {
        "subshell", "compound_statement", "if_statement", "while_statement", "for_statement", "c_style_for_statement",
        "case_statement", "command_substitution", "process_substitution",
    }
)  # fmt: skip
_REDIRECTS = frozenset({"file_redirect", "herestring_redirect"})
_WORDS = frozenset(
    {
        "word", "string", "raw_string", "ansi_c_string", "translated_string", "concatenation", "number", "expansion",
        "simple_expansion", "command_substitution", "process_substitution", "arithmetic_expansion", "brace_expression",
        "variable_name", "special_variable_name", "variable_assignment", "test_operator", "regex", "extglob_pattern",
        "array", "subscript",
    }
)  # fmt: skip
_SIMPLE_WORDS = frozenset({"command_name", "word", "string", "raw_string", "concatenation"})
#: nodes without substitutions
_PLAIN = frozenset({"comment", "word", "number", "raw_string", "ansi_c_string", "test_operator", "variable_name"})
_SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})


class _List:
    """A list of commands being read: what joins the next one, and which one takes redirections."""

    __slots__ = ("closed", "connector", "depth", "last", "searching")

    def __init__(self, depth: int, searching: bool = False) -> None:
        self.depth = depth
        #: nothing here is a command, only substitutions below are of interest
        self.searching = searching
        #: a compound statement stands directly before, which takes the redirections that follow
        self.closed = False
        self.connector = ""
        self.last: _Gathered | None = None


class _Gathered:
    """A command being gathered."""

    __slots__ = ("assignments", "connector", "depth", "end", "redirects", "start", "words")

    def __init__(self, start: int, home: _List) -> None:
        self.start = self.end = start
        self.connector = home.connector
        self.depth = home.depth
        self.words: list[ShellWord] = []
        self.assignments: list[ShellWord] = []
        self.redirects: list[Redirect] = []


class Walk:
    """One walk over one tree."""

    def __init__(self, text: str, masked: Masked) -> None:
        self._text = text
        self._heredocs = {heredoc.start: heredoc.content for heredoc in masked.heredocs}
        self._gathered: list[_Gathered] = []
        self._stack: list[tuple[Node, _List]] = []
        self.simple = True
        self.errors = False

    def run(self, root: "Node") -> None:
        """Gathers everything below `root`."""
        self.errors = root.has_error
        stack = self._stack
        stack.append((root, _List(0)))
        while stack:
            node, home = stack.pop()
            self._visit(node, node.type, home)

    def commands(self) -> list[Command]:
        """What was gathered, in source order."""
        result = [
            Command(
                (each.words[0].value or "") if each.words else "",
                tuple(each.words),
                tuple(each.assignments),
                tuple(each.redirects),
                Span(each.start, each.end),
                each.connector,
                each.depth,
            )
            for each in self._gathered
            if each.words or each.assignments or each.redirects
        ]
        result.sort(key=lambda command: (command.span.start, command.depth))
        return result

    def _visit(self, node: "Node", kind: str, home: _List) -> None:
        if home.searching:
            self._push(node, _List(home.depth + 1) if kind in _SUBSTITUTIONS else home)
            return
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, node, kind, home)
        elif node.is_named:
            self._push(node, _List(home.depth, searching=True))
        elif kind != "!":
            # a keyword, a brace or the like
            self.simple = self.simple and home.depth > 0
            home.connector, home.last, home.closed = "", None, False

    def _ignore(self, node: "Node", kind: str, home: _List) -> None:
        """Nothing here to gather."""

    def _steps(self, node: "Node", kind: str, home: _List) -> None:
        """A pipeline, or a negated command."""
        if home.depth == 0:
            self.simple = False
        self._push(node, home)

    def _branch(self, node: "Node", kind: str, home: _List) -> None:
        self._push(node, _List(home.depth))

    def _push(self, node: "Node", home: _List) -> None:
        self._stack += [(child, home) for child in reversed(node.children)]

    def _join(self, node: "Node", kind: str, home: _List) -> None:
        home.connector, home.last, home.closed = _CONNECTORS[kind], None, False
        if home.depth == 0 and kind in ("||", "|", "|&", "&"):
            self.simple = False

    def _compound(self, node: "Node", kind: str, home: _List) -> None:
        if home.depth == 0:
            self.simple = False
        home.connector, home.last, home.closed = ";", None, True
        inside = _List(home.depth + 1)
        if kind == "c_style_for_statement" or self._text.startswith("((", node.start_byte):
            header = _List(home.depth + 1, searching=True)
            self._stack += [
                (child, inside if child.type == "do_group" else header) for child in reversed(node.children)
            ]
        else:
            self._push(node, inside)

    def _transparent(self, node: "Node", kind: str, home: _List) -> None:
        self._push(node, home)

    def _broken(self, node: "Node", kind: str, home: _List) -> None:
        """What the grammar could not fit in; it may be a command all the same."""
        if any(child.type == "command_name" for child in node.children):
            self._command(node, kind, home)
        else:
            self._push(node, home)

    def _heredoc(self, node: "Node", kind: str, home: _List) -> None:
        """A heredoc within double quotes; what follows it on its line is below it in the tree."""
        self._loose_redirect(node, kind, home)
        self._push(node, home)

    def _loose_redirect(self, node: "Node", kind: str, home: _List) -> None:
        """A redirection outside a command node: of the command before it, or on its own."""
        if home.closed:
            self._push(node, _List(home.depth, searching=True))
        else:
            self._redirect(node, home.last or self._begin(node.start_byte, home), home)

    def _begin(self, start: int, home: _List) -> _Gathered:
        gathered = _Gathered(start, home)
        self._gathered.append(gathered)
        home.connector, home.last, home.closed = ";", gathered, False
        return gathered

    def _command(self, node: "Node", kind: str, home: _List) -> None:
        gathered = self._begin(node.start_byte, home)
        if kind == "variable_assignment":
            self._assign(node, gathered, home)
            return
        if kind == "test_command":
            self._test(node, gathered, home)
            return
        for child in node.children:
            part = child.type
            if part == "comment":
                continue
            if self._is_on_next_line(child, gathered):
                gathered = self._begin(child.start_byte, home)
            if part in _SIMPLE_WORDS:
                self._word(child, gathered, home)
            elif part == "variable_assignment" and not gathered.words:
                self._assign(child, gathered, home)
            elif part in _REDIRECTS:
                self._redirect(child, gathered, home)
            elif part == "ERROR" or part in _COMPOUND - _WORDS:
                self._stack.append((child, _List(home.depth + 1)))
            elif part in _CONNECTORS:
                gathered = self._restart(part, child, home)
            else:
                self._word(child, gathered, home)

    def _is_on_next_line(self, node: "Node", gathered: _Gathered) -> bool:
        """Whether a line ends behind assignments: the grammar takes two of them and the next line for one command."""
        if not gathered.assignments or gathered.words:
            return False
        return "\n" in self._text[gathered.end : node.start_byte].replace("\\\n", "")

    def _restart(self, kind: str, node: "Node", home: _List) -> _Gathered:
        """A connector within a broken command starts another one."""
        self._join(node, kind, home)
        return self._begin(node.end_byte, home)

    def _test(self, node: "Node", gathered: _Gathered, home: _List) -> None:
        stack = [node]
        while stack:
            each = stack.pop()
            if each.type in _WORDS or each.child_count == 0:
                self._word(each, gathered, home)
            else:
                stack += reversed(each.children)

    def _assign(self, node: "Node", gathered: _Gathered, home: _List) -> None:
        gathered.assignments.append(self._shell_word(node, home))
        gathered.end = node.end_byte

    def _word(self, node: "Node", gathered: _Gathered, home: _List) -> None:
        word = self._shell_word(node, home)
        if word.text:
            if not gathered.words and not gathered.assignments and not gathered.redirects:
                gathered.start = word.span.start
            gathered.words.append(word)
            gathered.start = min(gathered.start, word.span.start)
            if word.span.end > gathered.end:
                gathered.end = word.span.end

    def _shell_word(self, node: "Node", home: _List) -> ShellWord:
        start, end = node.byte_range
        raw = self._text[start:end]
        if "(" in raw or "`" in raw:
            self._stack.append((node, _List(home.depth, searching=True)))
        return ShellWord(raw, literal(raw), Span(start, end))

    def _redirect(self, node: "Node", gathered: _Gathered, home: _List) -> None:
        """Reads one redirection; the grammar takes the words behind the target for further targets."""
        descriptor = operator = ""
        target: ShellWord | None = None
        content: Span | None = None
        end = node.start_byte
        for child in node.children:
            kind = child.type
            if kind == "file_descriptor":
                descriptor = self._text[child.start_byte : child.end_byte]
            elif not operator and not child.is_named:
                operator = self._operator(child)
                content = self._heredocs.get(child.start_byte)
            elif target is None and (kind in _WORDS or kind == "heredoc_start"):
                target = self._shell_word(child, home)
            elif node.type == "heredoc_redirect":
                content = Span(child.start_byte, child.end_byte) if kind == "heredoc_body" else content
                continue
            else:
                self._word(child, gathered, home)
                continue
            end = child.end_byte
        span = Span(node.start_byte, max(end, node.start_byte))
        gathered.start = min(gathered.start, span.start)
        gathered.redirects.append(Redirect(operator, target, span, descriptor, content))
        gathered.end = max(gathered.end, end)

    def _operator(self, node: "Node") -> str:
        operator = self._text[node.start_byte : node.end_byte]
        if operator == "<":
            # the grammar was shown a plain redirection
            for longer in ("<<<", "<<-", "<<"):
                if self._text.startswith(longer, node.start_byte):
                    return longer
        return operator


_HANDLERS: "dict[str, Callable[[Walk, Node, str, _List], None]]" = {
    **dict.fromkeys(_CONNECTORS, Walk._join),
    **dict.fromkeys(_PLAIN, Walk._ignore),
    **dict.fromkeys(_COMPOUND, Walk._compound),
    **dict.fromkeys(_REDIRECTS, Walk._loose_redirect),
    **dict.fromkeys(("program", "list", "redirected_statement", "function_definition"), Walk._transparent),
    **dict.fromkeys(("elif_clause", "else_clause", "do_group", "case_item"), Walk._branch),
    **dict.fromkeys(("pipeline", "negated_command"), Walk._steps),
    **dict.fromkeys(("command", "declaration_command", "unset_command", "test_command"), Walk._command),
    **dict.fromkeys(("variable_assignment", "variable_assignments"), Walk._command),
    "heredoc_redirect": Walk._heredoc,
    "ERROR": Walk._broken,
}
