"""Where a text mentions variables, by BuildKit's rules for quotes and escapes; unfinished text is welcome."""

from typing import NamedTuple

from dockls.text import Span

_SPECIAL_PARAMETERS = "@*#?-$!0"
_MODIFIERS = (":-", ":+", ":?", "##", "%%", "//", "-", "+", "?", "#", "%", "/")

# Deeper than this, a use is told without its default: the defaults of all levels together would be quadratic.
_DEEPEST_DEFAULT = 64


class VariableUse(NamedTuple):
    """One mention of a variable; the spans are relative to the text it was found in.

    `name_span` is the name alone, `span` all of ``$NAME`` or ``${...}``. `modifier` is '' or one of
    ``:- - :+ + :? ? # ## % %% / //``; `default` is the raw text between the modifier and the closing brace (for ``/``
    and ``//`` the pattern, a slash and the replacement), or None without a modifier and more than 64 levels deep.
    """

    name: str
    name_span: Span
    span: Span
    modifier: str
    default: str | None


def variables(text: str, escape: str = "\\", quotes: bool = True) -> tuple[VariableUse, ...]:
    """All variables the text mentions, in order, with those in the defaults and patterns of others behind these.

    Raises nothing, whatever the text: a ``${NAME`` that never ends is a use of what there is of its name, one with
    a modifier reaches to the end of the text, an opening single quote without a second one is an ordinary character,
    and a substitution without a name (``${}``) is no use. With `quotes` off, all quotes are ordinary characters,
    as in the body of a here-document. Takes time in proportion to the length of the text.
    """
    return _Uses(text, escape, quotes).found() if "$" in text else ()


def name_end(text: str, start: int) -> int:
    """Where the variable name that begins at `start` ends; `start` itself if there is none.

    A name is a run of letters, digits and underscores, or of digits alone if it begins with one, or one of the
    special parameters ``@ * # ? - $ ! 0`` (``processName`` in BuildKit's ``lex.go``).
    """
    first = text[start : start + 1]
    end = start
    if first.isdecimal():
        while end < len(text) and text[end].isdecimal():
            end += 1
        return end
    if first and first in _SPECIAL_PARAMETERS:
        return start + 1
    while end < len(text) and (text[end].isalpha() or text[end].isdecimal() or text[end] == "_"):
        end += 1
    return end


class _Open:
    """A substitution or double-quoted part that is being read; `slot` is the place of its use, -1 for none."""

    __slots__ = ("content_start", "modifier", "slot", "stop")

    def __init__(self, stop: str, slot: int = -1, modifier: str = "", content_start: int = 0) -> None:
        self.stop = stop
        self.slot = slot
        self.modifier = modifier
        self.content_start = content_start


class _Uses:
    """One pass over one text."""

    def __init__(self, text: str, escape: str, quotes: bool) -> None:
        self.text = text
        self.escape = escape
        self.special = frozenset("$" + escape + ("'\"" if quotes else ""))
        self.position = 0
        self.open: list[_Open] = []
        self.uses: list[VariableUse] = []
        self.last_single_quote = text.rfind("'") if quotes else -1

    def found(self) -> tuple[VariableUse, ...]:
        text = self.text
        while self.position < len(text):
            character = text[self.position]
            stop = self.open[-1].stop if self.open else ""
            if character == stop:
                self.close(self.open[-1])
            elif character not in self.special:
                self.position += 1
            elif character == "$":
                self.read_dollar()
            elif character == self.escape:
                self.read_escape(stop)
            elif stop != '"':
                self.read_quote(character)
            else:
                self.position += 1
        while self.open:
            part = self.open.pop()
            if part.modifier:
                self.finish(part, len(text), len(text))
        return tuple(self.uses)

    def read_escape(self, stop: str) -> None:
        """Inside double quotes, only a double quote, a dollar sign and the escape character can be escaped."""
        following = self.text[self.position + 1 : self.position + 2]
        is_literal = stop == '"' and following not in ('"', "$", self.escape)
        self.position += 1 if is_literal else 2

    def read_quote(self, quote: str) -> None:
        if quote == '"':
            self.open.append(_Open('"'))
            self.position += 1
        elif self.position < self.last_single_quote:
            self.position = self.text.index("'", self.position + 1) + 1
        else:
            self.position += 1

    def read_dollar(self) -> None:
        text, start = self.text, self.position
        is_braced = text.startswith("{", start + 1)
        name_start = start + 2 if is_braced else start + 1
        end = self.position = name_end(text, name_start)
        slot = -1
        if end > name_start:
            slot = len(self.uses)
            name = text[name_start:end]
            self.uses.append(VariableUse(name, Span(name_start, end), Span(start, end), "", None))
        if is_braced and end < len(text) and not text[end].isspace():
            self.read_modifier(slot, end)

    def read_modifier(self, slot: int, end: int) -> None:
        """What stands behind the name of a ``${NAME``; white space there would mean that it is still being typed."""
        modifier = next((known for known in _MODIFIERS if self.text.startswith(known, end)), "")
        self.position = end + len(modifier)
        stop = "/" if modifier.startswith("/") else "}"
        self.open.append(_Open(stop, slot, modifier, self.position))

    def close(self, part: _Open) -> None:
        self.position += 1
        if part.stop == "/":
            part.stop = "}"
            return
        self.open.pop()
        self.finish(part, self.position - 1, self.position)

    def finish(self, part: _Open, content_end: int, end: int) -> None:
        """Complete the use that belongs to a part whose end is known now."""
        if part.slot < 0:
            return
        use = self.uses[part.slot]
        default = None
        if part.modifier and len(self.open) < _DEEPEST_DEFAULT:
            default = self.text[part.content_start : content_end]
        self.uses[part.slot] = use._replace(span=Span(use.span.start, end), modifier=part.modifier, default=default)
