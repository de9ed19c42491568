"""A small tolerant reader of HCL, as Bake files use it, and of JSON with comments, which is one HCL object.

It knows blocks, attributes and literals with their places; an expression it cannot evaluate is an `Unknown`. It never
fails: what is not understood is passed over. Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md.
"""

from typing import NamedTuple

from dockls.text import Span

_DEEPEST = 60
_CLOSING = {"{": "}", "[": "]", "(": ")"}


class String(NamedTuple):
    """A literal text; `span` is inside the quotes, `exact` tells whether it is written there as it reads."""

    value: str
    span: Span
    exact: bool = True


class Reference(NamedTuple):
    """The name of a variable, alone or as a whole template ``"${name}"``."""

    name: str


class Template(NamedTuple):
    """A text with variables in it: strings and references in turn."""

    parts: tuple["String | Reference", ...]


class Items(NamedTuple):
    """A list."""

    values: tuple["Value", ...]


class Entries(NamedTuple):
    """An object; a key that comes twice is there twice."""

    pairs: tuple[tuple[String, "Value"], ...]


class Unknown(NamedTuple):
    """A number, a call, an operation: nothing to look into."""

    span: Span


Value = String | Reference | Template | Items | Entries | Unknown


class Block(NamedTuple):
    """``kind "label" { ... }``."""

    kind: str
    labels: tuple[String, ...]
    body: "Body"


class Body(NamedTuple):
    """Attributes by name (the last one of a name) and blocks in order."""

    attributes: dict[str, Value]
    blocks: tuple[Block, ...]


def read_body(text: str) -> Body:
    """The attributes and blocks of a whole file."""
    return _Reader(text).body(0)


def read_value(text: str) -> Value:
    """A file that is one expression, such as JSON."""
    reader = _Reader(text)
    if text.startswith("\ufeff"):
        reader.position = 1
    return reader.expression(0)


class _Reader:
    __slots__ = ("position", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def space(self, lines: bool = True) -> None:
        """Pass blanks and comments, and line ends unless `lines` is False."""
        while self.position < len(self.text):
            if self.peek() in " \t\r\ufeff" or (lines and self.peek() == "\n"):
                self.position += 1
            elif self.peek() == "#" or self.text.startswith("//", self.position):
                end = self.text.find("\n", self.position)
                self.position = len(self.text) if end < 0 else end
            elif self.text.startswith("/*", self.position):
                end = self.text.find("*/", self.position)
                self.position = len(self.text) if end < 0 else end + 2
            else:
                return

    def name(self) -> str:
        start = self.position
        while self.peek() and (self.peek().isalnum() or self.peek() in "_-"):
            self.position += 1
        return self.text[start : self.position]

    def body(self, depth: int) -> Body:
        """Read up to the ``}`` that closes the body, or the end."""
        attributes: dict[str, Value] = {}
        blocks: list[Block] = []
        while True:
            self.space()
            if not self.peek() or (self.peek() == "}" and depth):
                return Body(attributes, tuple(blocks))
            name = self.name()
            if not name:
                self.skip_one()
                continue
            self.space(lines=False)
            if self.peek() == "=":
                self.position += 1
                attributes[name] = self.expression(depth + 1)
            else:
                block = self.block(name, depth + 1)
                if block is not None:
                    blocks.append(block)

    def block(self, kind: str, depth: int) -> Block | None:
        labels: list[String] = []
        while self.peek() == '"' or self.peek().isalnum() or self.peek() == "_":
            start = self.position
            if self.peek() == '"':
                value = self.string()
                if isinstance(value, String):
                    labels.append(value)
            else:
                name = self.name()
                labels.append(String(name, Span(start, self.position)))
            self.space(lines=False)
        if self.peek() != "{":
            return None
        if depth > _DEEPEST:
            self.skip_one()
            return None
        self.position += 1
        body = self.body(depth)
        self.position += 1
        return Block(kind, tuple(labels), body)

    def expression(self, depth: int) -> Value:
        """Read one expression; what is more than a literal or a name becomes `Unknown`."""
        self.space(lines=False)
        if depth == 0:
            self.space()
        start = self.position
        value = self.primary(depth)
        self.space(lines=False)
        if not self.at_end():
            while not self.at_end():
                self.skip_one()
            return Unknown(Span(start, self.position))
        return value

    def at_end(self) -> bool:
        return self.peek() in ("", "\n", ",", "}", "]", ")")

    def primary(self, depth: int) -> Value:
        start = self.position
        character = self.peek()
        if character == '"':
            return self.string()
        if character in ("[", "{") and depth < _DEEPEST:
            self.position += 1
            return self.list(depth) if character == "[" else self.object(depth)
        if self.text.startswith("<<", self.position):
            self.skip_heredoc()
        elif character.isalpha() or character == "_":
            name = self.name()
            if name not in ("null", "true", "false") and self.peek() not in ("(", "[", "."):
                return Reference(name)
        return Unknown(Span(start, self.position))

    def list(self, depth: int) -> Value:
        values: list[Value] = []
        while True:
            self.space()
            if self.peek() in ("", "]"):
                self.position += 1
                return Items(tuple(values))
            before = self.position
            if self.peek() == ",":
                self.position += 1
                continue
            values.append(self.expression(depth + 1))
            if self.position == before:
                self.position += 1

    def object(self, depth: int) -> Value:
        entries: list[tuple[String, Value]] = []
        while True:
            self.space()
            if self.peek() in ("", "}"):
                self.position += 1
                return Entries(tuple(entries))
            start = self.position
            key: Value | None = None
            if self.peek() == '"':
                key = self.string()
            elif name := self.name():
                key = String(name, Span(start, self.position))
            self.space()
            if key is not None and self.peek() in ("=", ":"):
                self.position += 1
                self.space()
                value = self.expression(depth + 1)
                if isinstance(key, String):
                    entries.append((key, value))
            elif self.position == start or self.peek() == ",":
                self.position += 1

    def string(self) -> Value:
        """Read a quoted template from its ``"``; it ends with its line even if it is not closed."""
        self.position += 1
        start = self.position
        parts: list[String | Reference] = []
        simple = True
        while self.peek() not in ("", '"', "\n"):
            if self.text.startswith(("${", "%{"), self.position):
                name = self.interpolation()
                simple = simple and name is not None
                parts.append(Reference(name or ""))
            else:
                parts.append(self.run())
        end = self.position
        if self.peek() == '"':
            self.position += 1
        if not simple:
            return Unknown(Span(start, end))
        if not parts:
            return String("", Span(end, end))
        return parts[0] if len(parts) == 1 else Template(tuple(parts))

    def run(self) -> String:
        """The literal part of a quoted template that begins at the position."""
        start = self.position
        pieces: list[str] = []
        exact = True
        while self.peek() not in ("", '"', "\n") and not self.text.startswith(("${", "%{"), self.position):
            if self.peek() == "\\":
                pieces.append(self.escape())
                exact = False
            elif self.text.startswith(("$${", "%%{"), self.position):
                pieces.append(self.text[self.position + 1 : self.position + 3])
                self.position += 3
                exact = False
            else:
                pieces.append(self.peek())
                self.position += 1
        return String("".join(pieces), Span(start, self.position), exact)

    def escape(self) -> str:
        """The character that the escape at the position stands for."""
        character = self.text[self.position + 1 : self.position + 2]
        self.position += 2
        if character == "u":
            digits = self.text[self.position : self.position + 4]
            try:
                value = chr(int(digits, 16))
            except ValueError:
                return character
            self.position += 4
            return value
        return {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}.get(character, character)

    def interpolation(self) -> str | None:
        """The variable named by the ``${...}`` at the position; None if it is more than a name."""
        start = self.position
        self.position += 1
        self.skip_one()
        inner = self.text[start + 2 : self.position - 1].strip(" \t~")
        plain = inner.replace("_", "a").replace("-", "a").isalnum() and not inner[0].isdigit()
        return inner if plain and self.text[start] == "$" else None

    def skip_one(self) -> None:
        """Pass one character, string, or bracket with all that it holds."""
        waiting: list[str] = []
        while self.position < len(self.text):
            character = self.peek()
            if character == '"':
                self.skip_string()
            elif self.text.startswith("<<", self.position):
                self.skip_heredoc()
            else:
                self.position += 1
                if character in _CLOSING:
                    waiting.append(_CLOSING[character])
                elif waiting and character == waiting[-1]:
                    waiting.pop()
            if not waiting:
                return
            self.space()

    def skip_string(self) -> None:
        self.position += 1
        while self.peek() not in ("", '"', "\n"):
            self.position += 2 if self.peek() == "\\" else 1
        if self.peek() == '"':
            self.position += 1

    def skip_heredoc(self) -> None:
        """Pass ``<<WORD`` and the lines up to that which is only WORD."""
        self.position += 2
        if self.peek() == "-":
            self.position += 1
        word = self.name()
        end = self.text.find("\n", self.position)
        while word and end >= 0:
            start = end + 1
            end = self.text.find("\n", start)
            if self.text[start : len(self.text) if end < 0 else end].strip() == word:
                self.position = len(self.text) if end < 0 else end
                return
        if word and end < 0:
            self.position = len(self.text)
